"""Another key in the settings: of the same account, or of another one."""

import base64
import hashlib
from dataclasses import replace
from decimal import Decimal
from types import SimpleNamespace

import pytest

from engine.alerts.messages import ExitFailing, ExitFilled, GuardPaused, GuardReduced
from engine.guards.guard import GuardState
from engine.model.guard_reasons import GuardReason
from engine.model.venues import Venue
from engine.offers.closing_preview import ObstacleKind
from sandbox.faults import FaultKind
from sandbox.world import OWNER_ID

VENUES = [Venue.ALPACA, Venue.COINBASE, Venue.KRAKEN]


async def furnish(room, venue):
    """Guard 0.09 BTC of what was bought at the venue, as an ordinary start leaves it."""
    room.deposit("USD", "20000", venue=venue)
    room.set_bid("60000", venue=venue)
    room.trade("buy", "0.1", venue=venue)
    await room.read()
    await room.arm("0.09", "5409", venue=venue)
    await room.look()
    await room.clock.sleep(60)
    await room.read()


def another_account(room, venue, asset="BTC", amount="0.3"):
    if venue is Venue.KRAKEN:
        other = room.world.kraken.add_account(key=_number(b"key"), secret=_number(b"secret"))
    else:
        other = getattr(room.world, venue.value).add_account()
    other.ledger.deposit(asset, Decimal(amount), at=room.seconds())
    return other


def _number(seed):
    return base64.b64encode(hashlib.sha512(seed).digest()).decode()


async def restart_with(room, venue, account):
    await room.crash()
    keys = {f"{venue.value}_api_key": account.key, f"{venue.value}_api_secret": account.secret}
    room.settings = room.settings_with(keys)
    await room.open()
    await room.engine.start()


async def fall(room, venue):
    room.set_bid("50000", venue=venue)
    await room.look()
    await room.clock.sleep(30)
    await room.look()


@pytest.mark.fault("V39")
@pytest.mark.parametrize("venue", VENUES)
async def test_nothing_of_another_account_is_sold_and_every_guard_asks(rooms, venue):
    async with rooms(venues=(venue,)) as room:
        await furnish(room, venue)
        other = another_account(room, venue)

        await restart_with(room, venue, other)
        await fall(room, venue)
        await room.read()
        await fall(room, venue)

        [guard] = await room.guards(venue)
        [asked] = await room.alerts(GuardPaused)
        assert other.ledger.total("BTC") == Decimal("0.3")
        assert (guard.state, guard.quantity) == (GuardState.PAUSED, Decimal("0.09"))
        assert asked.why == GuardReason.OTHER_ACCOUNT
        assert asked.offer.choices
        assert await room.alerts(ExitFilled, GuardReduced) == []


@pytest.mark.parametrize("venue", VENUES)
async def test_an_account_without_the_guarded_coin_ends_no_guard(rooms, venue):
    async with rooms(venues=(venue,)) as room:
        await furnish(room, venue)

        await restart_with(room, venue, another_account(room, venue, "SOL", "5"))
        for _ in range(5):
            await room.look()
            await room.read()
            await room.clock.sleep(60)

        [guard] = await room.guards(venue)
        assert (guard.state, guard.quantity) == (GuardState.PAUSED, Decimal("0.09"))
        assert len(await room.alerts(GuardPaused)) == 1


@pytest.mark.parametrize("venue", VENUES)
async def test_a_new_key_of_the_same_account_goes_on_without_a_question(rooms, venue):
    async with rooms(venues=(venue,)) as room:
        await furnish(room, venue)
        account = rotated(room, venue)

        await restart_with(room, venue, account)
        await fall(room, venue)
        await room.wait_for("exit ")

        assert await room.alerts(GuardPaused, ExitFailing) == []
        assert len(await room.alerts(ExitFilled)) == 1


def rotated(room, venue):
    """Let a second key open the same account."""
    accounts = getattr(room.world, venue.value).accounts
    [(key, account)] = accounts.items()
    new_key = f"{key[:-4]}beef"
    if venue is Venue.COINBASE:
        # Its tokens name the key they are signed with.
        account = replace(account, credentials=replace(account.credentials, name=new_key))
    accounts[new_key] = account
    return SimpleNamespace(key=new_key, secret=account.secret)


@pytest.mark.fault("V39")
async def test_exits_wait_and_say_so_while_the_new_key_cannot_be_placed(rooms):
    async with rooms(venues=(Venue.ALPACA,)) as room:
        await furnish(room, Venue.ALPACA)
        other = another_account(room, Venue.ALPACA)
        room.fault(FaultKind.HTTP_ERROR_BEFORE, "GET /v2/account", venue=Venue.ALPACA, times=None)

        await restart_with(room, Venue.ALPACA, other)
        await fall(room, Venue.ALPACA)

        [guard] = await room.guards(Venue.ALPACA)
        failing = await room.alerts(ExitFailing)
        assert guard.state is GuardState.ARMED
        assert other.ledger.total("BTC") == Decimal("0.3")
        assert len(failing) == 1
        assert "its key was changed" in failing[0].why


@pytest.fixture
async def unplaced(rooms):
    """A guard past its threshold whose key was changed and cannot be placed; its owner was alerted once."""
    async with rooms(venues=(Venue.ALPACA,)) as room:
        await furnish(room, Venue.ALPACA)
        room.fault(FaultKind.HTTP_ERROR_BEFORE, "GET /v2/account", venue=Venue.ALPACA, times=None)
        room.key = another_account(room, Venue.ALPACA)
        await restart_with(room, Venue.ALPACA, room.key)
        await fall(room, Venue.ALPACA)
        yield room


async def look_for(room, minutes):
    for _ in range(minutes):
        await room.clock.sleep(60)
        await room.look()
        await room.wait_for("exit ")


@pytest.mark.parametrize("is_restarted", [False, True], ids=["same life", "another life"])
async def test_a_changed_key_is_reported_anew_when_it_holds_an_exit_up_another_time(unplaced, is_restarted):
    room = unplaced
    room.set_bid("60000", venue=Venue.ALPACA)
    await room.clock.sleep(3 * 3600)
    if is_restarted:
        await restart_with(room, Venue.ALPACA, room.key)
    began = room.clock.now()

    await fall(room, Venue.ALPACA)
    await look_for(room, 4)

    again = [one for one in await room.alerts(ExitFailing) if one.since >= began]
    # At once, after half a minute and after two more minutes, as any exit that begins to fail.
    assert len(again) == 3


async def test_a_changed_key_is_not_reported_anew_after_each_restart(unplaced):
    room = unplaced
    began = (await room.alerts(ExitFailing))[0].since
    for _ in range(3):
        await restart_with(room, Venue.ALPACA, room.key)
        await look_for(room, 1)

    reported = await room.alerts(ExitFailing)

    assert len(reported) == 3
    assert {one.since for one in reported} == {began}


@pytest.mark.fault("V42")
async def test_a_close_waits_and_says_why_while_the_new_key_cannot_be_placed(rooms):
    async with rooms() as room:
        await furnish(room, Venue.KRAKEN)
        room.fault(FaultKind.ERROR, "QueryOrders", times=None, message="EGeneral:Internal error")
        room.fault(FaultKind.ERROR, "TradesHistory", times=None, message="EGeneral:Internal error")
        await restart_with(room, Venue.KRAKEN, rotated(room, Venue.KRAKEN))
        await room.read()

        held = await room.engine.closing.offer_close(OWNER_ID, "BTC", None)
        room.world.faults("kraken").clear()
        await room.look()
        await room.clock.sleep(30)
        await room.read()
        free = await room.engine.closing.offer_close(OWNER_ID, "BTC", None)

        assert [line.obstacle.kind for line in held.lines] == [ObstacleKind.KEY_UNCERTAIN]
        assert held.confirmation_id is None
        assert [line.obstacle for line in free.lines] == [None]


async def test_an_ordinary_start_asks_for_no_name(rooms):
    async with rooms(venues=(Venue.COINBASE,)) as room:
        await furnish(room, Venue.COINBASE)
        asked = len(room.sent("key_permissions", venue=Venue.COINBASE))

        await room.restart()
        await room.read()
        await fall(room, Venue.COINBASE)
        await room.wait_for("exit ")

        assert asked == 1
        assert len(room.sent("key_permissions", venue=Venue.COINBASE)) == 1
        assert len(await room.alerts(ExitFilled)) == 1


#: What fails so that an order is under way when the key changes: its query, or its answer.
UNDER_WAY = [
    pytest.param(Venue.KRAKEN, FaultKind.HTTP_ERROR_BEFORE, "QueryOrders", id="kraken accepted"),
    pytest.param(
        Venue.COINBASE, FaultKind.HTTP_ERROR_BEFORE, "orders/historical/{order_id}", id="coinbase accepted"
    ),
    pytest.param(
        Venue.ALPACA, FaultKind.HTTP_ERROR_BEFORE, "GET /v2/orders/{order_id}", id="alpaca accepted"
    ),
    pytest.param(Venue.KRAKEN, FaultKind.DROP_AFTER, "AddOrder", id="kraken unanswered"),
]


@pytest.mark.fault("P45")
@pytest.mark.parametrize(("venue", "kind", "endpoint"), UNDER_WAY)
async def test_what_an_order_sold_that_was_under_way_is_reported_once_its_key_is_back(
    rooms, venue, kind, endpoint
):
    async with rooms(venues=(venue,)) as room:
        await furnish(room, venue)
        given = room.given
        own = SimpleNamespace(key=given[f"{venue.value}_api_key"], secret=given[f"{venue.value}_api_secret"])
        other = another_account(room, venue)
        room.fault(kind, endpoint, venue=venue, times=None)
        if endpoint == "AddOrder":
            room.fault_order_lists()
        room.set_bid("50000", venue=venue)
        await room.look()
        await room.clock.sleep(2)

        await restart_with(room, venue, other)
        room.world.faults(venue).clear()
        await read_often(room)
        assert await room.alerts(ExitFilled) == []
        await restart_with(room, venue, own)
        await read_often(room)
        await restart_with(room, venue, own)
        await read_often(room)

        [reported] = await room.alerts(ExitFilled)
        assert (reported.quantity, reported.found_later) == (Decimal("0.09"), True)
        assert other.ledger.total("BTC") == Decimal("0.3")


async def read_often(room):
    for _ in range(4):
        await room.look()
        await room.clock.sleep(30)
        await room.read()
