"""Orders of which a venue reports an older or a contradictory state: nothing is sent twice, nothing is ended too early."""

from decimal import Decimal

import pytest

from engine.alerts.messages import ExitFailing, ExitFilled
from engine.guards.guard import GuardState
from engine.model.orders import Side
from engine.model.venues import Venue
from sandbox.faults import FaultKind
from sandbox.pace import Pace

SENT = {Venue.KRAKEN: "AddOrder", Venue.COINBASE: "orders", Venue.ALPACA: "POST /v2/orders"}
ASKED = {
    Venue.KRAKEN: "QueryOrders",
    Venue.COINBASE: "orders/historical/{order_id}",
    Venue.ALPACA: "GET /v2/orders/{order_id}",
}


def kraken_row(status, filled, cost="0"):
    return {"status": status, "vol_exec": filled, "cost": cost, "fee": "0"}


def coinbase_row(status, filled, cost="0"):
    return {"status": status, "filled_size": filled, "filled_value": cost, "total_fees": "0"}


def alpaca_row(status, filled, price=None):
    return {"status": status, "filled_qty": filled, "filled_avg_price": price}


#: Everything final that reports less than was filled.
UNTRUE = [
    pytest.param(Venue.KRAKEN, kraken_row("closed", "0.00000000"), id="kraken closed with nothing"),
    pytest.param(Venue.KRAKEN, kraken_row("canceled", "0.00000000"), id="kraken canceled"),
    pytest.param(Venue.KRAKEN, kraken_row("expired", "0.00000000"), id="kraken expired"),
    pytest.param(Venue.KRAKEN, kraken_row("closed", "0.04000000", "2000"), id="kraken closed with a part"),
    pytest.param(Venue.COINBASE, coinbase_row("FILLED", "0"), id="coinbase filled with nothing"),
    pytest.param(Venue.COINBASE, coinbase_row("CANCELLED", "0"), id="coinbase cancelled"),
    pytest.param(Venue.COINBASE, coinbase_row("FAILED", "0"), id="coinbase failed"),
    pytest.param(Venue.COINBASE, coinbase_row("EXPIRED", "0.04", "2000"), id="coinbase expired with a part"),
    pytest.param(Venue.ALPACA, alpaca_row("filled", "0"), id="alpaca filled with nothing"),
    pytest.param(Venue.ALPACA, alpaca_row("canceled", "0"), id="alpaca canceled"),
    pytest.param(Venue.ALPACA, alpaca_row("rejected", "0"), id="alpaca rejected"),
    pytest.param(Venue.ALPACA, alpaca_row("expired", "0.04", "50000"), id="alpaca expired with a part"),
]


async def a_falling_position(room, venue):
    room.deposit("BTC", "0.3", venue=venue)
    room.set_bid("50000", venue=venue)
    await room.arm("0.1", "6000", venue=venue)


def sold(room, venue=Venue.KRAKEN):
    return sum(fill.quantity for fill in room.world.ledger(venue).fills if fill.side is Side.SELL)


@pytest.mark.fault("V27")
@pytest.mark.parametrize("times", [1, 3])
@pytest.mark.parametrize(("venue", "untrue"), UNTRUE)
async def test_a_final_order_with_less_than_was_filled_is_requested_again(rooms, venue, untrue, times):
    async with rooms(venues=(venue,)) as room:
        await a_falling_position(room, venue)
        room.fault(FaultKind.WRONG_FIELDS, ASKED[venue], venue=venue, fields=untrue, times=times)

        await room.sell_off()
        await room.clock.sleep(60)
        await room.sell_off()

        assert sold(room, venue) == Decimal("0.1")
        assert len(room.sent(SENT[venue], venue=venue)) == 1
        [reported] = await room.alerts(ExitFilled)
        assert (reported.quantity, reported.left_over) == (Decimal("0.1"), 0)
        assert (await room.guard()).state is GuardState.CLOSED


@pytest.mark.fault("V27")
@pytest.mark.parametrize(("venue", "untrue"), UNTRUE)
async def test_what_a_venue_never_reports_of_an_order_is_taken_from_its_trades(rooms, venue, untrue):
    async with rooms(venues=(venue,)) as room:
        await a_falling_position(room, venue)
        room.fault(FaultKind.WRONG_FIELDS, ASKED[venue], venue=venue, fields=untrue, times=None)

        await room.sell_off()
        await room.clock.sleep(60)
        await room.sell_off()

        assert sold(room, venue) == Decimal("0.1")
        [reported] = await room.alerts(ExitFilled)
        [fill] = room.world.ledger(venue).fills
        assert (reported.quantity, reported.fill_price) == (Decimal("0.1"), Decimal(50000))
        # Alpaca books the fee at the end of the day.
        assert venue is Venue.ALPACA or reported.fee == fill.fee


async def test_an_order_that_is_open_again_after_it_was_final_is_followed_to_its_end(room):
    await a_falling_position(room, Venue.KRAKEN)
    for untrue in (
        kraken_row("canceled", "0.00000000"),
        kraken_row("open", "0.00000000"),
        kraken_row("canceled", "0.00000000"),
        kraken_row("open", "0.02000000", "1000"),
        kraken_row("canceled", "0.01000000", "500"),
    ):
        room.fault(FaultKind.WRONG_FIELDS, "QueryOrders", fields=untrue)
    room.fault(FaultKind.HTTP_ERROR_BEFORE, "TradesHistory", times=None)

    await room.sell_off()

    assert sold(room) == Decimal("0.1")
    assert len(room.sent()) == 1
    [reported] = await room.alerts(ExitFilled)
    assert reported.quantity == Decimal("0.1")


async def test_a_fill_that_is_reported_and_taken_back_for_good_keeps_no_loser(room):
    await a_falling_position(room, Venue.KRAKEN)
    room.fault(FaultKind.DELAY_BEFORE, "BalanceEx", delay_s=0.4)
    await room.look()
    room.world.market.forget_price("BTC")
    room.fault(FaultKind.WRONG_FIELDS, "QueryOrders", fields=kraken_row("open", "0.02000000", "1000"))
    await room.clock.sleep(10)
    assert len(room.sent()) == 1
    await room.clock.sleep(10)
    room.set_bid("49000")

    await room.wait_for("exit ")

    assert sold(room) == Decimal("0.1")
    [reported] = await room.alerts(ExitFilled)
    assert (reported.quantity, reported.fill_price) == (Decimal("0.1"), Decimal(49000))


async def test_what_an_unconfirmed_answer_reported_as_filled_is_known_after_a_restart(room):
    await a_falling_position(room, Venue.KRAKEN)
    room.fault(FaultKind.HTTP_ERROR_BEFORE, "TradesHistory", times=None)
    most = kraken_row("closed", "0.04000000", "2000")
    room.fault(FaultKind.WRONG_FIELDS, "QueryOrders", fields=most)
    less = kraken_row("canceled", "0.00000000")
    room.fault(FaultKind.WRONG_FIELDS, "QueryOrders", fields=less, times=None)
    await room.look()
    await room.clock.sleep(1.5)
    await room.restart()

    await room.clock.sleep(8)

    assert len(room.sent()) == 1
    [live] = await room.journal.load_live_exits()
    assert live.intent.filled_quantity == Decimal("0.04")


async def test_a_filled_order_one_unit_of_the_last_digit_short_is_filled(room):
    await a_falling_position(room, Venue.KRAKEN)
    room.fault(
        FaultKind.WRONG_FIELDS,
        "QueryOrders",
        fields=kraken_row("closed", "0.09999999", "4999.9995"),
        times=None,
    )

    await room.sell_off()

    assert len(room.sent("QueryOrders")) == 1
    [reported] = await room.alerts(ExitFilled)
    assert reported.quantity == Decimal("0.09999999")


async def test_an_order_reported_as_filled_at_no_price_is_requested_again(room):
    await a_falling_position(room, Venue.KRAKEN)
    room.fault(FaultKind.WRONG_FIELDS, "QueryOrders", fields=kraken_row("closed", "0.10000000"))

    await room.sell_off()

    [reported] = await room.alerts(ExitFilled)
    assert reported.fill_price == Decimal(50000)


async def test_answers_that_contradict_each_other_for_long_are_reported_as_failing(room):
    await a_falling_position(room, Venue.KRAKEN)
    room.fault(FaultKind.HTTP_ERROR_BEFORE, "TradesHistory", times=None)
    for filled in ("0.01", "0.02", "0.03", "0.04", "0.05", "0.06"):
        room.fault(FaultKind.WRONG_FIELDS, "QueryOrders", fields=kraken_row("closed", filled, "500"))

    await room.sell_off()

    [failing] = await room.alerts(ExitFailing)
    assert "less than was sent" in failing.why
    assert sold(room) == Decimal("0.1")


async def a_part_of_what_is_there_is_guarded(room, venue):
    room.deposit("BTC", "0.3", venue=venue)
    room.set_bid("60000", venue=venue)
    await room.read()
    await room.arm("0.1", "6000", venue=venue)
    for _ in range(3):
        await room.clock.sleep(60)
        await room.read()


async def live(room, seconds):
    """Look and read as the jobs do, while the price comes back and falls again."""
    for passed_s in range(0, seconds, 5):
        await room.clock.sleep(5)
        await room.look()
        if passed_s % 30 == 25:
            await room.read()


async def the_price_comes_back_and_falls_again(room, venue):
    room.set_bid("60500", venue=venue)
    await live(room, 120)
    room.set_bid("50000", venue=venue)
    await live(room, 60)
    await room.wait_for("exit ")


def list_trades_late(room, venue, seconds):
    if venue is Venue.COINBASE:
        room.world.coinbase.switches.listing_delay_s = seconds
    else:
        room.world.kraken_account.listing_delay_s = seconds


PART = {
    Venue.KRAKEN: kraken_row("closed", "0.02000000", "1000"),
    Venue.COINBASE: coinbase_row("FILLED", "0.02", "1000"),
}


@pytest.mark.fault("V78")
@pytest.mark.parametrize("venue", PART)
async def test_an_order_is_not_over_with_less_than_is_gone_from_the_balance(rooms, venue):
    async with rooms(venues=(venue,)) as room:
        await a_part_of_what_is_there_is_guarded(room, venue)
        room.fault(FaultKind.WRONG_FIELDS, ASKED[venue], venue=venue, fields=PART[venue], times=None)
        list_trades_late(room, venue, 3)
        room.set_bid("50000", venue=venue)
        await room.look()
        await room.world.tape(venue.value).wait_for(SENT[venue])
        await room.clock.sleep(2.5)
        room.world.faults(venue).clear()

        await the_price_comes_back_and_falls_again(room, venue)

        assert sold(room, venue) == Decimal("0.1")
        [reported] = await room.alerts(ExitFilled)
        assert (reported.quantity, reported.left_over) == (Decimal("0.1"), 0)


@pytest.mark.fault("V78")
@pytest.mark.parametrize("delay_s", [1.5, 3.0])
async def test_one_old_answer_with_trades_as_old_ends_no_order(room, delay_s):
    await a_part_of_what_is_there_is_guarded(room, Venue.KRAKEN)
    room.world.kraken.pace = Pace(over_s=4, parts=2)
    list_trades_late(room, Venue.KRAKEN, delay_s)
    room.set_bid("50000")
    await room.look()
    await room.world.tape("kraken").wait_for("AddOrder")
    await room.clock.sleep(6 if delay_s > 2 else 3)
    half = kraken_row("closed", "0.05000000", "2500")
    room.fault(FaultKind.WRONG_FIELDS, "QueryOrders", fields=half, times=1)

    await the_price_comes_back_and_falls_again(room, Venue.KRAKEN)

    assert sold(room) == Decimal("0.1")
    [reported] = await room.alerts(ExitFilled)
    assert reported.quantity == Decimal("0.1")


async def test_coins_that_go_beside_an_order_hold_its_end_up_for_a_minute_at_most(room):
    await a_part_of_what_is_there_is_guarded(room, Venue.KRAKEN)
    room.world.kraken.pace = Pace(over_s=600, parts=2)
    room.set_bid("50000")
    await room.look()
    await room.world.tape("kraken").wait_for("AddOrder")
    await room.clock.sleep(330)
    room.withdraw("BTC", "0.1")
    began_s = room.clock.monotonic()
    [order] = room.world.ledger("kraken").open_orders()
    room.world.ledger("kraken").cancel(order.id, at=room.clock.true_now().timestamp())

    await room.wait_for("exit ")

    reported, *_ = await room.alerts(ExitFilled)
    assert reported.quantity == Decimal("0.05")
    assert 60 <= room.clock.monotonic() - began_s < 120
