"""Manual closes on the real engine: what a press sells, and what it leaves."""

from dataclasses import replace
from decimal import Decimal

import pytest

from engine.alerts.messages import ExitFilled
from engine.guards.guard import GuardSource, GuardState
from engine.model.venues import Venue
from engine.offers.closing_preview import ObstacleKind, Selling
from engine.orders.intents import MANUAL
from engine.orders.states import IntentState
from tests.engine.offers.closing import a_ticker_apart, offer, press, total


async def close(room, symbol="BTC"):
    outcome = await press(room, await offer(room, symbol))
    await room.wait_for("exit ")
    return outcome


async def test_a_press_sells_all_of_it_and_the_alert_claims_no_entry(holding):
    outcome = await close(holding)

    [alert] = await holding.alerts(ExitFilled)
    [intent] = await holding.intents()
    assert isinstance(outcome, Selling)
    assert total(holding) == 0
    assert (alert.manual, alert.entry_known, alert.realised) == (True, False, None)
    assert (intent.trigger.basis, intent.state) == (MANUAL, IntentState.FILLED)
    guard = await holding.guard(intent.guard_id)
    assert (guard.source, guard.state) == (GuardSource.MANUAL, GuardState.CLOSED)


async def test_a_guarded_part_is_closed_with_the_rest_in_one_order(holding):
    await holding.arm("0.1", "5000")

    await close(holding)

    assert [call.params["volume"] for call in holding.sent()] == ["0.40000000"]
    assert (await holding.guard()).state is GuardState.CLOSED
    assert len(await holding.intents()) == 1


async def test_everything_is_closed_at_once_and_cash_is_not(holding):
    holding.deposit("ETH", "2")
    holding.deposit("USD", "100")
    holding.set_bid("3000", "ETH/USD")
    await holding.read()

    preview = await offer(holding, None)
    await press(holding, preview)
    await holding.wait_for("exit ")

    assert sorted(line.symbol for line in preview.lines) == ["BTC/USD", "ETH/USD"]
    assert (total(holding), total(holding, "ETH")) == (0, 0)


@pytest.mark.fault("C17")
async def test_a_staked_coin_of_contradictory_prices_is_shown_as_locked_and_the_rest_is_sold(holding):
    holding.deposit("ETH.S", "2")
    holding.set_bid("3000", "ETH/USD")
    await holding.arm("2", "1000", "ETH/USD")
    holding.world.market.override("kraken", "ETH/USD", a_ticker_apart("2000"))
    await holding.read()
    for _ in range(2):
        await holding.look()
        await holding.clock.sleep(5)

    preview = await offer(holding, None)
    await press(holding, preview)
    await holding.wait_for("exit ")

    lines = {line.symbol: line for line in preview.lines}
    assert not holding.engine.markets[Venue.KRAKEN].is_trusted("ETH/USD")
    assert lines["ETH/USD"].obstacle.kind is ObstacleKind.LOCKED
    assert lines["BTC/USD"].obstacle is None
    assert (total(holding), total(holding, "ETH.S")) == (0, 2)


@pytest.mark.parametrize(("side", "direction"), [("buy", "long"), ("sell", "short")])
async def test_a_margin_position_is_closed_reduce_only(room, side, direction):
    room.deposit("USD", "10000")
    room.set_bid("50000")
    room.trade(side, "0.1", leverage=2)
    await room.read()

    await close(room)

    [call] = room.sent()
    assert call.params["reduce_only"] in {"true", True}
    assert call.params["type"] == ("sell" if direction == "long" else "buy")
    [alert] = await room.alerts(ExitFilled)
    assert (alert.direction, alert.manual) == (direction, True)


async def test_what_the_market_does_not_take_is_named_and_only_the_guarded_part_stays_guarded(holding):
    listing = holding.world.market.listing("kraken", "BTC/USD")
    holding.world.market.add(replace(listing, depth=(Decimal("0.25"),)))
    await holding.arm("0.1", "5000")
    preview = await offer(holding)

    await press(holding, preview)
    await holding.wait_for("exit ")

    [alert] = await holding.alerts(ExitFilled)
    guard = await holding.guard()
    assert preview.lines[0].thin
    assert (alert.quantity, alert.left_over) == (Decimal("0.25"), Decimal("0.15"))
    assert "/close asks again" in alert.left_over_why
    assert (guard.quantity, guard.cost, guard.state) == (Decimal("0.1"), Decimal(5000), GuardState.ARMED)
