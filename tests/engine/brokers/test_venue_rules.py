"""What the rules allow the sandbox and paper accounts take, and what they object to these refuse for the same reason."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.brokers.base import Priority
from engine.brokers.paper.broker import PaperBroker
from engine.brokers.venue_rules import VENUE_RULES, Funds
from engine.model.errors import RefusalReason, RefusedError
from engine.model.instruments import AssetClass, TradingStatus
from engine.model.money import exact
from engine.model.orders import ClientOrderId, OrderRequest, Side
from engine.model.venues import Venue
from tests.builders import a_book, an_instrument

CASH, COINS = "500", "0.01"
TAKER = Decimal("0.0026")


def funds(base="1", quote="1000", taker=TAKER):
    return Funds(base=Decimal(base), quote=Decimal(quote), taker=taker)


def a_market(venue=Venue.KRAKEN, **facts):
    usual = {"lot": "0.0001", "minimum_quantity": "0.001", "minimum_notional": "5"}
    return an_instrument(venue=venue, **usual | facts)


BOOK = a_book(bids=[("99", "1"), ("98", "2")], asks=[("100", "1"), ("110", "2")])


def reasons(instrument, side, quantity, **facts):
    known = {"book": BOOK, "funds": funds(), **facts}
    found = VENUE_RULES[instrument.venue].why_not(instrument, side, Decimal(quantity), **known)
    return [objection.reason for objection in found]


@pytest.mark.parametrize("side", Side)
@pytest.mark.parametrize("venue", Venue)
def test_an_order_in_whole_lots_above_every_minimum_is_taken(venue, side):
    assert reasons(a_market(venue), side, "0.06") == []


OBJECTIONS = {
    "half a lot": ("0.06005", {}, RefusalReason.INVALID_ORDER, "0.0001", "0.06005", "BTC"),
    "too few": ("0.0009", {"minimum_notional": "0"}, RefusalReason.BELOW_MINIMUM, "0.001", "0.0009", "BTC"),
    "worth too little": ("0.04", {}, RefusalReason.BELOW_MINIMUM, "5", "4", "USD"),
    "more than there is cash for": (
        "2",
        {},
        RefusalReason.INSUFFICIENT_FUNDS,
        "210.546",
        "100",
        "USD",
    ),
}


@pytest.mark.parametrize("case", OBJECTIONS.values(), ids=OBJECTIONS)
def test_an_objection_has_its_limit_and_the_figure_that_does_not_meet_it(case):
    quantity, facts, reason, limit, actual, unit = case

    [found] = VENUE_RULES[Venue.KRAKEN].why_not(
        a_market(**facts), Side.BUY, Decimal(quantity), book=BOOK, funds=funds(quote="100")
    )

    assert (found.reason, found.limit, found.actual, found.unit) == (
        reason,
        Decimal(limit),
        Decimal(actual),
        unit,
    )


def test_a_market_that_is_not_online_and_a_share_at_night_are_not_traded():
    shut = replace(a_market(), status=TradingStatus.LIMIT_ONLY)
    share = a_market(Venue.ALPACA, asset_class=AssetClass.STOCK)

    assert reasons(shut, Side.BUY, "0.06") == [RefusalReason.MARKET_UNAVAILABLE]
    assert reasons(share, Side.BUY, "0.06", in_session=False) == [RefusalReason.MARKET_UNAVAILABLE]
    assert reasons(share, Side.BUY, "0.06", in_session=True) == []
    assert reasons(share, Side.BUY, "0.06") == []
    assert reasons(a_market(), Side.BUY, "0.06", in_session=False) == []


def test_alpacas_smallest_value_holds_for_buys_alone_and_the_others_for_both():
    found = {venue: reasons(a_market(venue), Side.SELL, "0.04") for venue in Venue}

    below = [RefusalReason.BELOW_MINIMUM]
    assert found == {Venue.KRAKEN: below, Venue.COINBASE: below, Venue.ALPACA: []}


def test_a_buy_walks_the_book_and_pays_its_fee_beside_or_from_the_coins():
    beside = VENUE_RULES[Venue.KRAKEN].buy(a_market(), BOOK, spend=Decimal("210.546"), taker=TAKER)
    in_coins = VENUE_RULES[Venue.ALPACA].buy(a_market(Venue.ALPACA), BOOK, spend=Decimal(210), taker=TAKER)

    assert (beside.quantity, beside.value, beside.total, beside.change) == (2, 210, Decimal("210.546"), 2)
    assert (in_coins.quantity, in_coins.total, in_coins.change) == (2, 210, Decimal("1.9948"))
    assert beside.price == in_coins.price == 105


def test_a_sale_is_of_whole_lots_and_brings_what_its_fee_leaves():
    sold = VENUE_RULES[Venue.ALPACA].sell(
        a_market(Venue.ALPACA), BOOK, quantity=Decimal("1.99485"), taker=TAKER
    )

    # One at 99 and 0.9948 at 98
    assert (sold.quantity, sold.value) == (Decimal("1.9948"), Decimal("196.4904"))
    assert (sold.total, sold.change) == (Decimal("196.4904") * (1 - TAKER), -sold.quantity)


def test_what_the_book_does_not_hold_is_neither_bought_nor_sold():
    rules = VENUE_RULES[Venue.KRAKEN]

    assert rules.buy(a_market(), BOOK, spend=Decimal(400), taker=TAKER) is None
    assert rules.sell(a_market(), BOOK, quantity=Decimal("3.0001"), taker=TAKER) is None
    assert rules.sell(a_market(), BOOK, quantity=Decimal("0.00009"), taker=TAKER) is None
    assert rules.buy(a_market(), BOOK, spend=Decimal("0.001"), taker=TAKER) is None


instruments = st.builds(
    a_market,
    st.sampled_from(Venue),
    lot=st.sampled_from(["0.00000001", "0.0001", "0.1"]),
    minimum_quantity=st.sampled_from(["0", "0.00005", "0.01"]),
    minimum_notional=st.decimals("0", "20", places=2),
)


@given(
    instrument=instruments,
    bid=st.decimals("1", "100", places=2),
    spread=st.decimals("0", "0.4", places=2),
    taker=st.decimals("0", "0.02", places=4),
)
def test_the_smallest_buy_is_taken_with_its_sale_after_the_fall_and_a_lot_less_is_not(
    instrument, bid, spread, taker
):
    rules, fall = VENUE_RULES[instrument.venue], Decimal("0.01")
    ask = bid + spread
    smallest = rules.smallest_buy(instrument, ask=ask, bid=bid, taker=taker, fall=fall)
    with exact():
        fallen = a_book(bids=[(bid * (1 - fall), "1e9")], asks=[(ask, "1e9")])

    def is_taken(spend):
        bought = rules.buy(instrument, fallen, spend=spend, taker=taker)
        if bought is None:
            return False
        sold, own = instrument.floor_quantity(bought.change), funds("1e9", "1e9", taker)
        objections = (
            *rules.why_not(instrument, Side.BUY, bought.quantity, book=fallen, funds=own),
            *rules.why_not(instrument, Side.SELL, sold, book=fallen, funds=own),
        )
        return not objections

    with exact():
        a_lot = instrument.lot * ask * (1 + (0 if rules.takes_coins else taker))
        assert is_taken(smallest)
        assert not is_taken(smallest - a_lot)


# against the sandbox

ORDERS = {
    "a small buy": (Side.BUY, "BTC/USD", "0.001"),
    "a buy finer than a lot": (Side.BUY, "BTC/USD", "0.0010000000001"),
    "a buy of next to nothing": (Side.BUY, "BTC/USD", "0.00000001"),
    "a buy worth some cents": (Side.BUY, "BTC/USD", "0.00001"),
    "a buy worth six dollars": (Side.BUY, "BTC/USD", "0.0001"),
    "a buy for nearly all cash": (Side.BUY, "BTC/USD", "0.0077"),
    "a buy that its fee makes too dear": (Side.BUY, "BTC/USD", "0.0078"),
    "a buy beyond all cash": (Side.BUY, "BTC/USD", "0.0079"),
    "a buy far beyond all cash": (Side.BUY, "BTC/USD", "1"),
    "a buy of a coarse coin": (Side.BUY, "DOGE/USD", "100.05"),
    "a small sale": (Side.SELL, "BTC/USD", "0.001"),
    "a sale worth some cents": (Side.SELL, "BTC/USD", "0.00001"),
    "a sale worth six dollars": (Side.SELL, "BTC/USD", "0.0001"),
    "a sale of everything": (Side.SELL, "BTC/USD", COINS),
    "a sale of more": (Side.SELL, "BTC/USD", "0.0101"),
}


async def objections_of(room, broker, side, symbol, quantity):
    venue = broker.account.venue
    market = room.base.markets[venue]
    instrument = (await market.instruments())[symbol]
    report = await broker.fetch_report()
    fees = await broker.fetch_fees([symbol])
    own = Funds(
        base=report.holding(instrument.base).free,
        quote=report.holding(instrument.quote).free,
        taker=fees[symbol].taker,
    )
    return list(
        VENUE_RULES[venue].why_not(
            instrument, side, Decimal(quantity), book=await market.book(symbol), funds=own
        )
    )


async def refusal_of(broker, side, symbol, quantity):
    request = OrderRequest(
        symbol=symbol,
        side=side,
        quantity=Decimal(quantity),
        client_order_id=ClientOrderId("6a8c4f0e-0000-4000-8000-000000000001"),
    )
    try:
        await broker.submit_order(request, priority=Priority.ENTRY)
    except RefusedError as e:
        return e.reason
    return None


@pytest.mark.parametrize("order", ORDERS.values(), ids=ORDERS)
@pytest.mark.parametrize("venue", Venue)
async def test_the_sandbox_takes_what_is_allowed_and_refuses_what_is_not(rooms, venue, order):
    async with rooms(venues=(venue,)) as room:
        room.deposit("USD", CASH, venue=venue)
        room.deposit("BTC", COINS, venue=venue)

        broker = room.broker(venue)
        objections = await objections_of(room, broker, *order)
        refusal = await refusal_of(broker, *order)

        assert (refusal is None) == (not objections)
        if refusal is not None:
            reasons = {objection.reason for objection in objections}
            # Kraken calls the volume an invalid argument where it has too many decimals, as where it is too small.
            assert refusal in reasons or (venue is Venue.KRAKEN and RefusalReason.INVALID_ORDER in reasons)


@pytest.mark.parametrize("order", ORDERS.values(), ids=ORDERS)
@pytest.mark.parametrize("venue", Venue)
async def test_an_account_on_paper_takes_and_refuses_the_same(rooms, venue, order):
    async with rooms(venues=(venue,)) as room:
        broker = PaperBroker(
            account=room.account(venue),
            market=room.base.markets[venue].data,
            database=room.database,
            clock=room.clock,
            max_price_age=timedelta(seconds=15),
        )
        await broker.open({"USD": Decimal(CASH), "BTC": Decimal(COINS)})

        objections = await objections_of(room, broker, *order)
        refusal = await refusal_of(broker, *order)

        assert (refusal is None) == (not objections)
        assert refusal is None or refusal in {objection.reason for objection in objections}


@pytest.mark.parametrize(
    ("venue", "status"),
    [
        (Venue.KRAKEN, "cancel_only"),
        (Venue.KRAKEN, "limit_only"),
        (Venue.COINBASE, "cancel_only"),
        (Venue.COINBASE, "limit_only"),
        (Venue.COINBASE, "trading_disabled"),
    ],
)
async def test_a_market_in_a_mode_without_market_orders_is_shut_in_both(rooms, venue, status):
    async with rooms(venues=(venue,)) as room:
        room.deposit("USD", CASH, venue=venue)
        room.world.market.set_status(venue.value, "BTC/USD", status)

        broker = room.broker(venue)
        [objection] = await objections_of(room, broker, Side.BUY, "BTC/USD", "0.001")

        assert objection.reason is RefusalReason.MARKET_UNAVAILABLE
        assert await refusal_of(broker, Side.BUY, "BTC/USD", "0.001") is objection.reason
