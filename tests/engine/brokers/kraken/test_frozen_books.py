"""A frozen order book told from a quiet one, by how often its pair is traded."""

from datetime import UTC, datetime, timedelta

import pytest

from engine.brokers.kraken.frozen_books import FrozenBooks, longest_calm
from engine.brokers.kraken.prices import parse_changed_at
from sandbox.faults import Fault, FaultKind

NOW = datetime(2026, 3, 4, 12, tzinfo=UTC)
T = int(NOW.timestamp())


@pytest.mark.parametrize(
    ("trades_a_day", "calm"),
    [
        pytest.param(200_000, timedelta(minutes=1), id="no book is called frozen within a minute"),
        pytest.param(28_800, timedelta(seconds=150), id="a trade every three seconds"),
        pytest.param(50, timedelta(days=1), id="two trades an hour"),
        pytest.param(0, None, id="never traded"),
        pytest.param(None, None, id="not reported"),
    ],
)
def test_a_book_may_stand_still_for_as_long_as_fifty_trades_take(trades_a_day, calm):
    assert longest_calm(trades_a_day) == calm


@pytest.mark.parametrize(("still_s", "is_frozen"), [(150, False), (151, True)])
def test_a_book_is_frozen_from_its_last_change_on(still_s, is_frozen):
    books, changed_at = FrozenBooks(), NOW - timedelta(seconds=still_s)
    books.note_trades("SOL/USD", 28_800)

    books.note_book("SOL/USD", changed_at, now=NOW)

    assert books.frozen_at("SOL/USD") == (changed_at if is_frozen else None)


@pytest.mark.parametrize("changed_at", [NOW, None], ids=["moves again", "does not report"])
def test_a_book_is_frozen_no_more_once_it_moves_or_does_not_tell(changed_at):
    books = FrozenBooks()
    books.note_trades("SOL/USD", 28_800)
    books.note_book("SOL/USD", NOW - timedelta(hours=1), now=NOW)

    books.note_book("SOL/USD", changed_at, now=NOW)

    assert books.frozen_at("SOL/USD") is None


@pytest.mark.parametrize(
    ("bids", "asks", "seconds"),
    [
        ([["1", "1", T], ["0.9", "1", T + 9]], [["2", "1", T + 5]], T + 9),
        ([["1", "1", f"{T}.5"]], [], T + 0.5),
        ([["1", "1"]], [["2", "1", None], ["3", "1", "soon"]], None),
        ([["1", "1", T]], ["garbage", ["2", "1", "1e300"]], T),
        ([], [], None),
    ],
)
def test_a_book_changed_when_the_last_of_its_levels_did(bids, asks, seconds):
    changed_at = parse_changed_at({"SOLUSD": {"bids": bids, "asks": asks}})

    assert changed_at == (seconds and datetime.fromtimestamp(seconds, UTC))


@pytest.mark.parametrize("trades", [None, [], ["many", "more"], [1], "garbage"])
async def test_a_ticker_that_does_not_report_its_trades_is_a_price_all_the_same(market_data, venue, trades):
    fault = Fault(kind=FaultKind.WRONG_FIELDS, endpoint="Ticker", fields={"t": trades}, times=None)
    venue.server.faults.add(fault)

    quotes = await market_data.fetch_quotes({"BTC/USD"})
    await market_data.fetch_book("BTC/USD")

    assert quotes["BTC/USD"].bid is not None
