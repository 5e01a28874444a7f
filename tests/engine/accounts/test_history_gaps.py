"""Whatever fails while fills are read, none is ever missing between two that are known."""

from dataclasses import replace
from datetime import timedelta

import pytest

from engine.accounts.history import Histories
from engine.brokers.base import FillPage
from engine.model.errors import TryLaterError
from engine.model.money import ZERO
from engine.model.orders import Side, VenueOrderId
from engine.model.venues import Venue
from engine.orders import fills_store as fill_rows
from engine.orders import store as intent_rows
from engine.orders.intents import Intent, IntentKind
from engine.orders.states import IntentState, client_order_id
from engine.storage.database import Database
from tests.bot.hand_clock import HandClock
from tests.builders import a_fill
from tests.engine.storage.stored import KRAKEN, NOW, OWNER, a_database

OURS = VenueOrderId("O-OURS")


class Past:
    """A venue that reports fills in pages of two, newest first."""

    account = KRAKEN

    def __init__(self):
        self.fills, self.pages_until_silence, self.at = [], 1000, NOW

    def trade(self, trade_ids, *, order="O-HAND", every=timedelta(hours=1)):
        for trade_id in trade_ids:
            self.at += every
            fill = a_fill("buy 1 BTC @ 100 USD", at=self.at, trade_id=trade_id)
            self.fills.append(replace(fill, venue_order_id=VenueOrderId(order)))

    async def fetch_fills(self, *, cursor=None):
        if self.pages_until_silence == 0:
            raise TryLaterError(Venue.KRAKEN, "no answer")
        self.pages_until_silence -= 1
        begin = int(cursor or 0)
        end = begin + 2
        newest_first = sorted(self.fills, key=lambda fill: fill.at, reverse=True)
        more = end < len(newest_first)
        return FillPage(fills=tuple(newest_first[begin:end]), next_cursor=str(end) if more else None)


@pytest.fixture
async def database(tmp_path):
    database = a_database(tmp_path)
    yield database
    await database.dispose()


@pytest.fixture
def past():
    return Past()


@pytest.fixture
def histories(database, past):
    return a_history(database, past)


def a_history(database, past):
    return Histories(database=database, brokers={KRAKEN.account_id: past}, markets={}, clock=HandClock())


async def caught_up(histories):
    fills = await histories.catch_up(KRAKEN)
    return None if fills is None else "".join(fill.trade_id for fill in fills)


async def known(database):
    async with database.read() as session:
        fills = await fill_rows.load_fills(session, KRAKEN.account_id, asset="BTC")
    return "".join(fill.trade_id for fill in fills)


async def sell_ourselves(database, fills):
    intent = Intent(
        intent_id="i1",
        user_id=OWNER,
        account_id=KRAKEN.account_id,
        venue=Venue.KRAKEN,
        guard_id=None,
        kind=IntentKind.EXIT,
        symbol="BTC/USD",
        asset="BTC",
        side=Side.SELL,
        quantity=ZERO,
        state=IntentState.FILLED,
        attempt=1,
        client_order_id=client_order_id("i1", 1),
        venue_order_id=OURS,
        created_at=NOW,
        updated_at=NOW,
    )
    async with database.write() as session:
        await intent_rows.insert_intent(session, intent)
        await fill_rows.save_fills(session, KRAKEN.account_id, OWNER, fills, seen_at=NOW)


async def test_new_fills_are_reported_once_and_oldest_first(past, histories):
    past.trade("a")
    await caught_up(histories)
    past.trade("bcd")

    assert await caught_up(histories) == "bcd"
    assert await caught_up(histories) == ""


async def test_a_page_that_fails_loses_nothing(past, histories, database):
    past.trade("a")
    await caught_up(histories)
    past.trade("bcdefg")
    past.pages_until_silence = 1
    with pytest.raises(TryLaterError):
        await histories.catch_up(KRAKEN)
    assert await known(database) == "a"

    past.pages_until_silence = 1000
    assert await caught_up(histories) == "bcdefg"
    assert await known(database) == "abcdefg"


async def test_more_than_one_turn_can_read_is_read_over_several(past, histories, database, monkeypatch):
    monkeypatch.setattr("engine.accounts.history.NEW_PAGES_A_TURN", 2)
    past.trade("a")
    await caught_up(histories)
    past.trade("bcdefghi")

    for trades in ("", "jk", ""):
        past.trade(trades)
        assert await caught_up(histories) is None
        assert "abcdefghijk".startswith(await known(database))
    assert await caught_up(histories) == "bcdefghijk"
    assert await known(database) == "abcdefghijk"


async def test_a_restart_in_the_middle_of_reading_loses_nothing(past, histories, database, monkeypatch):
    monkeypatch.setattr("engine.accounts.history.NEW_PAGES_A_TURN", 2)
    past.trade("a")
    await caught_up(histories)
    past.trade("bcdefghi")
    assert await caught_up(histories) is None

    monkeypatch.setattr("engine.accounts.history.NEW_PAGES_A_TURN", 20)
    assert await caught_up(a_history(database, past)) == "bcdefghi"


async def test_a_process_that_dies_while_storing_leaves_no_gap(past, database, monkeypatch):
    monkeypatch.setattr("engine.accounts.history.FILLS_A_WRITE", 2)
    past.trade("a")
    await caught_up(a_history(database, past))
    past.trade("bcdefg")

    class Dying(Database):
        writes_left = 2

        def write(self):
            self.writes_left -= 1
            if self.writes_left < 0:
                raise InterruptedError
            return super().write()

    dying = Dying(database.url)
    with pytest.raises(InterruptedError):
        await a_history(dying, past).catch_up(KRAKEN)
    await dying.dispose()
    assert await known(database) == "abcd"

    assert await caught_up(a_history(database, past)) == "efg"


async def test_fills_of_a_sale_of_ours_hide_no_older_ones(past, histories, database):
    past.trade("a")
    await caught_up(histories)
    past.trade("bcd")
    past.trade("ef", order=OURS)
    await sell_ourselves(database, past.fills[-2:])

    assert await caught_up(histories) == "bcd"
    assert await known(database) == "abcdef"


async def test_a_sale_of_ours_hides_no_older_fills_after_a_restart_either(past, database):
    past.trade("a")
    await caught_up(a_history(database, past))
    past.trade("bcd")
    past.trade("ef", order=OURS)
    await sell_ourselves(database, past.fills[-2:])

    assert await caught_up(a_history(database, past)) == "bcd"


@pytest.mark.fault("V20")
async def test_a_fill_reported_late_is_found_behind_a_page_of_newer_ones(past, histories):
    past.trade("ab")
    await caught_up(histories)
    past.trade("cdef", every=timedelta(seconds=10))
    late = past.fills.pop(2)
    assert await caught_up(histories) == "def"

    past.fills.append(late)
    assert await caught_up(histories) == "c"


async def test_an_account_that_had_no_fills_is_read_to_its_beginning(past, histories):
    assert await caught_up(histories) == ""
    past.trade("abcde")

    assert await caught_up(histories) == "abcde"
