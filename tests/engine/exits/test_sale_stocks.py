"""Stocks are sold at a price of the session they are sold in, and never queued for another one."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from engine.alerts.messages import ExitFailing, ExitFilled, ExitStoodDown, GuardPaused
from engine.guards.guard import GuardState
from engine.model.failing_actions import FailingAction
from engine.model.venues import Venue
from engine.orders.states import IntentState
from sandbox.faults import FaultKind
from sandbox.pace import Pace
from sandbox.world import OWNER_ID

#: Wednesday in winter: New York trades from 14:30 to 21:00 UTC.
NOON = datetime(2026, 3, 4, 17, tzinfo=UTC)
BEFORE_THE_CLOSE = datetime(2026, 3, 4, 20, 59, 50, tzinfo=UTC)
ORDERS = "POST /v2/orders"


@pytest.fixture
def holding_stock(rooms):
    """Return what opens a room with two guarded shares bought at 230 that stand at 229.50."""

    def opened(start):
        return rooms(venues=(Venue.ALPACA,), start=start)

    return opened


async def arm_shares(room, **changes):
    room.deposit("AAPL", "2", venue=Venue.ALPACA)
    room.set_bid("229.50", "AAPL/USD", venue=Venue.ALPACA)
    await room.arm("2", "460", "AAPL/USD", venue=Venue.ALPACA, **changes)
    await room.read()
    await room.look()


def fall(room, bid="226"):
    room.set_bid(bid, "AAPL/USD", venue=Venue.ALPACA)


def is_held(room):
    return room.world.ledger("alpaca").total("AAPL") == 2


async def test_a_price_after_the_close_sells_nothing_however_fresh_the_session_was_read(holding_stock):
    async with holding_stock(BEFORE_THE_CLOSE) as room:
        await arm_shares(room)
        await room.clock.sleep(15)
        fall(room, "200")

        await room.sell_off()

        assert room.sent(ORDERS, venue=Venue.ALPACA) == []
        assert await room.alerts() == []


@pytest.fixture
async def missed(holding_stock):
    """A sale that was refused until its market closed."""
    async with holding_stock(NOON) as room:
        await arm_shares(room)
        room.fault(FaultKind.RATE_LIMIT, ORDERS, venue=Venue.ALPACA, times=None)
        fall(room)
        await room.look()
        await room.clock.sleep(10)
        room.world.alpaca.session.forced = False
        await room.clock.sleep(60)
        room.world.faults("alpaca").clear()
        room.tried = len(room.sent(ORDERS, venue=Venue.ALPACA))
        yield room


async def let_it_open(room):
    room.world.alpaca.session.forced = True
    for _ in range(24):
        await room.clock.sleep(5)
        await room.look()


async def test_a_sale_that_misses_the_close_is_not_queued(missed):
    await missed.clock.sleep(600)

    assert len(missed.sent(ORDERS, venue=Venue.ALPACA)) == missed.tried
    assert is_held(missed)
    assert len(await missed.alerts(ExitFailing)) >= 3


async def test_a_market_that_shuts_during_a_sale_is_reported_once_with_when_it_opens(missed):
    await missed.clock.sleep(30)

    refused, *later = await missed.alerts(ExitFailing)
    closed = [reported for reported in later if reported.wait.is_closed]
    at_the_change = closed[0]
    assert (refused.doing, refused.wait.is_closed) == (FailingAction.TRY_AGAIN, False)
    assert (at_the_change.why, at_the_change.doing) == (
        "Alpaca: the stock market is closed",
        FailingAction.AWAIT_MARKET,
    )
    assert at_the_change.wait.opens_at == datetime(2026, 3, 5, 14, 30, tzinfo=UTC)
    # Those after it come at the pace of reminders.
    assert len(closed) <= 2


async def test_a_shut_market_is_not_reported_anew_after_a_restart(missed):
    reported = len(await missed.alerts(ExitFailing))
    await missed.restart()
    await missed.clock.sleep(20)

    assert len(await missed.alerts(ExitFailing)) - reported <= 1


async def test_status_and_history_name_when_the_market_opens_that_a_sale_waits_for(missed):
    opens = datetime(2026, 3, 5, 14, 30, tzinfo=UTC)
    [intent] = await missed.intents()

    record = await missed.engine.audit.fetch_exit(OWNER_ID, intent.intent_id)

    assert missed.exits.why_failing(intent.intent_id).wait.opens_at == opens
    assert record.wait.opens_at == opens


async def test_a_sale_that_missed_the_close_goes_in_the_next_session(missed):
    await let_it_open(missed)

    [filled] = await missed.alerts(ExitFilled)
    assert filled.quantity == 2
    assert len(missed.sent(ORDERS, venue=Venue.ALPACA)) == missed.tried + 1


async def test_a_sale_that_missed_the_close_stands_down_when_the_price_comes_back(missed):
    fall(missed, "231")

    await let_it_open(missed)

    assert len(await missed.alerts(ExitStoodDown)) == 1
    assert is_held(missed)
    assert (await missed.guard()).state is GuardState.ARMED


async def test_an_exit_taken_up_over_night_waits_for_the_session(missed):
    await missed.restart()
    await missed.clock.sleep(300)

    assert len(missed.sent(ORDERS, venue=Venue.ALPACA)) == missed.tried
    assert is_held(missed)


async def test_a_stock_nobody_has_listed_yet_might_be_one_and_is_not_judged(holding_stock):
    async with holding_stock(datetime(2026, 3, 4, 22, tzinfo=UTC)) as room:
        await arm_shares(room)
        fall(room, "200")

        await room.restart()
        await room.sell_off()

        assert room.sent(ORDERS, venue=Venue.ALPACA) == []
        assert is_held(room)


async def test_a_split_while_nobody_watched_pauses_the_guard_and_sells_nothing(holding_stock):
    async with holding_stock(NOON) as room:
        room.world.alpaca_account.entry_prices["AAPL"] = Decimal(230)
        await arm_shares(room, venue_entry=Decimal(230))
        await room.crash()
        room.deposit("AAPL", "2", venue=Venue.ALPACA)
        room.world.alpaca_account.entry_prices["AAPL"] = Decimal(115)
        fall(room, "118")

        await room.open()
        await room.engine.start()
        await room.engine.reader.read(room.account(Venue.ALPACA))
        await room.sell_off()

        assert room.sent(ORDERS, venue=Venue.ALPACA) == []
        assert (await room.guard()).state is GuardState.PAUSED
        [paused] = await room.alerts(GuardPaused)
        assert (paused.guarded, paused.seen) == (Decimal(2), Decimal(4))


@pytest.fixture
async def twenty(holding_stock):
    """Twenty guarded shares bought at 230 that stand at 240, by the venue's own average."""
    async with holding_stock(NOON) as room:
        room.world.alpaca_account.entry_prices["AAPL"] = Decimal(230)
        room.deposit("AAPL", "20", venue=Venue.ALPACA)
        fall(room, "240")
        await room.arm("20", "4600", "AAPL/USD", venue=Venue.ALPACA, venue_entry=Decimal(230))
        await room.read()
        await room.look()
        await room.clock.sleep(10)
        yield room


def change_shares(room, more, *, entry, bid):
    room.deposit("AAPL", more, venue=Venue.ALPACA)
    room.world.alpaca_account.entry_prices["AAPL"] = Decimal(entry)
    fall(room, bid)


@pytest.mark.fault("V61")
@pytest.mark.parametrize(
    ("more", "entry", "bid"),
    [
        pytest.param("5", "184", "192", id="5:4"),
        pytest.param("6.666666667", "172.5", "180", id="4:3"),
        pytest.param("4", "191.6667", "200", id="6:5"),
        pytest.param("2", "209.0909", "218.18", id="11:10"),
        pytest.param("1", "219.0476", "226", id="a stock dividend of 5 %"),
        pytest.param("6", "176.92", "184", id="13:10, the average in cents"),
        pytest.param("5", "230", "192", id="the average is not moved yet"),
        pytest.param("0", "184", "192", id="the quantity is not moved yet"),
        pytest.param("0", "200", "205", id="a spin-off"),
    ],
)
async def test_no_split_however_small_is_sold_as_a_loss(twenty, more, entry, bid):
    if more == "0":
        twenty.world.alpaca_account.entry_prices["AAPL"] = Decimal(entry)
        fall(twenty, bid)
    else:
        change_shares(twenty, more, entry=entry, bid=bid)

    await twenty.sell_off()

    assert twenty.sent(ORDERS, venue=Venue.ALPACA) == []
    assert (await twenty.guard()).state is GuardState.PAUSED
    [paused] = await twenty.alerts(GuardPaused)
    assert (paused.guarded, paused.seen) == (Decimal(20), Decimal(20) + Decimal(more))


@pytest.mark.parametrize(
    ("more", "entry"),
    [("5", "229.36"), ("20", "228.4"), ("200", "227.0909"), ("1", "229.8476")],
)
async def test_shares_bought_just_before_do_not_stop_the_exit_of_the_guarded_ones(twenty, more, entry):
    change_shares(twenty, more, entry=entry, bid="226.8")

    await twenty.sell_off()

    [filled] = await twenty.alerts(ExitFilled)
    assert filled.quantity == 20


@pytest.fixture
async def bought_more(twenty):
    """The owner bought as many again, exactly at the venue's average, and nobody has looked since."""
    twenty.deposit("USD", "1000000", venue=Venue.ALPACA)
    twenty.set_bid("229.99", "AAPL/USD", venue=Venue.ALPACA)
    twenty.trade("buy", "20", "AAPL/USD", venue=Venue.ALPACA)
    fall(twenty, "226.8")
    return twenty


TRADES_READS = {
    "read": None,
    "refused": {"kind": FaultKind.HTTP_ERROR_BEFORE},
    "too late": {"kind": FaultKind.DELAY_BEFORE, "delay_s": 20},
}


@pytest.mark.fault("V107")
@pytest.mark.parametrize("fault", TRADES_READS.values(), ids=TRADES_READS)
@pytest.mark.parametrize("is_sold_at_once", [True, False])
async def test_shares_bought_at_the_same_average_are_no_split(bought_more, fault, is_sold_at_once):
    if fault:
        bought_more.fault(
            endpoint="GET /v2/account/activities/{activity_type}", venue=Venue.ALPACA, times=None, **fault
        )
    if not is_sold_at_once:
        bought_more.fault(FaultKind.RATE_LIMIT, ORDERS, venue=Venue.ALPACA, times=1)

    await bought_more.look()
    await bought_more.clock.sleep(3)
    bought_more.world.faults("alpaca").clear()
    await bought_more.clock.sleep(60)

    assert sum(filled.quantity for filled in await bought_more.alerts(ExitFilled)) == 20
    assert await bought_more.alerts(GuardPaused) == []
    assert bought_more.world.ledger("alpaca").total("AAPL") == 20


async def test_a_sale_at_the_venue_just_before_does_not_stop_the_exit_of_the_rest(twenty):
    twenty.withdraw("AAPL", "5", venue=Venue.ALPACA)
    fall(twenty, "226")

    await twenty.sell_off()

    assert sum(filled.quantity for filled in await twenty.alerts(ExitFilled)) == 15
    assert await twenty.alerts(GuardPaused) == []


async def test_a_fill_whose_price_is_reported_late_is_booked_once_it_is_reported_and_not_in_silence(
    holding_stock,
):
    async with holding_stock(NOON) as room:
        await arm_shares(room)
        room.world.alpaca_account.hides_fill_prices = True
        fall(room)
        await room.look()
        await room.clock.sleep(60)
        [failing, *_] = await room.alerts(ExitFailing)
        unreported = await room.alerts(ExitFilled)

        room.world.alpaca_account.hides_fill_prices = False
        await room.wait_for("exit ")

        [filled] = await room.alerts(ExitFilled)
        assert failing.why == "Alpaca filled the order and does not say at what price"
        assert unreported == []
        assert filled.fill_price == Decimal(226)
        assert len(room.sent(ORDERS, venue=Venue.ALPACA)) == 1


@pytest.fixture(params=[NOON, BEFORE_THE_CLOSE], ids=["unscheduled", "scheduled"])
async def queued(request, holding_stock):
    """A sale that left for a market that has just closed, and waits at the venue."""
    async with holding_stock(request.param) as room:
        await arm_shares(room)
        room.world.alpaca.session.forced = False
        fall(room)
        await room.look()
        await room.clock.sleep(0.2)
        yield room


@pytest.mark.fault("V59")
async def test_an_order_that_the_close_left_waiting_is_cancelled_and_its_exit_waits(queued):
    assert len(queued.sent(ORDERS, venue=Venue.ALPACA)) == 1
    await queued.clock.sleep(30)

    [live] = await queued.journal.load_live_exits()
    assert live.intent.state is IntentState.SUSPENDED
    assert queued.world.ledger("alpaca").total("AAPL") == 2
    assert "the stock market closed before Alpaca filled the order" in {
        alert.why for alert in await queued.alerts(ExitFailing)
    }

    fall(queued, "231")
    await let_it_open(queued)
    assert is_held(queued)
    assert len(await queued.alerts(ExitStoodDown)) == 1


async def test_an_order_that_the_close_left_waiting_is_sold_once_in_the_next_session(queued):
    await queued.clock.sleep(30)

    await let_it_open(queued)

    [filled] = await queued.alerts(ExitFilled)
    assert filled.quantity == 2
    assert queued.world.ledger("alpaca").total("AAPL") == 0


async def test_a_cancel_that_a_fill_overtakes_is_reported_as_that_sale(queued):
    queued.fault(FaultKind.RATE_LIMIT, "DELETE /v2/orders/{order_id}", venue=Venue.ALPACA, times=None)
    await queued.clock.sleep(5)

    await let_it_open(queued)

    [filled] = await queued.alerts(ExitFilled)
    assert filled.quantity == 2
    assert len(queued.sent(ORDERS, venue=Venue.ALPACA)) == 1


@pytest.mark.fault("V99")
async def test_an_alert_of_a_part_before_the_close_reports_what_of_the_rest_is_to_come(holding_stock):
    async with holding_stock(NOON) as room:
        await arm_shares(room)
        room.world.alpaca.switches.pace = Pace(over_s=60, parts=4)
        fall(room)
        await room.look()
        await room.clock.sleep(16)
        room.world.alpaca.session.forced = False

        await room.wait_for("exit ")

        [filled] = await room.alerts(ExitFilled)
        assert (filled.quantity, filled.left_over) == (Decimal("0.5"), Decimal("1.5"))
        assert filled.left_over_why == (
            "the stock market has closed; it stays guarded and is watched again when that opens"
        )
        guard = await room.guard()
        assert (guard.state, guard.quantity) == (GuardState.ARMED, Decimal("1.5"))
