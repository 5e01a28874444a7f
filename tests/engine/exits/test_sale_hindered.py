"""Exits that something else stands in the way of: other orders, closed markets, coins that are not free."""

from dataclasses import replace
from decimal import Decimal

import pytest

from engine.alerts.messages import ExitFailing, ExitFilled
from engine.model.orders import Side
from engine.model.venues import Venue
from engine.orders.states import IntentState
from sandbox.coinbase import DerivativeOrder
from sandbox.faults import FaultKind
from sandbox.pace import Pace
from tests.engine.exits.failing_texts import why_of

MARKET = "Kraken: EService:Market in cancel_only mode"


async def test_an_order_on_the_other_side_that_the_venue_minds_is_cancelled_and_named(rooms):
    async with rooms(venues=(Venue.ALPACA,)) as room:
        room.deposit("BTC", "0.1", venue=Venue.ALPACA)
        room.deposit("USD", "1000", venue=Venue.ALPACA)
        room.set_bid("50000", venue=Venue.ALPACA)
        in_the_way = room.trade("buy", "0.01", limit="49990", venue=Venue.ALPACA)
        elsewhere = room.trade("buy", "0.01", "ETH/USD", limit="1000", venue=Venue.ALPACA)
        await room.arm("0.1", "6000", venue=Venue.ALPACA)

        await room.sell_off()

        [filled] = await room.alerts(ExitFilled)
        assert filled.quantity == Decimal("0.1")
        assert [(order.side, order.price) for order in filled.cancelled] == [(Side.BUY, Decimal(49990))]
        still_open = [order.id for order in room.world.ledger("alpaca").open_orders()]
        assert in_the_way.id not in still_open
        assert still_open == [elsewhere.id]


async def test_an_opposite_order_that_cannot_be_cancelled_at_once_is_tried_again(rooms):
    async with rooms(venues=(Venue.ALPACA,)) as room:
        room.deposit("BTC", "0.1", venue=Venue.ALPACA)
        room.deposit("USD", "1000", venue=Venue.ALPACA)
        room.set_bid("50000", venue=Venue.ALPACA)
        room.trade("buy", "0.01", limit="49990", venue=Venue.ALPACA)
        await room.arm("0.1", "6000", venue=Venue.ALPACA)
        room.fault(FaultKind.RATE_LIMIT, "DELETE /v2/orders/{order_id}", venue=Venue.ALPACA)

        await room.sell_off()

        [filled] = await room.alerts(ExitFilled)
        assert len(filled.cancelled) == 1


async def test_a_market_that_takes_no_orders_is_waited_for_without_trying_in_vain(room):
    room.deposit("BTC", "0.1")
    room.set_bid("50000")
    await room.arm("0.1", "6000")
    await room.base.markets[Venue.KRAKEN].instruments()
    room.world.market.set_status("kraken", "BTC/USD", "cancel_only")
    await room.look()
    await room.clock.sleep(600)
    tried = len(room.sent())

    room.world.market.set_status("kraken", "BTC/USD", "online")
    await room.clock.sleep(120)

    failing, *_ = await room.alerts(ExitFailing)
    assert failing.why == MARKET
    assert tried <= 3
    assert room.world.ledger("kraken").total("BTC") == 0


async def test_crumbs_that_are_free_while_the_rest_is_locked_are_no_reason_to_give_up(room):
    room.deposit("ETH", "0.001")
    room.deposit("ETH.S", "0.999")
    room.set_bid("2000", "ETH/USD")
    await room.arm("1", "3000", "ETH/USD")
    await room.look()
    await room.clock.sleep(20)
    early = room.sent()

    room.withdraw("ETH.S", "0.999")
    room.deposit("ETH", "0.999")
    await room.wait_for("exit ")

    failing, *_ = await room.alerts(ExitFailing)
    assert why_of(failing).startswith("only 0.001")
    assert why_of(failing).endswith("ETH is free, the rest is held or locked")
    assert early == []
    assert room.world.ledger("kraken").total("ETH") == 0


async def test_a_stop_waits_until_no_outcome_is_unknown(room):
    room.deposit("BTC", "0.3")
    room.set_bid("50000")
    await room.arm("0.1", "6000")
    room.fault(FaultKind.DROP_AFTER)
    room.fault_order_lists(times=5)
    await room.look()
    await room.clock.sleep(0.1)

    await room.exits.settle()

    assert room.clock.monotonic() >= 4
    [intent] = await room.intents()
    assert intent.state is not IntentState.UNKNOWN
    assert len(room.sent()) == 1


@pytest.mark.fault("V23")
async def test_a_perpetuals_order_is_never_cancelled_to_free_coins(rooms):
    async with rooms(venues=(Venue.COINBASE,)) as room:
        room.deposit("BTC", "0.01", venue=Venue.COINBASE)
        room.set_bid("50000", venue=Venue.COINBASE)
        held = {room.trade("sell", "0.003", limit="90000", venue=Venue.COINBASE).id for _ in range(2)}
        [account] = room.world.coinbase.accounts.values()
        for product_id in ("BTC-PERP-INTX", "BIT-28NOV26-CDE"):
            account.derivative_orders.append(
                DerivativeOrder(
                    product_id=product_id,
                    side="SELL",
                    size=Decimal("0.008"),
                    limit_price=Decimal(90_000),
                    at=room.clock.now().timestamp(),
                )
            )
        await room.arm("0.01", "600", venue=Venue.COINBASE)
        begun = room.clock.monotonic()

        await room.sell_off()

        [filled] = await room.alerts(ExitFilled)
        assert filled.quantity == Decimal("0.01")
        assert {order.venue_order_id for order in filled.cancelled} == held
        assert [order.status for order in account.derivative_orders] == ["OPEN", "OPEN"]
        assert room.clock.monotonic() - begun < 2


@pytest.mark.fault("V24")
@pytest.mark.parametrize(
    "status", ["QUEUED", "PENDING", "CANCEL_QUEUED", "EDIT_QUEUED", "UNKNOWN_ORDER_STATUS"]
)
async def test_an_order_that_is_not_over_is_found_whatever_its_status_is_called(rooms, status):
    async with rooms(venues=(Venue.COINBASE,)) as room:
        room.deposit("BTC", "0.01", venue=Venue.COINBASE)
        room.set_bid("50000", venue=Venue.COINBASE)
        held = room.trade("sell", "0.006", limit="90000", venue=Venue.COINBASE)
        [account] = room.world.coinbase.accounts.values()
        account.shown_as[held.id] = status
        await room.arm("0.01", "600", venue=Venue.COINBASE)

        await room.sell_off()

        [filled] = await room.alerts(ExitFilled)
        assert filled.quantity == Decimal("0.01")
        assert [order.venue_order_id for order in filled.cancelled] == [held.id]
        assert await room.alerts(ExitFailing) == []


@pytest.mark.fault("V50")
@pytest.mark.parametrize(
    "shown",
    [
        {"product_type": "UNKNOWN_PRODUCT_TYPE"},
        {"product_type": "spot"},
        {"product_type": ""},
        {
            "order_configuration": {
                "market_market_ioc": None,
                "limit_limit_gtc": {"base_size": "0.07", "limit_price": "90000"},
            }
        },
    ],
    ids=str,
)
async def test_an_order_in_the_way_is_found_however_coinbase_writes_it(rooms, shown):
    async with rooms(venues=(Venue.COINBASE,)) as room:
        room.deposit("BTC", "0.1", venue=Venue.COINBASE)
        room.set_bid("50000", venue=Venue.COINBASE)
        held = room.trade("sell", "0.07", limit="90000", venue=Venue.COINBASE)
        await room.arm("0.1", "6000", venue=Venue.COINBASE)
        room.fault(
            FaultKind.WRONG_FIELDS, "orders/historical/batch", venue=Venue.COINBASE, fields=shown, times=None
        )

        await room.sell_off()

        [filled] = await room.alerts(ExitFilled)
        assert filled.quantity == Decimal("0.1")
        assert [order.venue_order_id for order in filled.cancelled] == [held.id]


@pytest.mark.fault("V50")
@pytest.mark.parametrize(
    ("venue", "endpoint", "shown"),
    [
        (Venue.COINBASE, "orders/historical/batch", {"product_type": "PREDICTION"}),
        (Venue.KRAKEN, "OpenOrders", {"leverage": "isolated"}),
        (Venue.ALPACA, "GET /v2/orders", {"asset_class": "crypto_lent"}),
    ],
)
async def test_an_order_in_an_unknown_kind_of_product_is_named_and_not_cancelled(
    rooms, venue, endpoint, shown
):
    async with rooms(venues=(venue,)) as room:
        room.deposit("BTC", "0.1", venue=venue)
        room.set_bid("50000", venue=venue)
        held = room.trade("sell", "0.07", limit="90000", venue=venue)
        await room.arm("0.1", "6000", venue=venue)
        room.fault(FaultKind.WRONG_FIELDS, endpoint, venue=venue, fields=shown, times=None)

        await room.sell_off()  # what is free
        await room.look()
        await room.clock.sleep(20)

        assert [order.id for order in room.world.ledger(venue).open_orders()] == [held.id]
        failing = await room.alerts(ExitFailing)
        assert any(held.id in why_of(each) and "does not know" in why_of(each) for each in failing)


async def test_a_margin_order_at_kraken_is_never_cancelled_to_free_coins(room):
    room.deposit("BTC", "0.01")
    room.deposit("USD", "100000")
    room.set_bid("50000")
    held = room.trade("sell", "0.006", limit="90000")
    short = room.trade("sell", "0.006", limit="95000", leverage=2)
    await room.arm("0.01", "600")

    await room.sell_off()

    [filled] = await room.alerts(ExitFilled)
    assert filled.quantity == Decimal("0.01")
    assert [order.venue_order_id for order in filled.cancelled] == [held.id]
    assert [order.id for order in room.world.ledger("kraken").open_orders()] == [short.id]


async def test_a_purchase_that_is_paid_with_the_coin_is_cancelled_to_free_it(rooms):
    async with rooms(venues=(Venue.ALPACA,)) as room:
        room.deposit("BTC", "0.02", venue=Venue.ALPACA)
        room.set_bid("50000", venue=Venue.ALPACA)
        pair = room.world.market.listing(Venue.ALPACA, "ETH/USD")
        room.world.market.add(replace(pair, symbol="ETH/BTC", quote="BTC", tick=Decimal("0.0001")))
        held = room.trade("buy", "1", "ETH/BTC", limit="0.015", venue=Venue.ALPACA)
        await room.arm("0.02", "1200", venue=Venue.ALPACA)

        await room.sell_off()

        [filled] = await room.alerts(ExitFilled)
        assert filled.quantity == Decimal("0.02")
        assert [order.venue_order_id for order in filled.cancelled] == [held.id]


@pytest.mark.fault("V28")
async def test_an_order_that_is_pending_and_fills_over_seconds_is_reported_once_and_whole(rooms):
    async with rooms(venues=(Venue.ALPACA,)) as room:
        room.world.alpaca.switches.pace = Pace(pending_s=1, over_s=4, parts=4)
        room.deposit("BTC", "0.1", venue=Venue.ALPACA)
        room.set_bid("50000", venue=Venue.ALPACA)
        await room.arm("0.1", "6000", venue=Venue.ALPACA)

        await room.sell_off()

        assert len(room.sent("POST /v2/orders", venue=Venue.ALPACA)) == 1
        [filled] = await room.alerts(ExitFilled)
        assert filled.quantity == Decimal("0.1")
        assert room.world.ledger(Venue.ALPACA).total("BTC") == 0
