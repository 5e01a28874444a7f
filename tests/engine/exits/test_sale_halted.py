"""An accepted order that its halted market does not fill: its owner is told which, why, and what can be done."""

from datetime import UTC, datetime

import pytest

from engine.alerts.messages import ExitFailing, ExitFilled
from engine.model.failing_actions import FailingAction
from engine.model.venues import Venue
from engine.orders.states import IntentState
from sandbox.pace import Pace
from tests.engine.exits.failing_texts import why_of

NOON = datetime(2026, 3, 4, 17, tzinfo=UTC)
ORDERS = "POST /v2/orders"


@pytest.fixture
async def halted(rooms):
    """A sale of two shares that Alpaca took just before it halted them."""
    async with rooms(venues=(Venue.ALPACA,), start=NOON) as room:
        room.deposit("AAPL", "2", venue=Venue.ALPACA)
        room.set_bid("229.50", "AAPL/USD", venue=Venue.ALPACA)
        await room.arm("2", "460", "AAPL/USD", venue=Venue.ALPACA)
        await room.read()
        await room.look()
        room.world.alpaca.switches.pace = Pace(pending_s=5)
        room.set_bid("226", "AAPL/USD", venue=Venue.ALPACA)
        await room.look()
        await room.world.tape("alpaca").wait_for(ORDERS)
        room.world.market.set_status("alpaca", "AAPL/USD", "halted")
        yield room


def order_id(room):
    [order] = room.world.ledger("alpaca").open_orders()
    return order.id


@pytest.mark.fault("V66")
async def test_the_reminders_name_the_order_the_halt_and_what_can_be_done(halted):
    await halted.clock.sleep(700)

    reported = await halted.alerts(ExitFailing)
    assert len(reported) == 4
    assert order_id(halted) in why_of(reported[-1])
    assert "AAPL/USD" in why_of(reported[-1])
    assert "halt" in why_of(reported[-1])
    assert reported[-1].doing == FailingAction.FOLLOW
    assert len(halted.sent(ORDERS, venue=Venue.ALPACA)) == 1


async def test_an_order_that_is_just_slow_is_not_called_halted(halted):
    halted.world.market.set_status("alpaca", "AAPL/USD", "online")
    halted.world.alpaca.switches.pace = Pace(pending_s=15)

    await halted.clock.sleep(12)

    assert "halt" not in "".join(why_of(reported) for reported in await halted.alerts(ExitFailing))


async def test_a_market_that_stops_trading_with_an_order_in_it_is_named_by_what_its_listing_says(rooms):
    async with rooms() as room:
        room.deposit("BTC", "0.3")
        room.set_bid("50000")
        await room.arm("0.1", "6000")
        room.world.kraken.pace = Pace(pending_s=3600)
        await room.look()
        await room.world.tape("kraken").wait_for("AddOrder")
        room.world.market.set_status("kraken", "BTC/USD", "cancel_only")

        await room.clock.sleep(60)

        reported = (await room.alerts(ExitFailing))[-1]
        [order] = room.world.ledger("kraken").open_orders()
        assert reported.why == (
            f"Kraken has the order {order.id} and has not filled it yet: "
            "BTC/USD is not tradable there now, as in a trading halt"
        )
        room.world.kraken.pace = None


async def test_a_halt_that_ends_fills_the_order_that_was_sent(halted):
    await halted.clock.sleep(660)
    halted.world.market.set_status("alpaca", "AAPL/USD", "online")

    await halted.wait_for("exit ")

    [filled] = await halted.alerts(ExitFilled)
    assert filled.quantity == 2
    assert len(halted.sent(ORDERS, venue=Venue.ALPACA)) == 1


async def test_an_order_that_its_halt_outlasts_is_over_with_the_session_and_its_exit_waits(halted):
    await halted.clock.sleep(120)
    halted.world.alpaca.session.forced = False

    await halted.clock.sleep(120)

    [live] = await halted.journal.load_live_exits()
    assert live.intent.state is IntentState.SUSPENDED
    assert halted.world.ledger("alpaca").open_orders() == []


async def test_a_cancel_by_the_owner_ends_the_order_and_its_exit_waits_for_the_market(halted):
    await halted.clock.sleep(120)
    halted.world.ledger("alpaca").cancel(order_id(halted), at=halted.clock.true_now().timestamp())

    await halted.clock.sleep(120)

    assert halted.world.ledger("alpaca").total("AAPL") == 2
