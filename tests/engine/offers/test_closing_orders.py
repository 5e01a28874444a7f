"""Open orders in the way of a manual close: shown first, then cancelled."""

from decimal import Decimal

from engine.alerts.messages import ExitFilled
from engine.model.orders import Side
from engine.offers.closing_preview import ClosePreview, ObstacleKind, Worsening
from sandbox.faults import FaultKind
from tests.engine.offers.closing import offer, press, total


async def test_an_order_that_holds_it_is_shown_and_cancelled(room):
    room.deposit("BTC", "0.4")
    room.set_bid("50000")
    room.trade("sell", "0.3", limit="60000")
    await room.read()

    preview = await offer(room)
    await press(room, preview)
    await room.wait_for("exit ")

    [alert] = await room.alerts(ExitFilled)
    [held] = alert.cancelled
    assert (held.side, held.quantity, held.price) == (Side.SELL, Decimal("0.3"), Decimal(60000))
    assert preview.lines[0].cancels == (held,)
    assert total(room) == 0


async def test_an_order_that_may_hold_it_and_cannot_be_read_is_named(room):
    room.deposit("BTC", "0.4")
    room.set_bid("50000")
    odd = room.trade("sell", "0.3", limit="60000")
    await room.read()
    room.fault(FaultKind.WRONG_FIELDS, "OpenOrders", times=None, fields={"type": "hold"})

    preview = await offer(room)

    [line] = preview.lines
    assert line.unreadable == (f"{odd.id}: type should be a known word, not 'hold'",)
    assert line.cancels == ()


async def test_an_order_that_cannot_be_read_is_not_named_where_nothing_is_held(room):
    room.deposit("BTC", "0.4")
    room.deposit("ETH", "1")
    room.set_bid("50000")
    room.set_bid("3000", "ETH/USD")
    room.trade("sell", "0.5", "ETH/USD", limit="6000")
    await room.read()
    room.fault(FaultKind.WRONG_FIELDS, "OpenOrders", times=None, fields={"type": "hold"})

    lines = {line.symbol: line for line in (await offer(room, None)).lines}

    assert lines["BTC/USD"].unreadable == ()
    assert len(lines["ETH/USD"].unreadable) == 1


async def test_an_order_that_holds_no_coins_is_not_in_the_way(room):
    room.deposit("BTC", "0.4")
    room.deposit("USD", "100000")
    room.set_bid("50000")
    held = room.trade("sell", "0.3", limit="60000")
    short = room.trade("sell", "0.3", limit="70000", leverage=2)
    await room.read()

    preview = await offer(room)
    await press(room, preview)
    await room.wait_for("exit ")

    [line] = preview.lines
    assert [order.venue_order_id for order in line.cancels] == [held.id]
    assert [order.id for order in room.world.ledger("kraken").open_orders()] == [short.id]
    assert total(room) == 0


async def test_an_order_placed_after_the_preview_is_shown_before_it_is_cancelled(holding):
    preview = await offer(holding)
    holding.trade("sell", "0.3", limit="60000")
    await holding.clock.sleep(6)

    again = await press(holding, preview)

    assert isinstance(again, ClosePreview)
    assert again.again.why is Worsening.OTHER_ORDER
    assert total(holding) == Decimal("0.4")


async def test_open_orders_that_do_not_come_in_time_keep_no_preview_waiting(holding):
    holding.trade("sell", "0.1", limit="90000")
    await holding.read()
    holding.fault(FaultKind.DELAY_AFTER, "OpenOrders", delay_s=20)
    began = holding.clock.monotonic()

    [line] = (await offer(holding)).lines

    assert line.obstacle.kind is ObstacleKind.ORDERS_LATE
    assert holding.clock.monotonic() - began < 5
