"""An order that was given up as absent, and whose sale a venue shows once its exit is over."""

from decimal import Decimal

import pytest

from engine.alerts.messages import ClosedElsewhere, ExitFilled, ExitStoodDown, GuardReduced
from engine.guards.guard import GuardState
from engine.orders.intents import StepNote
from engine.orders.states import client_order_id
from handlers.render.history import render_exit_record, render_short
from handlers.render.html import plain_text
from handlers.render.times import Reader
from sandbox.faults import FaultKind
from sandbox.world import OWNER_ID

D = Decimal
HIDDEN = 86400


async def read_often(room, times=4):
    for _ in range(times):
        await room.clock.sleep(30)
        await room.read()


async def a_hidden_sale(room, *, guarded="0.1", held="0.3"):
    """The lists and the balance of Kraken hide a lost order that sold; its exit begins."""
    room.deposit("BTC", held)
    room.set_bid("60000")
    await room.read()
    await room.arm(guarded, str(D(guarded) * 60000))
    await read_often(room)
    room.world.kraken_account.listing_delay_s = HIDDEN
    room.world.kraken_account.show_balance("BTC", balance=D(held))
    room.world.kraken_account.show_balance("USD", balance=room.world.ledger("kraken").total("USD"))
    room.fault(FaultKind.DROP_AFTER)
    room.set_bid("50000")
    await room.look()
    await room.world.tape("kraken").wait_for("AddOrder")


def show_truth(room):
    room.world.kraken_account.listing_delay_s = 0
    room.world.kraken_account.show_true_balances()


async def first_client_id(room):
    [intent, *_] = await room.intents()
    return client_order_id(intent.intent_id, 1)


@pytest.fixture
async def stood_down(room):
    """An exit that ended because the price came back, although its order had sold."""
    await a_hidden_sale(room)
    await room.clock.sleep(2)
    room.set_bid("70000")
    await room.look()
    await room.wait_for("exit ")
    assert await room.alerts(ExitStoodDown)
    return room


@pytest.mark.fault("V65")
async def test_a_late_fill_of_a_lost_order_is_reported_once_as_our_own_sale(stood_down):
    room = stood_down
    show_truth(room)

    await read_often(room)

    [filled] = await room.alerts(ExitFilled)
    assert filled.client_order_id == await first_client_id(room)
    assert not filled.may_be_owners
    assert (filled.quantity, filled.found_later) == (D("0.1"), True)
    assert filled.realised is not None
    assert await room.alerts(GuardReduced, ClosedElsewhere) == []


async def test_a_late_fill_of_an_order_without_any_id_of_ours_may_be_the_owners_own(stood_down):
    for endpoint in ("OpenOrders", "ClosedOrders", "QueryOrders"):
        fields = {"cl_ord_id": None}
        stood_down.fault(FaultKind.WRONG_FIELDS, endpoint, fields=fields, times=None)
    show_truth(stood_down)

    await read_often(stood_down)

    [late] = await stood_down.alerts(ExitFilled)
    assert late.may_be_owners
    [record] = await stood_down.engine.audit.fetch_exits(OWNER_ID)
    reader = Reader(now=stood_down.clock.now())
    assert "This may be your own order at Kraken" in render_exit_record(record, reader).text


@pytest.mark.fault("V65")
async def test_what_a_late_fill_sold_is_not_guarded_any_more(stood_down):
    room = stood_down
    show_truth(room)
    await read_often(room)

    assert (await room.guard()).state is GuardState.CLOSED
    room.set_bid("40000")
    await room.sell_off()
    assert len(room.sent()) == 1


async def test_a_late_fill_is_written_down_with_its_attempt(stood_down):
    room = stood_down
    show_truth(room)
    await read_often(room)

    [intent] = await room.intents()
    [late] = [
        one
        for one in await room.journal.orders.load_steps(intent.intent_id)
        if one.note is StepNote.FILLED_LATE
    ]
    [fill] = [fill for fill in room.world.ledger("kraken").fills if fill.quantity == D("0.1")]
    assert late.detail == f"{fill.order_id} of attempt 1"
    assert late.from_state is late.to_state


async def test_a_late_fill_beside_the_sale_that_followed_it_is_told_apart_from_it(room):
    await a_hidden_sale(room)
    await room.clock.sleep(60)
    show_truth(room)
    await room.wait_for("exit ")

    await read_often(room)

    filled = await room.alerts(ExitFilled)
    assert len({one.client_order_id for one in filled}) == len(filled) == len(room.sent())
    assert await first_client_id(room) in {one.client_order_id for one in filled}
    assert await room.alerts(GuardReduced) == []


async def test_an_order_that_was_given_up_by_the_balance_alone_is_reported_once_it_is_listed(room):
    await a_hidden_sale(room)
    room.world.kraken_account.show_true_balances()
    await room.wait_for("exit ")
    [ended] = await room.alerts(GuardReduced)
    show_truth(room)

    await read_often(room)

    assert ended.may_be_ours
    [filled] = await room.alerts(ExitFilled)
    assert filled.client_order_id == await first_client_id(room)
    assert await room.alerts(GuardReduced, ClosedElsewhere) == [ended]


async def test_a_lookup_that_fails_is_made_again_before_anything_is_reported_as_sold_at_the_venue(stood_down):
    room = stood_down
    show_truth(room)
    room.fault(FaultKind.HTTP_ERROR_BEFORE, "OpenOrders", times=3)

    await read_often(room, times=8)

    assert len(await room.alerts(ExitFilled)) == 1
    assert await room.alerts(GuardReduced) == []


async def test_the_owners_own_sale_of_as_much_is_not_taken_for_a_lost_order(room):
    room.deposit("BTC", "0.3")
    room.set_bid("60000")
    await room.read()
    await room.arm("0.3", "18000")
    await read_often(room)
    room.fault(FaultKind.DROP_BEFORE)
    room.set_bid("50000")
    await room.look()
    await room.clock.sleep(2)
    room.set_bid("70000")
    await room.look()
    await room.wait_for("exit ")
    await room.clock.sleep(600)
    room.trade("sell", "0.3")

    await read_often(room)

    assert await room.alerts(ExitFilled) == []
    [closed] = await room.alerts(ClosedElsewhere)
    assert closed.quantity == D("0.3")


async def test_a_damaged_record_of_an_exit_does_not_keep_its_position_from_being_followed(stood_down):
    room = stood_down
    await room.damage("intent_events", "at = 'yesterday'", "seq = 1")
    show_truth(room)
    await room.restart()

    await read_often(room)

    assert room.failures == []
    assert (await room.guard()).state is GuardState.CLOSED


async def sold_late_for_euros(room):
    """Dollars are closed to the account, so the order went out for euros, and was lost until its exit was over."""
    room.deposit("BTC", "0.3")
    room.set_bid("60000")
    await room.read()
    await room.arm("0.1", "6000")
    await read_often(room)
    room.world.kraken_account.listing_delay_s = HIDDEN
    room.world.kraken_account.show_balance("BTC", balance=D("0.3"))
    room.world.kraken_account.show_balance("EUR", balance=room.world.ledger("kraken").total("EUR"))
    restricted = "EAccount:Invalid permissions:USD trading restricted for NL."
    room.fault(FaultKind.ERROR, times=2, message=restricted)
    room.fault(FaultKind.DROP_AFTER)
    room.set_bid("50000")
    await room.look()
    while len(room.sent()) < 3:
        await room.clock.sleep(0.1)
    await room.clock.sleep(2)
    room.set_bid("70000")
    await room.look()
    await room.wait_for("exit ")
    show_truth(room)
    await read_often(room)


async def test_a_late_fill_through_another_pair_is_counted_in_the_money_of_its_guard(room):
    await sold_late_for_euros(room)

    [filled] = await room.alerts(ExitFilled)
    [fill] = [one for one in room.world.ledger("kraken").fills if one.quantity == D("0.1")]
    assert (filled.symbol, filled.instead_of, filled.currency) == ("BTC/EUR", "BTC/USD", "EUR")
    assert filled.rate == pytest.approx(D("1.08"), abs=D("0.01"))
    assert filled.realised == (fill.cost - fill.fee) * filled.rate - 6000


async def test_what_a_late_fill_brought_is_unknown_where_nobody_reports_the_rate(room):
    room.fault(FaultKind.HTTP_ERROR_BEFORE, "OHLC", times=None)

    await sold_late_for_euros(room)

    [filled] = await room.alerts(ExitFilled)
    assert (filled.rate, filled.realised) == (None, None)


async def test_history_shows_what_was_found_later_with_its_order_and_the_trigger_in_the_guards_money(room):
    await sold_late_for_euros(room)

    [record] = await room.engine.audit.fetch_exits(OWNER_ID)

    [fill] = [one for one in room.world.ledger("kraken").fills if one.quantity == D("0.1")]
    [late] = record.late
    assert (late.venue_order_id, late.quantity, record.guard_currency) == (fill.order_id, D("0.1"), "USD")
    shown = plain_text(render_exit_record(record, Reader(now=room.clock.now())).text)
    assert "Trigger price" in shown
    assert "50,000.00 EUR" not in shown
    assert f"Order id: {fill.order_id}" in shown
    assert "Order id: none" not in shown
    assert "sold, found later" in shown
    assert "Found later: sold 0.1 at" in render_short(record, Reader(now=room.clock.now()))
