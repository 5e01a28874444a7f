"""A ticker that stands still while the order book moves is no price: it alarms, and hides no loss."""

from datetime import timedelta
from decimal import Decimal

import pytest

from engine.alerts.messages import ExitFilled, PriceTrouble
from engine.guards.guard import GuardState
from engine.market.mark import Mark, PriceProblem
from engine.model.venues import Venue
from sandbox.faults import FaultKind
from sandbox.market import Override
from tests.patient_loop import START

BOOKS = {Venue.KRAKEN: "Depth", Venue.ALPACA: "GET /v1beta3/crypto/us/latest/orderbooks"}


def freeze_ticker(room, bid="60000", venue=Venue.KRAKEN, symbol="BTC/USD"):
    """Show the same ticker, with the time of now where it has one, whatever the market does."""
    ask = Decimal(bid) + 10
    shown = Override(bid=Decimal(bid), ask=ask, bid_size=Decimal(2), ask_size=Decimal(2), in_book=False)
    room.world.market.override(venue.value, symbol, shown)


async def a_guard(room, venue=Venue.KRAKEN, cost="6000"):
    room.deposit("BTC", "0.1", venue=venue)
    room.set_bid("60000", venue=venue)
    freeze_ticker(room, venue=venue)
    await room.arm("0.1", cost, venue=venue)
    await room.look()


async def watch(room, seconds, *, every_s=5):
    for _ in range(seconds // every_s):
        await room.clock.sleep(every_s)
        await room.look()
    await room.wait_for("exit ")


def seen(room):
    return room.engine.watch.guard_marks["guard-1"].current


@pytest.mark.fault("V14")
@pytest.mark.parametrize("venue", BOOKS)
async def test_a_book_that_falls_away_from_a_frozen_ticker_sells_and_is_reported(rooms, venue):
    async with rooms(venues=(venue,)) as room:
        await a_guard(room, venue)
        room.set_bid("57000", venue=venue)

        await watch(room, 20)

        [sale] = await room.alerts(ExitFilled)
        assert sale.trigger_price == Decimal(57000)
        assert sale.triggered_at - START <= timedelta(seconds=16)


@pytest.mark.parametrize("venue", BOOKS)
async def test_a_frozen_ticker_alarms_within_the_longest_age_and_a_look(rooms, venue):
    async with rooms(venues=(venue,)) as room:
        await a_guard(room, venue, cost="5000")
        room.set_bid("57000", venue=venue)

        await watch(room, 20)

        [alarm] = await room.alerts(PriceTrouble)
        assert (alarm.what, alarm.why) == ("unknown", PriceProblem.CONTRADICTED)
        assert seen(room).problem is PriceProblem.CONTRADICTED
        assert (await room.guard()).state is GuardState.ARMED


@pytest.mark.fault("V14")
async def test_a_book_that_differs_in_one_look_alone_sells_nothing(room):
    await a_guard(room)
    await watch(room, 5)
    room.set_bid("57000")
    await watch(room, 5)
    contradicted = seen(room)
    room.set_bid("60000")

    await watch(room, 30)

    assert contradicted.problem is PriceProblem.CONTRADICTED
    assert isinstance(seen(room), Mark)
    assert await room.alerts() == []


async def test_a_ticker_that_moves_while_the_book_stands_still_sells_nothing(room):
    await a_guard(room)
    room.set_bid("57000")
    for bid in ("60001", "60002", "60003", "60004", "60005", "60006"):
        freeze_ticker(room, bid)
        await watch(room, 5)

    [alarm] = await room.alerts()
    assert alarm.what == "unknown"
    assert room.sent() == []


async def test_books_that_disagree_with_each_other_sell_nothing(room):
    await a_guard(room)
    for bid in ("57000", "50000", "40000", "57000", "50000", "40000"):
        room.set_bid(bid)
        room.fault(
            FaultKind.WRONG_FIELDS, "Depth", fields={"bids": [["30000", "9", 0]], "asks": [["30010", "9", 0]]}
        )
        await watch(room, 5)

    assert room.sent() == []
    assert [alarm.what for alarm in await room.alerts()] == ["unknown"]


async def test_a_ticker_that_shows_a_loss_the_book_does_not_have_sells_nothing_once_it_is_noticed(room):
    await a_guard(room)
    await watch(room, 10)
    room.set_bid("63000")
    await watch(room, 15)
    assert seen(room).problem is PriceProblem.CONTRADICTED
    freeze_ticker(room, "59000")

    await watch(room, 30)

    assert room.sent() == []


async def test_the_price_is_back_once_ticker_and_book_agree(room):
    await a_guard(room, cost="5000")
    room.set_bid("57000")
    await watch(room, 30)
    room.world.market.restore("kraken", "BTC/USD")

    await watch(room, 10)

    assert [alarm.what for alarm in await room.alerts()] == ["unknown", "back"]
    assert seen(room).price == Decimal(57000)


async def test_screens_show_no_price_that_the_book_contradicts(room):
    await a_guard(room, cost="5000")
    market = room.base.markets[Venue.KRAKEN]
    room.set_bid("57000")
    await watch(room, 15)

    assert await market.quotes({"BTC/USD"}, max_age_s=15) == {}


async def test_an_instrument_is_compared_once_for_all_its_guards_and_not_with_every_look(room):
    await a_guard(room)
    await room.arm("0.05", "1000", guard_id="guard-2")
    before = len(room.sent("Depth"))

    await watch(room, 60)

    assert 4 <= len(room.sent("Depth")) - before <= 7


async def test_a_book_that_is_not_reported_changes_nothing(room):
    await a_guard(room)
    room.fault(FaultKind.HTTP_ERROR_BEFORE, "Depth", times=None)

    await watch(room, 60)

    assert isinstance(seen(room), Mark)
    assert await room.alerts() == []


async def test_a_book_that_hangs_delays_no_sale(room):
    await a_guard(room)
    await watch(room, 5)
    room.world.market.restore("kraken", "BTC/USD")
    room.fault(FaultKind.DELAY_BEFORE, "Depth", times=None, delay_s=30)
    room.set_bid("59400")

    await watch(room, 5)

    [sale] = await room.alerts(ExitFilled)
    assert sale.trigger_price == Decimal(59400)


async def test_a_difference_seen_once_sells_nothing_when_no_book_is_reported_after_it(room):
    await a_guard(room)
    await watch(room, 5)
    room.set_bid("57000")
    await watch(room, 5)
    assert seen(room).problem is PriceProblem.CONTRADICTED
    room.set_bid("60000")
    room.world.market.restore("kraken", "BTC/USD")
    room.fault(FaultKind.HTTP_ERROR_BEFORE, "Depth", times=None)

    await watch(room, 10)

    assert room.sent() == []


class BreaksOnBooks:
    """Market data whose book of one instrument fails as only a bug would."""

    def __init__(self, data, symbol):
        self._data = data
        self._symbol = symbol

    def __getattr__(self, name):
        return getattr(self._data, name)

    async def fetch_book(self, symbol):
        if symbol == self._symbol:
            raise ZeroDivisionError
        return await self._data.fetch_book(symbol)


async def test_a_comparison_that_breaks_keeps_no_other_guard_from_being_sold(room):
    await a_guard(room)
    room.set_bid("2000", "ETH/USD")
    await room.arm("1", "2000", guard_id="guard-2", symbol="ETH/USD")
    await room.look()
    market = room.base.markets[Venue.KRAKEN]
    market.data = BreaksOnBooks(market.data, "ETH/USD")
    room.set_bid("57000")

    await watch(room, 30)

    assert [alert.symbol for alert in await room.alerts(ExitFilled)] == ["BTC/USD"]


def show_ticker(room, bid, ask=None):
    shown = Override(
        bid=Decimal(bid),
        ask=Decimal(ask) if ask else Decimal(bid) + 10,
        bid_size=Decimal(2),
        ask_size=Decimal(2),
        in_book=False,
    )
    room.world.market.override("kraken", "BTC/USD", shown)


@pytest.mark.fault("V37")
async def test_a_ticker_that_lags_behind_a_crash_delays_no_sale(room):
    await a_guard(room, cost="5500")
    prices = [Decimal(60000) * Decimal("0.994") ** second for second in range(60)]
    for second, price in enumerate(prices):
        room.set_bid(f"{price:.1f}")
        show_ticker(room, f"{prices[max(second - 2, 0)]:.1f}")
        await room.clock.sleep(1)
        if second % 5 == 4:
            await room.look()

    await room.wait_for("exit ")
    [sale] = await room.alerts(ExitFilled)
    assert sale.trigger_price >= Decimal(52500)


@pytest.mark.fault("V37")
async def test_ticker_and_book_that_differ_and_are_both_past_the_threshold_sell(room):
    await a_guard(room, cost="5500")
    show_ticker(room, "60900")
    await watch(room, 15)
    for tick in range(4):
        room.set_bid("49000")
        show_ticker(room, 49735 + tick)
        await watch(room, 5)

    [sale] = await room.alerts(ExitFilled)
    assert sale.trigger_price == Decimal(49000)


async def test_an_ask_that_only_the_ticker_shows_hides_no_loss(room):
    await a_guard(room)
    for bid in (60000, 60000, 59000, 59000, 59000):
        room.set_bid(str(bid))
        show_ticker(room, bid, ask=bid * 103 // 100)
        await watch(room, 5)

    [sale] = await room.alerts(ExitFilled)
    assert sale.trigger_price == Decimal(59000)


async def test_books_of_which_one_alone_is_past_the_threshold_sell_nothing(room):
    await a_guard(room, cost="5500")
    show_ticker(room, "60900")
    await watch(room, 15)
    for tick in range(4):
        room.set_bid("56000")
        show_ticker(room, 54000 - tick)
        room.fault(
            FaultKind.WRONG_FIELDS, "Depth", fields={"bids": [["30000", "9", 0]], "asks": [["30010", "9", 0]]}
        )
        await watch(room, 5)

    assert room.sent() == []


@pytest.mark.fault("V86")
@pytest.mark.parametrize("venue", BOOKS)
async def test_a_ticker_that_was_frozen_before_the_guard_was_set_sells_nothing(rooms, venue):
    async with rooms(venues=(venue,)) as room:
        room.deposit("BTC", "0.1", venue=venue)
        room.set_bid("60000", venue=venue)
        freeze_ticker(room, "57000", venue=venue)
        await room.arm("0.1", "6000", venue=venue)

        await watch(room, 30)

        assert [alarm.what for alarm in await room.alerts()] == ["unknown"]
        assert (await room.guard()).state is GuardState.ARMED


@pytest.mark.fault("V86")
@pytest.mark.parametrize("bid", ["0", "NaN", None, "70000"])
async def test_a_ticker_that_is_no_price_for_a_while_agrees_with_no_book(room, bid):
    room.deposit("BTC", "0.1")
    room.set_bid("60000")
    freeze_ticker(room, "57000")
    await room.arm("0.1", "6000")
    await watch(room, 5)
    no_price = Override(bid=bid and Decimal(bid), ask=Decimal(60010), in_book=False)
    room.world.market.override("kraken", "BTC/USD", no_price)
    await watch(room, 20)
    freeze_ticker(room, "57000")

    await watch(room, 10)

    assert await room.alerts(ExitFilled) == []
    assert (await room.guard()).state is GuardState.ARMED


@pytest.mark.fault("V86")
async def test_a_breach_by_a_ticker_whose_book_cannot_be_read_for_long_sells(room):
    await a_guard(room)
    room.fault(FaultKind.HTTP_ERROR_BEFORE, "Depth", times=None)
    await watch(room, 60)
    freeze_ticker(room, "59300")
    room.set_bid("59300")

    await watch(room, 5)

    assert [sale.quantity for sale in await room.alerts(ExitFilled)] == [Decimal("0.1")]


@pytest.mark.fault("V86")
async def test_a_frozen_ticker_that_the_book_comes_near_to_sells_nothing_the_book_denies(room):
    room.deposit("BTC", "0.1")
    room.set_bid("60000")
    freeze_ticker(room, "59390")
    await room.arm("0.1", "6000")
    await watch(room, 15)
    room.set_bid("59600")

    await watch(room, 60)

    assert await room.alerts(ExitFilled) == []
    assert (await room.guard()).state is GuardState.ARMED
    freeze_ticker(room, "59389")
    room.set_bid("59389")
    await watch(room, 10)
    assert [sale.quantity for sale in await room.alerts(ExitFilled)] == [Decimal("0.1")]


@pytest.mark.fault("V86")
@pytest.mark.parametrize("venue", BOOKS)
async def test_a_loss_that_a_frozen_ticker_hides_by_less_than_a_percent_sells(rooms, venue):
    async with rooms(venues=(venue,)) as room:
        await a_guard(room, venue, cost="6030")
        room.set_bid("59650", venue=venue)

        await watch(room, 25)

        [sale] = await room.alerts(ExitFilled)
        assert sale.trigger_price == Decimal(59650)


@pytest.mark.fault("V86")
@pytest.mark.parametrize("venue", BOOKS)
async def test_a_loss_that_a_frozen_ticker_hides_by_next_to_nothing_sells(rooms, venue):
    async with rooms(venues=(venue,)) as room:
        await a_guard(room, venue, cost="6058")
        freeze_ticker(room, "59980", venue=venue)
        room.set_bid("59980", venue=venue)
        await watch(room, 15)
        room.set_bid("59970", venue=venue)

        await watch(room, 25)

        [sale] = await room.alerts(ExitFilled)
        assert sale.trigger_price == Decimal(59970)


@pytest.mark.fault("V86")
@pytest.mark.parametrize("bids", [("59400", "57000", "54000"), ("57000", "54000"), ("59300",)], ids=str)
@pytest.mark.parametrize("venue", BOOKS)
async def test_a_ticker_that_jumped_before_it_froze_hides_no_loss(rooms, venue, bids):
    async with rooms(venues=(venue,)) as room:
        await a_guard(room, venue)
        room.set_bid("63000", venue=venue)
        freeze_ticker(room, "63000", venue=venue)
        await watch(room, 15)
        room.set_bid("60700", venue=venue)
        freeze_ticker(room, "59500", venue=venue)
        await watch(room, 10)
        assert seen(room).problem is PriceProblem.CONTRADICTED

        for bid in bids:
            room.set_bid(bid, venue=venue)
            await watch(room, 5)
        await watch(room, 10)

        [sale] = await room.alerts(ExitFilled)
        assert sale.quantity == Decimal("0.1")


async def test_a_book_that_moves_past_the_threshold_in_one_look_alone_sells_nothing(room):
    await a_guard(room)
    room.set_bid("60700")
    freeze_ticker(room, "59500")
    await watch(room, 10)
    room.set_bid("57000")
    await watch(room, 5)
    room.set_bid("60700")

    await watch(room, 30)

    assert room.sent() == []
    assert (await room.guard()).state is GuardState.ARMED


async def test_a_book_that_stands_still_beside_a_ticker_that_does_is_not_believed(room):
    await a_guard(room)
    room.set_bid("57000")
    freeze_ticker(room, "59900")

    await watch(room, 60)

    assert room.sent() == []
    assert "unknown" in [alarm.what for alarm in await room.alerts(PriceTrouble)]


def show_book(room, bid, ask):
    room.world.faults("kraken").clear()
    sides = {"bids": [[bid, "9", 0]], "asks": [[ask, "9", 0]]}
    room.fault(FaultKind.WRONG_FIELDS, "Depth", times=None, fields=sides)


@pytest.mark.fault("V86")
async def test_a_loss_that_a_frozen_ticker_hides_by_its_wide_spread_alone_sells(room):
    room.deposit("BTC", "0.1")
    show_ticker(room, "59580", "60000")
    show_book(room, "59580", "60000")
    await room.arm("0.1", "6030.31")
    await watch(room, 15)
    assert seen(room).price == Decimal(59790)
    show_book(room, "59610", "59760")

    await watch(room, 25)

    [sale] = await room.alerts(ExitFilled)
    assert sale.trigger_price == Decimal(59610)


async def test_a_frozen_ticker_with_a_spread_that_is_narrow_for_its_guard_sells_nothing_the_book_denies(room):
    room.deposit("BTC", "0.1")
    show_ticker(room, "58740", "60000")
    show_book(room, "59500", "60700")
    await room.arm("0.1", "6189.48", threshold=Decimal("-0.05"))
    await watch(room, 15)
    show_book(room, "58830", "59940")

    await watch(room, 60)

    assert room.sent() == []
    assert (await room.guard()).state is GuardState.ARMED


@pytest.mark.fault("V86")
@pytest.mark.parametrize("venue", BOOKS)
async def test_a_frozen_ticker_that_shows_little_less_than_the_book_sells_nothing_the_book_denies(
    rooms, venue
):
    async with rooms(venues=(venue,)) as room:
        room.deposit("BTC", "0.1", venue=venue)
        room.set_bid("59640", venue=venue)
        freeze_ticker(room, "59390", venue=venue)
        await room.arm("0.1", "6000", venue=venue)

        await watch(room, 60)

        assert await room.alerts(ExitFilled) == []
        assert (await room.guard()).state is GuardState.ARMED
