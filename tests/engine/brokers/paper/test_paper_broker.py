import asyncio
from datetime import timedelta
from decimal import Decimal

import pytest
from sqlalchemy import text

from engine.brokers.base import BookedFee, Priority
from engine.brokers.paper.book import Book, Level
from engine.brokers.paper.ledger import Draft
from engine.brokers.paper.store import load_ledger, save_ledger
from engine.brokers.venue_rules import VENUE_RULES, Funds
from engine.clock import SystemClock
from engine.model.errors import RefusalReason, RefusedError, TryLaterError, UnknownOutcomeError
from engine.model.orders import ClientOrderId, OrderStatus, Side
from engine.model.venue_fees import FIRST_TIERS
from engine.model.venues import Venue
from tests.engine.brokers.paper.conftest import open_room
from tests.simulation.contract_accounts import BITCOIN


class ClockBehind(SystemClock):
    """The time of a machine whose clock is behind."""

    def __init__(self, by):
        super().__init__()
        self._by = by

    def now(self):
        return super().now() - self._by


async def refusal_of(trade):
    with pytest.raises(RefusedError) as refused:
        await trade
    return refused.value.reason


async def test_a_purchase_pays_the_ask_and_the_venues_fee(kraken):
    order = await kraken.buy("0.005")

    assert (order.status, order.filled_quantity) == (OrderStatus.FILLED, Decimal("0.005"))
    assert (order.cost, order.fee, order.fee_asset) == (Decimal("250.05"), Decimal("1.0002"), "USD")
    assert await kraken.owned() == {"USD": Decimal("248.9498"), "BTC": Decimal("0.005")}


async def test_a_sale_brings_the_bid_less_the_venues_fee(kraken):
    await kraken.buy("0.005")

    order = await kraken.sell("0.002")

    assert (order.cost, order.fee) == (Decimal("99.98"), Decimal("0.39992"))
    assert await kraken.owned() == {"USD": Decimal("348.52988"), "BTC": Decimal("0.003")}


async def test_a_purchase_walks_the_order_book_level_by_level(kraken):
    kraken.stand_in.market.override(Venue.KRAKEN, BITCOIN, None)
    best, second, *_ = kraken.stand_in.market.book(Venue.KRAKEN, BITCOIN).asks
    await kraken.add("USD", 1_000_000)

    order = await kraken.buy("7")

    fills = await kraken.broker.fetch_order_fills(order)
    assert [(fill.price, fill.quantity) for fill in fills] == [(best.price, 5), (second.price, 2)]
    assert (order.status, order.cost) == (OrderStatus.FILLED, 5 * best.price + 2 * second.price)


async def test_what_the_order_book_does_not_hold_stays_unsold(kraken):
    await kraken.buy("0.005")
    kraken.quote("49990", "50010", bid_size="0.002")

    order = await kraken.sell("0.005")

    assert (order.status, order.filled_quantity) == (OrderStatus.CANCELED, Decimal("0.002"))
    assert (await kraken.owned())["BTC"] == Decimal("0.003")


async def test_alpaca_takes_its_fee_from_the_coins_that_are_bought(alpaca):
    order = await alpaca.buy("0.004")

    assert (order.fee, order.fee_asset) == (Decimal("0.00001"), "BTC")
    assert await alpaca.owned() == {"USD": Decimal("299.96"), "BTC": Decimal("0.00399")}
    assert await alpaca.broker.fetch_booked_fee(order.venue_order_id, BITCOIN) == BookedFee(
        amount=Decimal("0.00001"), asset="BTC"
    )


async def test_the_fee_that_is_reported_is_the_one_that_is_charged(kraken):
    order = await kraken.buy("0.001")

    fees = await kraken.broker.fetch_fees([BITCOIN, "NONE/USD"])

    assert set(fees) == {BITCOIN}
    assert order.fee == order.cost * fees[BITCOIN].taker


async def test_everything_is_as_it_was_after_a_restart(kraken):
    order = await kraken.buy("0.005", client_order_id=ClientOrderId("mine"))
    report, page = await kraken.broker.fetch_report(), await kraken.broker.fetch_fills()

    await kraken.restart()
    await kraken.broker.open({"USD": Decimal(500)})

    assert (await kraken.broker.fetch_report()).holds_the_same(report)
    assert await kraken.broker.find_order(ClientOrderId("mine"), BITCOIN, since=order.opened_at) == order
    assert await kraken.broker.fetch_fills() == page
    assert await kraken.broker.fetch_order_fills(order) == page.fills
    assert (await kraken.sell("0.005")).status is OrderStatus.FILLED


async def test_a_purchase_without_the_money_changes_nothing(kraken):
    assert await refusal_of(kraken.buy("0.01")) is RefusalReason.INSUFFICIENT_FUNDS
    assert await kraken.owned() == {"USD": Decimal(500)}
    assert (await kraken.broker.fetch_fills()).fills == ()


async def test_the_fee_is_part_of_what_a_purchase_needs(kraken):
    kraken.quote("49999.9", "50000")

    assert await refusal_of(kraken.buy("0.01")) is RefusalReason.INSUFFICIENT_FUNDS


async def test_two_purchases_at_once_do_not_spend_the_same_money(kraken):
    outcomes = await asyncio.gather(kraken.buy("0.006"), kraken.buy("0.006"), return_exceptions=True)

    assert sorted(type(one).__name__ for one in outcomes) == ["Order", "RefusedError"]
    assert (await kraken.owned())["BTC"] == Decimal("0.006")


@pytest.mark.parametrize(
    ("bid", "ask"), [(None, "50010"), ("49990", None), ("50010", "49990"), ("0", "50010")]
)
async def test_without_a_sound_price_nothing_is_filled(kraken, bid, ask):
    kraken.quote(bid, ask)

    with pytest.raises(TryLaterError):
        await kraken.buy("0.001")
    assert await kraken.owned() == {"USD": Decimal(500)}


async def test_an_old_price_fills_nothing(alpaca):
    alpaca.stand_in.market.freeze(Venue.ALPACA, BITCOIN)
    alpaca.broker = alpaca.a_broker(max_price_age=timedelta(0))

    with pytest.raises(TryLaterError):
        await alpaca.buy("0.001")


@pytest.mark.parametrize("behind", [timedelta(seconds=20), timedelta(days=1)])
async def test_a_price_dated_ahead_of_our_clock_fills_nothing(kraken, behind):
    kraken.broker = kraken.a_broker(clock=ClockBehind(behind))

    with pytest.raises(TryLaterError):
        await kraken.buy("0.001")
    assert await kraken.owned() == {"USD": Decimal(500)}


async def test_a_price_a_little_ahead_of_our_clock_fills(kraken):
    kraken.broker = kraken.a_broker(max_price_age=timedelta(hours=1), clock=ClockBehind(timedelta(minutes=1)))

    assert (await kraken.buy("0.001")).status is OrderStatus.FILLED


async def test_a_market_that_only_cancels_takes_no_order(kraken):
    kraken.stand_in.market.set_status(Venue.KRAKEN, BITCOIN, "cancel_only")

    assert await refusal_of(kraken.buy("0.001")) is RefusalReason.MARKET_UNAVAILABLE


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"symbol": "NONE/USD"}, RefusalReason.UNKNOWN_SYMBOL),
        ({"quantity": Decimal("0.00000001")}, RefusalReason.BELOW_MINIMUM),
        ({"quantity": Decimal("0.001000001")}, RefusalReason.INVALID_ORDER),
        ({"reduce_only": True}, RefusalReason.INVALID_ORDER),
        ({"leverage": 2}, RefusalReason.INVALID_ORDER),
    ],
    ids=["not listed", "too small", "between two lots", "reduce only", "leveraged"],
)
@pytest.mark.parametrize("side", list(Side))
async def test_what_the_venue_refuses_is_refused_on_paper(kraken, side, changes, reason):
    await kraken.buy("0.005")

    assert await refusal_of(kraken.trade(side, **{"quantity": "0.001", **changes})) is reason


SIZES = ("0.000000001", "0.00001", "0.00004", "0.00005", "0.0002", "0.001", "0.00123456789", "0.02")


async def outcome_of(trade):
    """Return why an order was refused; None where it was filled."""
    try:
        order = await trade
    except RefusedError as refused:
        return refused.reason
    assert order.status is OrderStatus.FILLED
    return None


@pytest.mark.parametrize("side", list(Side))
@pytest.mark.parametrize("venue", list(Venue))
async def test_paper_refuses_what_the_rules_of_the_venue_refuse(tmp_path, venue, side):
    async with open_room(venue, tmp_path) as room:
        for quantity in SIZES:
            funds = {"BTC": Decimal("0.01"), "USD": Decimal(500)}
            await room.hold(funds)
            instrument = (await room.market.fetch_instruments())[BITCOIN]
            objections = VENUE_RULES[venue].why_not(
                instrument,
                side,
                Decimal(quantity),
                book=await room.market.fetch_book(BITCOIN),
                funds=Funds(base=funds["BTC"], quote=funds["USD"], taker=FIRST_TIERS[venue].taker),
            )
            reasons = {objection.reason for objection in objections}

            outcome = await outcome_of(room.trade(side, quantity))

            assert outcome in (reasons or {None}), quantity


async def test_alpaca_sells_for_less_than_it_sells_to_buyers(alpaca):
    await alpaca.buy("0.004")
    alpaca.quote("5000", "5001")

    assert await refusal_of(alpaca.buy("0.0001")) is RefusalReason.BELOW_MINIMUM
    assert (await alpaca.sell("0.0001")).cost == Decimal("0.5")


async def test_another_order_under_a_used_id_is_refused_at_coinbase(coinbase):
    first = await coinbase.buy("0.001", client_order_id=ClientOrderId("mine"))

    again = await coinbase.buy("0.001", client_order_id=ClientOrderId("mine"))
    other = coinbase.buy("0.002", client_order_id=ClientOrderId("mine"))

    assert again == first
    assert await refusal_of(other) is RefusalReason.DUPLICATE_CLIENT_ORDER_ID
    assert (await coinbase.owned())["BTC"] == Decimal("0.001")


async def test_fills_come_in_pages_newest_first(kraken):
    listing = kraken.stand_in.market.listing(Venue.KRAKEN, BITCOIN)
    draft = Draft(listing=listing, side=Side.BUY, quantity=Decimal("0.0001"))
    level = (Level(Decimal(50000), Decimal(1)),)
    numbers = iter(range(1000))
    async with kraken.database.write() as session:
        ledger = await load_ledger(
            session, kraken.account, fees=FIRST_TIERS[Venue.KRAKEN], new_id=lambda kind: str(next(numbers))
        )
        ledger.deposit("USD", Decimal(1000), at=0)
        for at in range(101):
            ledger.place(draft, Book(bids=level, asks=level, at=0), at=at)
        await save_ledger(session, kraken.account, ledger)

    first = await kraken.broker.fetch_fills()
    second = await kraken.broker.fetch_fills(cursor=first.next_cursor)

    assert [fill.at.timestamp() for fill in (*first.fills, *second.fills)] == [*range(100, -1, -1)]
    assert (len(first.fills), second.next_cursor) == (100, None)


async def test_a_damaged_row_is_no_empty_account(kraken):
    async with kraken.database.write() as session:
        await session.exec(text("UPDATE paper_balances SET total = 'much'"))

    with pytest.raises(TryLaterError):
        await kraken.broker.fetch_report()
    with pytest.raises(TryLaterError):
        await kraken.buy("0.001")


async def test_a_damaged_order_of_the_same_id_is_no_lost_order(kraken):
    await kraken.buy("0.001", client_order_id=ClientOrderId("mine"))
    async with kraken.database.write() as session:
        await session.exec(text("UPDATE paper_orders SET placed = 'what'"))

    with pytest.raises(TryLaterError):
        await kraken.buy("0.001", client_order_id=ClientOrderId("mine"))


async def test_an_order_that_cannot_be_saved_has_an_unknown_outcome(kraken):
    async with kraken.database.write() as session:
        await session.exec(
            text(
                "CREATE TRIGGER full BEFORE INSERT ON paper_fills BEGIN SELECT RAISE(ABORT, 'disk full'); END"
            )
        )

    with pytest.raises(UnknownOutcomeError):
        await kraken.buy("0.001")
    assert await kraken.owned() == {"USD": Decimal(500)}


async def test_no_private_endpoint_of_kraken_is_called(kraken):
    await kraken.buy("0.001")
    await kraken.broker.fetch_report()
    await kraken.broker.fetch_permissions()

    assert {call.key for call in kraken.stand_in.server.tape.calls()} == {""}


async def test_an_order_that_is_filled_cannot_be_cancelled(kraken):
    order = await kraken.buy("0.001")

    late = kraken.broker.cancel_order(order.venue_order_id, BITCOIN, priority=Priority.EXIT)

    assert await refusal_of(late) is RefusalReason.UNKNOWN_ORDER
