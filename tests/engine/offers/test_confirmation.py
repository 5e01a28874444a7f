import asyncio
import re
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal

import pytest
from sqlalchemy import text

from engine.offers.confirmation import Confirmation, Confirmed
from engine.offers.outcomes import Rejected
from engine.storage.database import Database
from tests.engine.storage.stored import NOW, OWNER, a_database

EXPIRES = NOW + timedelta(minutes=5)


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownPurchase:
    """What a question about a purchase could show."""

    symbol: str
    spent: Decimal


PURCHASE = ShownPurchase(symbol="BTC/USD", spent=Decimal("0.10"))
BUYING = Confirmation(ShownPurchase, actions=("buy",))


@pytest.fixture
async def database(tmp_path):
    database = a_database(tmp_path)
    yield database
    await database.dispose()


async def create(database):
    async with database.write() as session:
        return await BUYING.store(
            session, PURCHASE, user_id=OWNER, action="buy", now=NOW, valid_for=EXPIRES - NOW
        )


async def use(database, confirmation_id, *, kind=BUYING, user_id=OWNER, now=NOW):
    async with database.write() as session:
        return await kind.use(session, confirmation_id, user_id=user_id, now=now)


async def test_a_button_works_once_with_exactly_what_it_was_made_for(database):
    button = await create(database)

    first, second = await use(database, button), await use(database, button)

    assert first == Confirmed(user_id=OWNER, action="buy", shown=PURCHASE)
    assert second is Rejected.USED


@pytest.mark.fault("C4")
async def test_of_many_presses_at_once_one_counts_even_over_two_processes(database):
    button = await create(database)
    other = Database(database.url)

    uses = await asyncio.gather(*(use(each, button) for _ in range(10) for each in (database, other)))
    await other.dispose()

    assert sum(isinstance(result, Confirmed) for result in uses) == 1
    assert uses.count(Rejected.USED) == 19


@pytest.mark.fault("C4")
async def test_a_button_works_for_its_own_user_only_and_stays_usable_for_them(database):
    button = await create(database)

    assert await use(database, button, user_id=OWNER + 1) is Rejected.NOT_YOURS
    assert isinstance(await use(database, button), Confirmed)


@pytest.mark.fault("C4")
async def test_a_button_works_until_just_before_it_expires(database):
    early, late = await create(database), await create(database)

    assert isinstance(await use(database, early, now=EXPIRES - timedelta(microseconds=1)), Confirmed)
    assert await use(database, late, now=EXPIRES) is Rejected.EXPIRED


async def test_a_button_that_was_used_says_so_also_after_it_expired(database):
    button = await create(database)
    await use(database, button)

    assert await use(database, button, now=EXPIRES) is Rejected.USED


@pytest.mark.fault("C4")
async def test_an_unknown_button_does_nothing(database):
    assert await use(database, "made-up") is Rejected.UNKNOWN


async def test_ids_are_short_enough_for_callback_data_and_never_the_same(database):
    one, two = await create(database), await create(database)

    assert re.fullmatch(r"[\w-]{16,32}", one)
    assert one != two


async def test_an_action_that_fails_gives_the_button_back(database):
    button = await create(database)

    async def fail_after_the_use():
        async with database.write() as session:
            await BUYING.use(session, button, user_id=OWNER, now=NOW)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await fail_after_the_use()

    assert isinstance(await use(database, button), Confirmed)


async def test_a_button_of_another_screen_is_not_known_and_not_used_up(database):
    button = await create(database)

    elsewhere = await use(database, button, kind=Confirmation(ShownPurchase, actions=("close",)))

    assert elsewhere is Rejected.UNKNOWN
    assert isinstance(await use(database, button), Confirmed)


@pytest.mark.parametrize(
    "damage", ['{"symbol": "BTC/USD"}', '{"symbol": "BTC/USD", "spent": "much"}', "no JSON"]
)
async def test_a_button_whose_record_is_damaged_does_nothing(database, damage):
    button = await create(database)
    async with database.write() as session:
        await session.send(text("UPDATE confirmations SET params_json = :damage"), damage=damage)

    assert await use(database, button) is Rejected.UNKNOWN
