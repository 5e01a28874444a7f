"""Exits where one of the lists of orders is refused for good: the others are read, and nothing is sent without proof."""

from decimal import Decimal

import pytest

from engine.alerts.messages import ExitFailing, ExitFilled
from engine.guards.guard import GuardState
from engine.model.failing_actions import LookYourself
from engine.model.orders import Side
from engine.model.venues import Venue
from sandbox.faults import FaultKind
from sandbox.pace import Pace

D = Decimal

OPEN_ORDERS = "query-open-trades"
#: What keeps OpenOrders from being read, until it is ended.
REFUSED = {
    "permission denied": {"kind": FaultKind.ERROR, "message": "EGeneral:Permission denied"},
    "rate limit": {"kind": FaultKind.RATE_LIMIT},
    "an error page": {"kind": FaultKind.HTTP_ERROR_BEFORE},
}


@pytest.fixture
async def falling(room):
    """A tenth of three tenths of a bitcoin, guarded and at a loss."""
    room.deposit("BTC", "0.3")
    room.set_bid("50000")
    await room.arm("0.1", "6000")
    return room


def refuse_for_good(room, endpoint="OpenOrders", **fault):
    room.fault(endpoint=endpoint, times=None, **fault)


def sold(room):
    return sum(fill.quantity for fill in room.world.ledger("kraken").fills if fill.side is Side.SELL)


@pytest.mark.fault("V135")
@pytest.mark.parametrize("refused", REFUSED.values(), ids=REFUSED)
@pytest.mark.parametrize("endpoint", ["OpenOrders", "ClosedOrders", "TradesHistory"])
async def test_a_lost_sale_is_found_in_the_lists_that_can_be_read(falling, endpoint, refused):
    refuse_for_good(falling, endpoint, **refused)
    falling.fault(FaultKind.DROP_AFTER)

    await falling.sell_off()

    assert (sold(falling), len(falling.sent())) == (D("0.1"), 1)
    [filled] = await falling.alerts(ExitFilled)
    assert (filled.quantity, filled.found_later) == (D("0.1"), True)
    assert (await falling.guard()).state is GuardState.CLOSED
    assert falling.clock.monotonic() < 20


@pytest.mark.fault("V135")
@pytest.mark.parametrize(
    ("venue", "refused", "sending"),
    [
        (Venue.COINBASE, "orders/historical/batch", "orders"),
        (Venue.ALPACA, "GET /v2/orders:by_client_order_id", "POST /v2/orders"),
    ],
)
async def test_a_lost_sale_is_found_where_its_venue_shows_it_otherwise(rooms, venue, refused, sending):
    async with rooms(venues=(venue,)) as room:
        room.deposit("BTC", "0.3", venue=venue)
        room.set_bid("50000", venue=venue)
        await room.arm("0.1", "6000", venue=venue)
        room.fault(FaultKind.HTTP_ERROR_BEFORE, refused, venue=venue, times=None)
        room.fault(FaultKind.DROP_AFTER, sending, venue=venue)

        await room.sell_off()

        [filled] = await room.alerts(ExitFilled)
        assert (filled.found_later, (await room.guard()).state) == (True, GuardState.CLOSED)
        assert len(room.sent(sending, venue=venue)) == 1
        assert room.clock.monotonic() < 20


@pytest.mark.fault("V135")
@pytest.mark.parametrize("refused", REFUSED.values(), ids=REFUSED)
async def test_what_no_readable_list_shows_is_not_sent_again_before_all_can_be_read(falling, refused):
    refuse_for_good(falling, **refused)
    falling.fault(FaultKind.DROP_BEFORE)

    await falling.look()
    await falling.clock.sleep(660)

    assert (sold(falling), len(falling.sent())) == (0, 1)
    falling.world.faults("kraken").clear()
    await falling.wait_for("exit ")
    assert (sold(falling), len(falling.sent())) == (D("0.1"), 2)


@pytest.mark.fault("V135")
async def test_the_owner_is_told_which_permission_the_search_lacks_and_what_to_do(falling):
    account = falling.world.kraken_account
    account.permissions -= {OPEN_ORDERS}
    falling.fault(FaultKind.DROP_BEFORE)

    await falling.look()
    await falling.clock.sleep(5)

    [call] = falling.sent()
    *_, failing = await falling.alerts(ExitFailing)
    assert 'lacks the permission "Query open orders & trades"' in failing.why
    assert failing.doing == LookYourself(
        order_id=call.params["cl_ord_id"], is_same_id=False, is_key_rejected=True
    )
    account.permissions |= {OPEN_ORDERS}
    await falling.wait_for("exit ")
    assert sold(falling) == D("0.1")


async def test_a_list_that_fails_for_a_moment_is_no_news(falling):
    falling.fault(FaultKind.DROP_AFTER)
    falling.fault(FaultKind.HTTP_ERROR_BEFORE, "OpenOrders")

    await falling.sell_off()

    assert [type(alert) for alert in await falling.alerts()] == [ExitFailing, ExitFilled]


async def cancelled_at_the_venue(room, *, after_s):
    """Have the one open order ended by its venue some time from now."""
    await room.clock.sleep(after_s)
    ledger = room.world.ledger("kraken")
    [order] = ledger.open_orders()
    ledger.cancel(order.id, at=room.seconds())


@pytest.mark.fault("V135")
@pytest.mark.parametrize("filled", [D("0.05"), D(0)])
async def test_an_order_that_fell_short_ends_where_nothing_is_held_any_more(falling, filled):
    """Its own query and the balance agree: an open order would hold what it did not sell."""
    refuse_for_good(falling, **REFUSED["permission denied"])
    falling.world.kraken.pace = Pace(over_s=20, parts=2)

    await falling.look()
    await cancelled_at_the_venue(falling, after_s=15 if filled else 5)
    falling.world.kraken.pace = Pace()
    await falling.wait_for("exit ")
    await falling.sell_off()

    assert (sold(falling), len(falling.sent())) == (D("0.1"), 2)
    reported = [alert.quantity for alert in await falling.alerts(ExitFilled)]
    assert reported == ([filled, D("0.05")] if filled else [D("0.1")])


@pytest.mark.fault("V135")
async def test_an_order_that_fell_short_ends_by_the_list_of_closed_ones_where_another_holds_as_much(falling):
    falling.trade("sell", "0.1", limit="90000")
    refuse_for_good(falling, **REFUSED["permission denied"])
    falling.world.kraken.pace = Pace(over_s=20, parts=2)

    await falling.look()
    await falling.clock.sleep(15)
    ledger = falling.world.ledger("kraken")
    [order] = [order for order in ledger.open_orders() if order.draft.limit is None]
    ledger.cancel(order.id, at=falling.seconds())
    falling.world.kraken.pace = Pace()
    await falling.wait_for("exit ")
    await falling.sell_off()

    assert [alert.quantity for alert in await falling.alerts(ExitFilled)] == [D("0.05")] * 2


@pytest.mark.fault("V135")
async def test_an_order_is_not_over_while_something_is_held_that_only_the_refused_list_could_explain(falling):
    falling.trade("sell", "0.1", limit="90000")
    refuse_for_good(falling, **REFUSED["permission denied"])
    falling.world.kraken.pace = Pace(pending_s=86400)

    await falling.look()
    await falling.clock.sleep(15)
    untrue = {"status": "canceled", "vol_exec": "0.00000000", "cost": "0", "fee": "0"}
    falling.fault(FaultKind.WRONG_FIELDS, "QueryOrders", fields=untrue, times=None)
    await falling.clock.sleep(600)

    assert len(falling.sent()) == 1
    *_, failing = await falling.alerts(ExitFailing)
    assert 'lacks the permission "Query open orders & trades"' in failing.why
