"""Prices that take several requests: one of them that hangs keeps nobody from being sold by the others."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from engine.alerts.messages import ExitFilled
from engine.market.mark import Mark, PriceProblem, PriceUnknown
from engine.model.venues import Venue
from sandbox.faults import FaultKind
from tests.engine.watch.streaming import give_stream
from tests.engine.watch.watching import watch

IN_SESSION = datetime(2026, 3, 4, 17, tzinfo=UTC)
STOCKS, COINS = "GET /v2/stocks/quotes/latest", "GET /v1beta3/crypto/{loc}/latest/quotes"
BOOKS = "GET /v1beta3/crypto/{loc}/latest/orderbooks"


async def hold(room, symbol, quantity, bid, venue):
    room.deposit(symbol.partition("/")[0], quantity, venue=venue)
    room.set_bid(bid, symbol, venue=venue)
    await room.arm(
        quantity, str(Decimal(bid) * Decimal(quantity)), symbol, venue=venue, guard_id=f"guard-{symbol}"
    )


@pytest.mark.fault("V143")
@pytest.mark.parametrize(
    ("hung", "falling", "bid"), [(COINS, "AAPL/USD", "220"), (STOCKS, "BTC/USD", "58000")]
)
async def test_stocks_and_coins_at_alpaca_are_sold_while_the_quotes_of_the_others_hang(
    rooms, hung, falling, bid
):
    async with rooms(venues=(Venue.ALPACA,), start=IN_SESSION) as room:
        await hold(room, "BTC/USD", "0.1", "60000", Venue.ALPACA)
        await hold(room, "AAPL/USD", "2", "230", Venue.ALPACA)
        await room.read()
        await watch(room, 10)
        room.fault(FaultKind.DELAY_BEFORE, hung, venue=Venue.ALPACA, times=None, delay_s=86400)
        room.set_bid(bid, falling, venue=Venue.ALPACA)

        await watch(room, 10)
        await room.wait_for("exit ")

        assert [sale.symbol for sale in await room.alerts(ExitFilled)] == [falling]


@pytest.mark.fault("V143")
async def test_a_coin_at_coinbase_is_sold_while_the_quote_of_another_hangs(rooms):
    async with rooms(venues=(Venue.COINBASE,)) as room:
        await hold(room, "BTC/USD", "0.1", "60000", Venue.COINBASE)
        await hold(room, "ETH/USD", "2", "3000", Venue.COINBASE)
        await watch(room, 10)
        room.set_bid("2900", "ETH/USD", venue=Venue.COINBASE)

        for _ in range(2):
            await room.clock.sleep(5)
            # The first of two that are requested together.
            room.fault(
                FaultKind.DELAY_BEFORE, "market/product_book", venue=Venue.COINBASE, times=1, delay_s=86400
            )
            await room.look()
        await room.wait_for("exit ")

        assert [sale.symbol for sale in await room.alerts(ExitFilled)] == ["ETH/USD"]


SILENT = {
    "fail": {"kind": FaultKind.HTTP_ERROR_BEFORE},
    "hang": {"kind": FaultKind.DELAY_BEFORE, "delay_s": 86400},
}


@pytest.mark.fault("V145")
@pytest.mark.parametrize("how", SILENT)
@pytest.mark.parametrize(("silent", "symbol"), [(COINS, "BTC/USD"), (STOCKS, "AAPL/USD")])
async def test_what_gets_no_answer_beside_others_is_not_said_to_have_no_quote(rooms, how, silent, symbol):
    async with rooms(venues=(Venue.ALPACA,), start=IN_SESSION) as room:
        await hold(room, "BTC/USD", "0.1", "60000", Venue.ALPACA)
        await hold(room, "AAPL/USD", "2", "230", Venue.ALPACA)
        await room.read()
        room.fault(endpoint=silent, venue=Venue.ALPACA, times=None, **SILENT[how])

        await watch(room, 5)

        seen = {one: mark.current for one, mark in room.engine.watch.guard_marks.items()}
        assert seen.pop(f"guard-{symbol}") == PriceUnknown(problem=PriceProblem.NO_ANSWER)
        assert [type(mark) for mark in seen.values()] == [Mark]
        assert room.engine.watch.polling_failed == {Venue.ALPACA: PriceProblem.NO_ANSWER}


async def sold_after(room, seconds):
    """Look every five seconds, as the schedule does, while bitcoin is pushed; return when the stock was sold."""
    for second in range(seconds):
        if second % 5 == 0:
            room.stream.push("60000", "60010", symbol="BTC/USD")
            room.stream.confirm("BTC/USD")
            await room.engine.guard()
        await room.clock.sleep(1)
        if room.world.ledger("alpaca").total("AAPL") == 0:
            return second + 1
    return None


@pytest.mark.fault("V143")
@pytest.mark.parametrize("age_s", [4.5, 8, 15, 60])
async def test_a_stock_is_sold_while_quotes_and_books_of_pushed_coins_hang(rooms, age_s):
    async with rooms(venues=(Venue.ALPACA,), start=IN_SESSION) as room:
        await room.crash()
        room.settings = room.settings_with({"price_max_age_s": age_s})
        await room.open()
        await hold(room, "BTC/USD", "0.1", "60000", Venue.ALPACA)
        await hold(room, "AAPL/USD", "2", "230", Venue.ALPACA)
        await room.read()
        give_stream(room, Venue.ALPACA)
        await room.look()
        await room.stream.is_read.wait()
        for endpoint in (COINS, BOOKS):
            room.fault(FaultKind.DELAY_BEFORE, endpoint, venue=Venue.ALPACA, times=None, delay_s=86400)
        room.set_bid("229.99", "AAPL/USD", venue=Venue.ALPACA)
        await sold_after(room, 10)
        room.set_bid("220", "AAPL/USD", venue=Venue.ALPACA)

        sold_s = await sold_after(room, 60)

        assert sold_s is not None
        assert sold_s <= 14
