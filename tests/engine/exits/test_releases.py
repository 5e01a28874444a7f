"""What became of the orders that were cancelled for a sale: only what is gone is named as cancelled."""

import asyncio
import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from engine.alerts.messages import ClosedElsewhere, ExitFailing, ExitFilled
from engine.exits.releases import Lists, Releases, released_part
from engine.model.orders import CancelledOrder, Order, OrderStatus, Side, VenueOrderId
from engine.model.venues import Venue
from handlers.render.alerts import render_alert
from handlers.render.cancelled_orders import cancelled_lines
from handlers.render.times import Reader
from sandbox.faults import FaultKind
from tests.engine.exits.failing_texts import why_of
from tests.engine_room import a_trigger
from tests.sandbox.builders import a_book

D = Decimal
CANCEL = {
    Venue.KRAKEN: "CancelOrder",
    Venue.COINBASE: "orders/batch_cancel",
    Venue.ALPACA: "DELETE /v2/orders/{order_id}",
}
OPEN_ORDERS = "GET /v2/orders"
ORDER = "GET /v2/orders/{order_id}"
OLD_POSITION = (
    '[{"asset_id": "x", "symbol": "BTCUSD", "asset_class": "crypto", "qty": "0.15", "qty_available": "0.05",'
    ' "avg_entry_price": "40000", "market_value": "7500", "side": "long"}]'
)
STILL_OPEN = (
    '[{"id": "o-1", "symbol": "BTC/USD", "asset_class": "crypto", "side": "sell", "qty": "0.1",'
    ' "filled_qty": "0", "status": "new", "limit_price": "70000"}]'
)
BARE = '[{"id": "o-1", "symbol": "BTC/USD", "side": "sell", "qty": "0.1", "client_order_id": ""}]'
ODD = '[{"id": "o-1", "symbol": "BTC/USD", "side": "hold", "qty": "0.1"}]'
CROSSED = a_book(bids=(("70000", "5"),))
NOTED = CancelledOrder(
    side=Side.SELL, quantity=D("0.1"), price=D(70_000), venue_order_id="o-1", confirmed=False
)


def the_order(status, filled="0", quantity="0.1"):
    return Order(
        venue_order_id=VenueOrderId("o-1"),
        client_order_id=None,
        symbol="BTC/USD",
        side=Side.SELL,
        status=status,
        quantity=D(quantity),
        filled_quantity=D(filled),
        cost=None,
        fee=None,
        fee_asset=None,
    )


@pytest.mark.parametrize(
    ("now", "cancelled"),
    [
        (the_order(OrderStatus.FILLED, filled="0.1"), None),
        (the_order(OrderStatus.CANCELED), D("0.1")),
        (the_order(OrderStatus.CANCELED, filled="0.04"), D("0.06")),
        (the_order(OrderStatus.CANCELED, quantity="0"), D("0.1")),
        (the_order(OrderStatus.CANCELED, quantity="0.5", filled="0.4"), D("0.1")),
    ],
    ids=["all of it filled", "none of it filled", "a part filled", "sized by its value", "filled before"],
)
def test_what_was_cancelled_of_an_order_is_what_had_not_filled(now, cancelled):
    part = released_part(NOTED, now)
    assert part == (None if cancelled is None else replace(NOTED, quantity=cancelled, confirmed=True))


async def fill_during_the_cancel(room, venue, *, most=None):
    """Sell off while the owner's order fills between our cancel and the venue's reading of it."""
    room.fault(FaultKind.DELAY_BEFORE, CANCEL[venue], venue=venue, delay_s=1)
    selling = asyncio.create_task(room.sell_off())
    await room.world.tape(venue).wait_for(CANCEL[venue], 1)
    book = CROSSED if most is None else a_book(bids=(("70000", most),))
    room.world.ledger(venue).match(lambda _: book, at=room.clock.true_now().timestamp())
    await selling


@pytest.mark.fault("V25", "V77")
@pytest.mark.parametrize("venue", CANCEL)
async def test_an_order_that_filled_while_it_was_cancelled_is_the_owners_own_sale(rooms, venue):
    async with rooms(venues=(venue,)) as room:
        if venue is Venue.ALPACA:
            room.world.alpaca.switches.confirms_late_cancels = True
            # What became of it is read once our own order is accepted.
            room.fault(FaultKind.DELAY_BEFORE, ORDER, venue=venue, delay_s=0.8)
        room.deposit("BTC", "0.15", venue=venue)
        room.set_bid("50000", venue=venue)
        room.trade("sell", "0.1", limit="70000", venue=venue)
        await room.arm("0.1", "6000", venue=venue)

        await fill_during_the_cancel(room, venue)
        await room.clock.sleep(30)

        [filled] = await room.alerts(ExitFilled)
        assert (filled.quantity, filled.cancelled) == (D("0.05"), ())
        assert filled.filled_at - filled.triggered_at < timedelta(seconds=4)
        assert room.world.ledger(venue).total("BTC") == 0
        for _ in range(3):
            await room.clock.sleep(60)
            await room.read()
        [closed] = await room.alerts(ClosedElsewhere)
        assert sum(fill.quantity for fill in closed.fills) == D("0.1")


@pytest.mark.fault("V25")
@pytest.mark.parametrize("venue", CANCEL)
async def test_of_an_order_that_filled_in_part_only_the_rest_is_named_as_cancelled(rooms, venue):
    async with rooms(venues=(venue,)) as room:
        room.deposit("BTC", "0.1", venue=venue)
        room.set_bid("50000", venue=venue)
        room.trade("sell", "0.1", limit="70000", venue=venue)
        await room.arm("0.1", "6000", venue=venue)

        await fill_during_the_cancel(room, venue, most="0.04")
        await room.clock.sleep(30)

        *_, filled = await room.alerts(ExitFilled)
        assert [(order.quantity, order.confirmed) for order in filled.cancelled] == [(D("0.06"), True)]
        assert room.world.ledger(venue).total("BTC") == 0


async def test_a_cancel_refused_in_unknown_words_is_judged_by_the_order_itself(rooms):
    async with rooms(venues=(Venue.ALPACA,)) as room:
        room.deposit("BTC", "0.15", venue=Venue.ALPACA)
        room.set_bid("50000", venue=Venue.ALPACA)
        room.trade("sell", "0.1", limit="70000", venue=Venue.ALPACA)
        await room.arm("0.1", "6000", venue=Venue.ALPACA)
        words = "42210000 this order has come to its end"
        room.fault(FaultKind.ERROR, CANCEL[Venue.ALPACA], venue=Venue.ALPACA, message=words)

        await fill_during_the_cancel(room, Venue.ALPACA)

        [filled] = await room.alerts()
        assert (filled.quantity, filled.cancelled) == (D("0.05"), ())


@pytest.mark.fault("V25")
@pytest.mark.parametrize(
    ("venue", "status", "body"),
    [
        (Venue.KRAKEN, 200, {"error": ["EOrder:Something new"]}),
        (
            Venue.COINBASE,
            200,
            {"results": [{"success": False, "failure_reason": "COMMANDER_REJECTED_CANCEL_ORDER"}]},
        ),
        (Venue.ALPACA, 422, {"code": 42210000, "message": "unknown words"}),
    ],
)
async def test_an_order_that_was_cancelled_and_whose_cancel_was_refused_in_odd_words_is_named(
    rooms, venue, status, body
):
    async with rooms(venues=(venue,)) as room:
        room.deposit("BTC", "0.1", venue=venue)
        room.set_bid("50000", venue=venue)
        held = room.trade("sell", "0.07", limit="90000", venue=venue)
        await room.arm("0.1", "6000", venue=venue)
        room.fault(
            FaultKind.HTTP_ERROR_AFTER, CANCEL[venue], venue=venue, status=status, body=json.dumps(body)
        )

        await room.sell_off()

        [filled] = await room.alerts(ExitFilled)
        assert [(order.venue_order_id, order.confirmed) for order in filled.cancelled] == [(held.id, True)]


@pytest.mark.fault("V25")
async def test_a_cancel_that_the_venue_carries_out_later_is_confirmed_before_it_is_reported(rooms):
    async with rooms(venues=(Venue.ALPACA,)) as room:
        room.world.alpaca.switches.cancel_delay_s = 2
        room.deposit("BTC", "0.1", venue=Venue.ALPACA)
        room.set_bid("50000", venue=Venue.ALPACA)
        room.trade("sell", "0.1", limit="70000", venue=Venue.ALPACA)
        await room.arm("0.1", "6000", venue=Venue.ALPACA)

        await room.sell_off()

        [filled] = await room.alerts()
        assert [(order.quantity, order.confirmed) for order in filled.cancelled] == [(D("0.1"), True)]


@pytest.fixture
async def all_held(rooms):
    """All of a guarded position rests in an order of its owner that no venue reports the end of by its id."""
    async with rooms(venues=(Venue.ALPACA,)) as room:
        room.deposit("BTC", "0.2", venue=Venue.ALPACA)
        room.set_bid("50000", venue=Venue.ALPACA)
        room.resting = room.trade("sell", "0.2", limit="70000", venue=Venue.ALPACA)
        await room.arm("0.2", "12000", venue=Venue.ALPACA)
        kind, path_end = FaultKind.HTTP_ERROR_BEFORE, room.resting.id
        room.fault(kind, ORDER, venue=Venue.ALPACA, times=None, path_end=path_end)
        yield room


async def test_an_order_that_is_listed_no_more_and_has_not_traded_is_confirmed_as_cancelled(all_held):
    await all_held.sell_off()

    [filled] = await all_held.alerts(ExitFilled)
    named = [(order.venue_order_id, order.confirmed) for order in filled.cancelled]
    assert named == [(all_held.resting.id, True)]


@pytest.mark.parametrize(
    "body", [None, STILL_OPEN, ODD], ids=["no list", "still listed", "listed in a row that cannot be read"]
)
async def test_what_nobody_confirms_is_named_as_not_confirmed(all_held, body):
    selling = asyncio.create_task(all_held.sell_off())
    await all_held.world.tape(Venue.ALPACA).wait_for(CANCEL[Venue.ALPACA], 1)
    kind = FaultKind.HTTP_ERROR_BEFORE if body is None else FaultKind.HTML_200
    body = (body or "").replace("o-1", all_held.resting.id)
    all_held.fault(kind, OPEN_ORDERS, venue=Venue.ALPACA, times=None, body=body)
    await selling

    [filled] = await all_held.alerts(ExitFilled)
    named = [(order.venue_order_id, order.confirmed) for order in filled.cancelled]
    assert named == [(all_held.resting.id, False)]
    screen = render_alert(filled, Reader(now=all_held.clock.now()))
    assert "not confirmed by the venue; look there" in screen.text


async def test_a_trade_that_is_off_the_page_of_the_latest_ones_is_not_taken_for_none(all_held):
    all_held.deposit("USD", "10000", venue=Venue.ALPACA)
    selling = asyncio.create_task(fill_during_the_cancel(all_held, Venue.ALPACA, most="0.04"))
    await all_held.world.tape(Venue.ALPACA).wait_for("POST /v2/orders", 1)
    for _ in range(120):
        all_held.trade("buy", "0.001", venue=Venue.ALPACA)
    await selling

    *_, filled = await all_held.alerts(ExitFilled)
    named = [(order.venue_order_id, order.confirmed) for order in filled.cancelled]
    assert named == [(all_held.resting.id, False)]


async def test_a_trade_that_is_not_listed_yet_is_not_taken_for_none(rooms):
    async with rooms(venues=(Venue.COINBASE,)) as room:
        room.world.coinbase.switches.listing_delay_s = 30
        room.deposit("BTC", "0.6", venue=Venue.COINBASE)
        room.set_bid("50000", venue=Venue.COINBASE)
        for number in range(6):
            room.trade("sell", "0.1", limit=str(70_000 + number), venue=Venue.COINBASE)
        await room.clock.sleep(40)
        await room.arm("0.6", "36000", venue=Venue.COINBASE)

        await room.sell_off()

        [filled] = await room.alerts(ExitFilled)
        assert [order.confirmed for order in filled.cancelled] == [False] * 6


NOTED_AT = datetime(2026, 3, 4, 12, tzinfo=UTC)
LISTS = Lists(still_open=frozenset(), unreadable=(), traded=frozenset(), trades_since=None)


@pytest.mark.parametrize(
    ("lists", "is_untraded"),
    [
        (LISTS, True),
        (replace(LISTS, trades_since=NOTED_AT - timedelta(hours=1)), True),
        (replace(LISTS, trades_since=NOTED_AT - timedelta(seconds=30)), False),
        (replace(LISTS, trades_since=NOTED_AT + timedelta(seconds=1)), False),
        (replace(LISTS, traded=frozenset({"o-1"})), False),
        (replace(LISTS, still_open=frozenset({"o-1"})), False),
        (replace(LISTS, unreadable=("o-1 BTC/USD: odd",)), False),
        (replace(LISTS, traded=frozenset({"o-2"}), still_open=frozenset({"o-3"})), True),
    ],
    ids=[
        "all trades, none of them its",
        "trades of an hour before",
        "trades of about then: clocks differ",
        "later trades alone",
        "traded",
        "open",
        "perhaps open",
        "others' orders",
    ],
)
def test_an_order_counts_as_cancelled_only_by_trades_that_reach_back_to_its_cancel(lists, is_untraded):
    assert lists.is_untraded(NOTED, noted_at=NOTED_AT) is is_untraded


@pytest.mark.fault("V103")
async def test_of_many_cancelled_orders_one_that_filled_meanwhile_is_no_part_of_what_is_sold(rooms):
    async with rooms(venues=(Venue.ALPACA,)) as room:
        room.world.alpaca.switches.confirms_late_cancels = True
        room.deposit("BTC", "0.6", venue=Venue.ALPACA)
        room.set_bid("50000", venue=Venue.ALPACA)
        for number in range(6):
            room.trade("sell", "0.1", limit=str(70_000 + number), venue=Venue.ALPACA)
        await room.read()
        await room.arm("0.51", "20400", venue=Venue.ALPACA)
        for _ in range(3):
            await room.clock.sleep(60)
            await room.read()
        room.set_bid("39000", venue=Venue.ALPACA)

        await fill_during_the_cancel(room, Venue.ALPACA, most="0.1")

        *_, filled = await room.alerts(ExitFilled)
        assert filled.quantity == D("0.41")
        assert room.world.ledger(Venue.ALPACA).total("BTC") == D("0.09")


async def test_an_order_that_traded_and_cannot_be_read_is_not_confirmed_as_cancelled(all_held):
    await fill_during_the_cancel(all_held, Venue.ALPACA, most="0.04")

    *_, filled = await all_held.alerts(ExitFilled)
    named = [(order.venue_order_id, order.confirmed) for order in filled.cancelled]
    assert named == [(all_held.resting.id, False)]


@pytest.mark.fault("V97")
@pytest.mark.parametrize("venue", CANCEL)
async def test_sixty_orders_that_are_gone_are_all_confirmed_and_the_alert_stays_readable(rooms, venue):
    async with rooms(venues=(venue,)) as room:
        room.deposit("BTC", "0.6", venue=venue)
        room.set_bid("50000", venue=venue)
        for number in range(60):
            room.trade("sell", "0.01", limit=str(70_000 + number), venue=venue)
        await room.arm("0.6", "36000", venue=venue)

        await room.sell_off()

        [filled] = await room.alerts(ExitFilled)
        assert filled.quantity == D("0.6")
        assert [order.confirmed for order in filled.cancelled] == [True] * 60
        text = render_alert(filled, Reader(now=room.clock.now())).text
        assert text.count("• sell 0.01 at") == 9
        assert "• and 51 more, 60 orders in all" in text
        assert "not confirmed" not in text


async def test_of_many_cancelled_orders_those_to_look_at_are_named_first():
    orders = [replace(NOTED, price=D(70_000 + n), confirmed=n < 50) for n in range(60)]

    lines = list(cancelled_lines(orders, "BTC/USD"))

    assert all("not confirmed by the venue; look there" in line for line in lines)
    assert lines[-1] == "• and 51 more, 60 orders in all, 1 of them not confirmed by the venue; look there"


@pytest.fixture
async def held(rooms):
    async with rooms(venues=(Venue.ALPACA,)) as room:
        room.deposit("BTC", "0.1", venue=Venue.ALPACA)
        room.set_bid("50000", venue=Venue.ALPACA)
        room.resting = room.trade("sell", "0.1", limit="70000", venue=Venue.ALPACA)
        await room.arm("0.1", "6000", venue=Venue.ALPACA)
        yield room


def list_orders_as(room, body):
    body = body.replace("o-1", room.resting.id)
    room.fault(FaultKind.HTML_200, OPEN_ORDERS, venue=Venue.ALPACA, times=None, body=body)


async def test_an_open_order_without_a_client_id_is_found_and_cancelled(held):
    list_orders_as(held, BARE)

    await held.sell_off()

    [filled] = await held.alerts()
    assert (filled.quantity, len(filled.cancelled)) == (D("0.1"), 1)


@pytest.mark.fault("V26")
async def test_an_open_order_that_cannot_be_read_is_named_until_it_is_gone(held):
    list_orders_as(held, ODD)

    await held.look()
    await held.clock.sleep(20)

    failing, *_ = await held.alerts(ExitFailing)
    assert f"({held.resting.id} BTC/USD: side should be a known word, not 'hold')" in why_of(failing)
    assert "cancel that there yourself" in why_of(failing)
    account = held.engine.reader.accounts()[0]
    assert held.engine.reader.unreadable_orders(account)
    held.world.faults(Venue.ALPACA).clear()
    await held.wait_for("exit ")
    await held.read()
    assert held.engine.reader.unreadable_orders(account) == ()


CANCEL_REFUSED = '{"results": [{"success": false, "failure_reason": "REASON", "order_id": "x"}]}'


@pytest.fixture
async def half_held(rooms):
    """Half of a guarded position rests in an order of its owner."""
    async with rooms(venues=(Venue.COINBASE,)) as room:
        room.deposit("BTC", "0.2", venue=Venue.COINBASE)
        room.set_bid("50000", venue=Venue.COINBASE)
        room.resting = room.trade("sell", "0.1", limit="70000", venue=Venue.COINBASE)
        await room.arm("0.2", "12000", venue=Venue.COINBASE)
        yield room


async def test_an_order_that_is_being_cancelled_slowly_is_awaited(half_held):
    half_held.world.coinbase.switches.cancel_delay_s = 3

    await half_held.sell_off()

    [filled] = await half_held.alerts(ExitFilled)
    assert filled.quantity == D("0.2")
    assert [order.venue_order_id for order in filled.cancelled] == [half_held.resting.id]


async def test_an_order_whose_owner_is_cancelling_it_already_is_awaited(half_held):
    half_held.world.coinbase.switches.cancel_delay_s = 3
    [account] = half_held.world.coinbase.accounts.values()
    account.cancelling[half_held.resting.id] = half_held.clock.now().timestamp() + 3

    await half_held.sell_off()

    [filled] = await half_held.alerts()
    assert filled.quantity == D("0.2")


@pytest.mark.parametrize(
    "reason",
    ["NOT_ALLOWED_TO_CANCEL", "COMMANDER_REJECTED_CANCEL_ORDER", "A_NEW_REASON", "RISK_PROXY_FAILURE"],
)
async def test_an_order_that_cannot_be_cancelled_keeps_only_its_own_part_from_being_sold(half_held, reason):
    body = CANCEL_REFUSED.replace("REASON", reason)
    half_held.fault(FaultKind.HTML_200, CANCEL[Venue.COINBASE], venue=Venue.COINBASE, times=None, body=body)

    await half_held.look()
    await half_held.clock.sleep(20)
    await half_held.look()
    await half_held.clock.sleep(20)

    [filled] = await half_held.alerts(ExitFilled)
    assert (filled.quantity, filled.left_over) == (D("0.1"), D("0.1"))
    # What was refused and still stands was not cancelled; a failure at the venue says neither.
    assert [order.confirmed for order in filled.cancelled] == ([False] if "FAILURE" in reason else [])
    assert any(reason in why_of(failing) for failing in await half_held.alerts(ExitFailing))


async def test_one_order_that_cannot_be_cancelled_keeps_no_other_from_it(rooms):
    async with rooms(venues=(Venue.ALPACA,)) as room:
        room.deposit("BTC", "0.3", venue=Venue.ALPACA)
        room.set_bid("50000", venue=Venue.ALPACA)
        room.trade("sell", "0.1", limit="70000", venue=Venue.ALPACA)
        room.trade("sell", "0.2", limit="71000", venue=Venue.ALPACA)
        await room.arm("0.3", "18000", venue=Venue.ALPACA)
        room.fault(FaultKind.ERROR, CANCEL[Venue.ALPACA], venue=Venue.ALPACA, message="42210000 not now")

        await room.sell_off()

        assert room.world.ledger(Venue.ALPACA).total("BTC") < D("0.3")


@pytest.mark.fault("V35")
async def test_lists_that_lag_behind_a_fill_are_asked_with_pauses_and_nothing_is_cancelled_twice(rooms):
    async with rooms(venues=(Venue.ALPACA,)) as room:
        room.deposit("BTC", "0.15", venue=Venue.ALPACA)
        room.set_bid("50000", venue=Venue.ALPACA)
        resting = room.trade("sell", "0.1", limit="70000", venue=Venue.ALPACA)
        await room.arm("0.1", "6000", venue=Venue.ALPACA)
        room.world.ledger(Venue.ALPACA).match(lambda _: CROSSED, at=resting.opened_at)
        room.fault(FaultKind.HTML_200, "GET /v2/positions", venue=Venue.ALPACA, times=100, body=OLD_POSITION)
        body = STILL_OPEN.replace("o-1", resting.id)
        room.fault(FaultKind.HTML_200, OPEN_ORDERS, venue=Venue.ALPACA, times=None, body=body)
        began = room.clock.monotonic()

        await room.look()
        await room.clock.sleep(60)

        tape = room.world.tape(Venue.ALPACA)
        assert len(tape.calls(CANCEL[Venue.ALPACA])) == 1
        reads = [call for call in tape.calls("GET /v2/positions") if call.monotonic - began < 1]
        assert len(reads) <= 8
        assert room.world.ledger(Venue.ALPACA).total("BTC") == 0


async def test_an_order_that_one_exit_knows_as_over_is_shown_to_every_other(room):
    guard = await room.arm("0.1", "6000")
    live = await room.journal.plan_exit(guard, a_trigger(at=room.clock.now()), intent_id="i")
    one, other = live.intent, replace(live.intent, intent_id="j")
    order = the_order(OrderStatus.OPEN)
    releases = Releases(journal=room.journal, clock=room.clock)

    releases.note_over(one, order.venue_order_id)

    assert (releases.standing(one, [order]), releases.standing(other, [order])) == ((), (order,))


async def test_only_the_orders_of_the_latest_exits_are_remembered(room):
    guard = await room.arm("0.1", "6000")
    live = await room.journal.plan_exit(guard, a_trigger(at=room.clock.now()), intent_id="i")
    releases, order = Releases(journal=room.journal, clock=room.clock), the_order(OrderStatus.OPEN)
    exits = [replace(live.intent, intent_id=f"i{number}") for number in range(200)]

    for one in exits:
        releases.note_over(one, order.venue_order_id)

    hidden = [one for one in exits if not releases.standing(one, [order])]
    assert hidden == exits[-64:]
