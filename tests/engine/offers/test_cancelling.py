"""Cancels on the real engine: of the owner's orders alone, and only what the venue confirms is called cancelled."""

import asyncio
from decimal import Decimal

import pytest

from engine.brokers.paper.ledger import Draft, Kind
from engine.model.orders import Side
from engine.model.venues import Venue
from engine.offers.cancelling_plan import MOST_BUTTONS, NamedOrder
from engine.offers.cancelling_preview import CancelOutcome, NoCancel
from engine.offers.not_cancelled import NotOpen, OrderKept, OrdersUnread, OrderUnreadable
from engine.offers.outcomes import Nothing, Rejected
from sandbox.faults import FaultKind
from sandbox.world import OWNER_ID
from tests.engine.exits.manual import NOTHING, begin
from tests.engine.exits.test_releases import CANCEL, CROSSED

D = Decimal


async def offer(room, text, symbol=None):
    return await room.engine.cancelling.offer_cancel(OWNER_ID, NamedOrder(text=text, symbol=symbol))


async def press(room, preview, user_id=OWNER_ID):
    [line] = [line for line in preview.lines if line.confirmation_id]
    return await room.engine.cancelling.cancel(user_id, line.confirmation_id)


def open_ids(room, venue="kraken"):
    return [order.id for order in room.world.ledger(venue).open_orders()]


@pytest.fixture
async def ordered(holding):
    """A sale of three tenths of a bitcoin that waits for a price of 60,000."""
    holding.trade("sell", "0.3", limit="60000")
    await holding.read()
    return holding


@pytest.mark.parametrize("venue", CANCEL)
async def test_a_press_cancels_the_order_and_what_it_held_is_free(rooms, venue):
    async with rooms(venues=(venue,)) as room:
        room.deposit("BTC", "0.4", venue=venue)
        room.set_bid("50000", venue=venue)
        order = room.trade("sell", "0.3", limit="60000", venue=venue)
        await room.read()

        preview = await offer(room, order.id)
        assert open_ids(room, venue) == [order.id]
        result = await press(room, preview)
        await room.clock.sleep(6)
        await room.read()

        assert (result.outcome, result.was_over, result.filled) == (CancelOutcome.CANCELLED, False, 0)
        assert open_ids(room, venue) == []
        assert room.report(venue).holding("BTC").free == D("0.4")


async def test_by_its_symbol_each_order_has_a_button_of_its_own(ordered):
    ordered.trade("sell", "0.1", limit="70000")

    preview = await offer(ordered, "btc", "BTC")
    await ordered.engine.cancelling.cancel(OWNER_ID, preview.lines[0].confirmation_id)

    assert len(preview.lines) == len({line.confirmation_id for line in preview.lines}) == 2
    assert open_ids(ordered) == [preview.lines[1].order.order.venue_order_id]


async def test_no_more_orders_have_buttons_than_a_message_should(ordered):
    for price in range(MOST_BUTTONS + 1):
        draft = Draft(
            listing=ordered.world.market.listing("kraken", "BTC/USD"),
            side=Side.SELL,
            kind=Kind.LIMIT,
            quantity=D("0.001"),
            limit=D(70000 + price),
        )
        book = ordered.world.market.liquidity("kraken", "BTC/USD")
        ordered.world.ledger("kraken").place(draft, book, at=ordered.seconds())

    lines = (await offer(ordered, "BTC", "BTC")).lines

    assert [line.why_not for line in lines] == [None] * MOST_BUTTONS + [NoCancel.TOO_MANY] * 2


async def test_an_order_of_a_sale_under_way_has_no_button(ordered):
    [own] = open_ids(ordered)
    await begin(ordered, NOTHING)
    await ordered.damage("intents", f"venue_order_id = '{own}'")

    [line] = (await offer(ordered, own)).lines

    assert (line.why_not, line.confirmation_id) == (NoCancel.EXIT, None)


async def test_an_order_that_turns_out_as_ours_after_the_preview_is_not_cancelled(ordered):
    [own] = open_ids(ordered)
    preview = await offer(ordered, own)
    await begin(ordered, NOTHING)
    await ordered.damage("intents", f"venue_order_id = '{own}'")

    result = await press(ordered, preview)

    assert result == Nothing(why=OrderKept.OURS)
    assert open_ids(ordered) == [own]


async def test_the_button_counts_once_for_its_owner_and_a_minute(ordered):
    preview = await offer(ordered, "BTC", "BTC")
    stranger = await press(ordered, preview, OWNER_ID + 1)
    await ordered.clock.sleep(60)
    late = await press(ordered, preview)

    assert [one.why for one in (stranger, late)] == [Rejected.NOT_YOURS, Rejected.EXPIRED]
    assert len(open_ids(ordered)) == 1


async def test_a_second_press_cancels_nothing_again(ordered):
    preview = await offer(ordered, "BTC", "BTC")

    await press(ordered, preview)

    assert await press(ordered, preview) == Nothing(why=Rejected.USED)
    assert len(ordered.sent("CancelOrder")) == 1


@pytest.mark.fault("C28")
async def test_a_cancel_whose_answer_was_lost_is_confirmed_by_the_order_itself(ordered):
    preview = await offer(ordered, "BTC", "BTC")
    ordered.fault(FaultKind.HTTP_ERROR_AFTER, "CancelOrder", status=502)

    result = await press(ordered, preview)

    assert result.outcome is CancelOutcome.CANCELLED


@pytest.mark.fault("C28")
async def test_what_the_venue_does_not_confirm_is_called_unknown(ordered):
    preview = await offer(ordered, "BTC", "BTC")
    ordered.fault(FaultKind.HTTP_ERROR_AFTER, "CancelOrder", status=502)
    ordered.fault(FaultKind.HTTP_ERROR_BEFORE, "QueryOrders", times=None, status=502)

    result = await press(ordered, preview)

    assert (result.outcome, result.filled) == (CancelOutcome.UNKNOWN, None)
    assert result.detail


async def test_what_the_venue_does_not_take_is_told_with_its_words(ordered):
    preview = await offer(ordered, "BTC", "BTC")
    ordered.fault(FaultKind.RATE_LIMIT, "CancelOrder", times=None)

    result = await press(ordered, preview)

    assert result.outcome is CancelOutcome.REFUSED
    assert "limit" in result.detail
    assert len(open_ids(ordered)) == 1


@pytest.mark.fault("C28")
async def test_an_order_that_fills_under_the_press_is_told_as_filled(ordered):
    preview = await offer(ordered, "BTC", "BTC")
    ordered.fault(FaultKind.DELAY_BEFORE, "CancelOrder", delay_s=1)
    pressing = asyncio.create_task(press(ordered, preview))
    await ordered.world.tape("kraken").wait_for("CancelOrder", 1)
    ordered.world.ledger("kraken").match(lambda _: CROSSED, at=ordered.seconds())

    result = await pressing

    assert (result.outcome, result.filled) == (CancelOutcome.FILLED, D("0.3"))


async def test_an_order_that_was_over_before_the_press_is_told_as_what_it_became(ordered):
    preview = await offer(ordered, "BTC", "BTC")
    ordered.world.ledger("kraken").match(lambda _: CROSSED, at=ordered.seconds())

    result = await press(ordered, preview)

    assert (result.outcome, result.was_over) == (CancelOutcome.FILLED, True)
    assert ordered.sent("CancelOrder") == []


async def test_without_the_list_of_open_orders_nothing_is_cancelled(ordered):
    preview = await offer(ordered, "BTC", "BTC")
    ordered.fault(FaultKind.HTTP_ERROR_BEFORE, "OpenOrders", times=None, status=503)

    unlisted = await offer(ordered, "BTC", "BTC")
    result = await press(ordered, preview)

    assert [line.why_not for line in unlisted.lines] == [NoCancel.NOT_LISTED]
    assert isinstance(result.why, OrdersUnread)
    assert len(open_ids(ordered)) == 1


@pytest.mark.parametrize(("text", "symbol"), [("DOGE", "DOGE"), ("O-1", None)])
async def test_what_is_not_open_is_said_to_be_none(ordered, text, symbol):
    assert await offer(ordered, text, symbol) == Nothing(why=NotOpen(name=text))


async def test_what_may_be_open_at_a_broker_that_does_not_answer_is_not_called_none(ordered):
    ordered.fault(FaultKind.HTTP_ERROR_BEFORE, "OpenOrders", times=None, status=503)

    [unread] = (await offer(ordered, "DOGE", "DOGE")).why.unread
    assert unread.venue is Venue.KRAKEN


async def test_an_order_that_cannot_be_read_is_left_to_its_owner(ordered):
    [odd] = open_ids(ordered)
    ordered.fault(FaultKind.WRONG_FIELDS, "OpenOrders", times=None, fields={"type": "hold"})

    assert await offer(ordered, odd) == Nothing(why=OrderUnreadable(name=odd, venue=Venue.KRAKEN))


def test_every_venue_is_tried():
    assert set(CANCEL) == set(Venue)
