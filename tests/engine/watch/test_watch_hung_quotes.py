"""Prices that take several requests: one of them that hangs keeps nobody from being sold by the others."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from engine.alerts.messages import ExitFilled
from engine.market.mark import Mark, PriceProblem, PriceUnknown
from engine.model.venues import Venue
from sandbox.faults import FaultKind
from tests.engine.watch.watching import watch

IN_SESSION = datetime(2026, 3, 4, 17, tzinfo=UTC)
STOCKS, COINS = "GET /v2/stocks/quotes/latest", "GET /v1beta3/crypto/{loc}/latest/quotes"


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
