"""Accepted orders followed at a Kraken over sockets, each step on disk first."""

from decimal import Decimal

import pytest

from engine.model.errors import KeyRejectedError, TryLaterError
from engine.model.orders import OrderStatus
from engine.orders.follow import Follower
from engine.orders.order_readings import ReadingVerdict
from engine.orders.states import IntentEvent, IntentState
from sandbox.faults import FaultKind
from sandbox.market import Override
from tests.engine_room import a_trigger


@pytest.fixture
async def planned(room):
    """A room with the intent to sell a tenth of a bitcoin of three."""
    room.deposit("BTC", "0.3")
    room.set_bid("50000")
    await room.arm("0.1", "6000")
    live = await room.journal.plan_exit(
        await room.guard(), a_trigger(at=room.clock.now()), intent_id="intent-1"
    )
    return room, live.intent


def a_follower(room):
    return Follower(journal=room.journal.orders, broker=room.broker(), clock=room.clock)


async def accept(room, intent, order_id):
    sent = await room.journal.orders.record(intent, IntentEvent.SEND, cause="send", sent_at=room.clock.now())
    return await room.journal.orders.record(
        sent, IntentEvent.ACCEPT, cause="accepted", venue_order_id=order_id
    )


async def test_a_filled_order_is_followed_to_its_figures(planned):
    room, intent = planned
    accepted = await accept(room, intent, room.trade("sell", "0.1").id)

    followed = await a_follower(room).ask(accepted)

    assert (followed.verdict, followed.error) == (ReadingVerdict.CONFIRMED, None)
    assert (followed.order.status, followed.order.filled_quantity) == (OrderStatus.FILLED, Decimal("0.1"))
    assert (followed.order.cost, followed.order.fee) == (Decimal(5000), Decimal(20))
    assert followed.intent == accepted


async def test_a_part_that_filled_is_written_down_once(planned):
    room, intent = planned
    accepted = await accept(room, intent, room.trade("sell", "0.1", limit="51000").id)
    few_buyers = Override(bid=Decimal(51100), ask=Decimal(51200), bid_size=Decimal("0.04"))
    room.world.market.override("kraken", "BTC/USD", few_buyers)
    follower = a_follower(room)

    once = await follower.ask(accepted)
    again = await follower.ask(once.intent)

    assert (once.intent.state, once.intent.filled_quantity) == (IntentState.PARTLY_FILLED, Decimal("0.04"))
    assert (once.intent.cost, once.verdict) == (Decimal(2040), ReadingVerdict.OPEN)
    assert again.intent == once.intent
    assert (await room.steps("intent-1"))[-1] == "filled in part: partly_filled"


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        ({"kind": FaultKind.HTTP_ERROR_BEFORE}, TryLaterError),
        ({"kind": FaultKind.ERROR, "message": "EAPI:Invalid key"}, KeyRejectedError),
    ],
)
async def test_an_order_that_cannot_be_read_stays_open_as_it_was_sent(planned, fault, error):
    room, intent = planned
    accepted = await accept(room, intent, room.trade("sell", "0.1").id)
    room.fault(endpoint="QueryOrders", **fault)

    followed = await a_follower(room).ask(accepted)

    assert (followed.intent, followed.verdict) == (accepted, ReadingVerdict.OPEN)
    assert (followed.order.status, followed.order.filled_quantity) == (OrderStatus.OPEN, 0)
    assert isinstance(followed.error, error)


async def test_an_order_that_its_venue_does_not_know_is_looked_up_again(planned):
    room, intent = planned
    accepted = await accept(room, intent, "OABCDE-AAAAA-AAAAAA")
    follower = a_follower(room)

    first = await follower.ask(accepted)
    await room.clock.sleep(10)
    second = await follower.ask(first.intent)
    lost = await follower.lose(second.intent, second.order)

    assert (first.verdict, second.verdict) == (ReadingVerdict.OPEN, ReadingVerdict.NOT_KNOWN)
    assert (lost.state, lost.venue_order_id, lost.client_order_id) == (
        IntentState.UNKNOWN,
        None,
        accepted.client_order_id,
    )


async def test_an_intent_without_the_venues_id_cannot_be_followed(planned):
    room, intent = planned

    with pytest.raises(ValueError, match="without an order id"):
        await a_follower(room).ask(intent)
