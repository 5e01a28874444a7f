"""An exit goes through another pair of its asset when the venue keeps this account from the first."""

from dataclasses import replace

import pytest

from engine.alerts.messages import ExitFailing, ExitFilled
from engine.guards.guard import GuardState
from engine.model.venues import Venue
from engine.orders.states import IntentState
from sandbox.faults import FaultKind
from tests.engine.exits.failing_texts import why_of
from tests.engine.exits.pairs import NOT_AVAILABLE, D, products

RESTRICTED = "EAccount:Invalid permissions:USD trading restricted for NL."


@pytest.mark.fault("V30")
@pytest.mark.parametrize(
    "words", [NOT_AVAILABLE, "Trading pair not available", "INELIGIBLE_PAIR", "GEOFENCING_RESTRICTION"]
)
async def test_a_pair_the_account_may_not_trade_is_passed_over_for_the_next(closed, words):
    closed.account_there.closed_products["BTC-USD"] = words
    begun = closed.clock.monotonic()

    await closed.sell_off()

    [filled] = await closed.alerts()
    assert isinstance(filled, ExitFilled)
    assert (filled.symbol, filled.instead_of, filled.currency) == ("BTC/USDC", "BTC/USD", "USDC")
    assert filled.quantity == D("0.1")
    assert products(closed) == ["BTC-USD", "BTC-USDC"]
    assert closed.clock.monotonic() - begun < 2
    assert closed.world.ledger("coinbase").total("USDC") > 4000


async def test_an_answer_lost_through_another_pair_is_found_and_sells_once(closed):
    closed.account_there.closed_products.clear()
    closed.fault(FaultKind.ERROR, "orders", venue=Venue.COINBASE, message="INELIGIBLE_PAIR")
    closed.fault(FaultKind.DROP_AFTER, "orders", venue=Venue.COINBASE)

    await closed.sell_off()

    [intent] = await closed.intents()
    [filled] = await closed.alerts(ExitFilled)
    assert (intent.symbol, filled.symbol, filled.found_later) == ("BTC/USDC", "BTC/USDC", True)
    assert products(closed) == ["BTC-USD", "BTC-USDC"]
    assert closed.world.ledger("coinbase").total("BTC") == D("0.2")


async def test_the_pair_is_on_disk_before_the_order_leaves(closed):
    closed.account_there.closed_products.clear()
    closed.fault(FaultKind.ERROR, "orders", venue=Venue.COINBASE, message="INELIGIBLE_PAIR")
    closed.fault(FaultKind.DELAY_BEFORE, "orders", venue=Venue.COINBASE, times=2, delay_s=1)

    await closed.look()
    await closed.clock.sleep(1.5)

    [intent] = await closed.intents()
    assert (intent.symbol, intent.state) == ("BTC/USDC", IntentState.SENT)
    await closed.wait_for("exit ")


async def test_a_restart_goes_on_with_the_pair_that_was_used(closed):
    closed.account_there.closed_products["BTC-USDC"] = NOT_AVAILABLE
    closed.account_there.closed_products["BTC-EUR"] = NOT_AVAILABLE
    await closed.look()
    await closed.clock.sleep(0.3)

    await closed.restart()
    closed.account_there.closed_products.clear()
    await closed.sell_off()

    [filled] = await closed.alerts(ExitFilled)
    [intent] = await closed.intents()
    assert (intent.symbol, intent.state) == (filled.symbol, IntentState.FILLED)
    assert closed.world.ledger("coinbase").total("BTC") == D("0.2")


async def test_an_account_that_may_sell_through_no_pair_hears_which_were_tried(closed):
    for name in ("BTC-USDC", "BTC-EUR"):
        closed.account_there.closed_products[name] = NOT_AVAILABLE
    await closed.look()
    await closed.clock.sleep(5)
    closed.account_there.closed_products.clear()

    await closed.wait_for("exit ")

    failing, filled = await closed.alerts(ExitFailing, ExitFilled)
    assert why_of(failing).endswith("no sale is taken through BTC/USD, BTC/USDC, BTC/EUR")
    assert NOT_AVAILABLE in why_of(failing)
    assert products(closed)[:4] == ["BTC-USD", "BTC-USDC", "BTC-EUR", "BTC-USD"]
    assert filled.instead_of == ""


async def test_what_is_left_stays_guarded_in_its_own_pair_and_currency(closed):
    usdc = closed.world.market.listing("coinbase", "BTC/USDC")
    closed.fault(FaultKind.DELAY_BEFORE, "orders", venue=Venue.COINBASE, times=2, delay_s=1)
    await closed.look()
    await closed.clock.sleep(1.5)
    # What is left would be too little for the pair it went through.
    closed.world.market.add(replace(usdc, depth=(D("0.04"),), minimum_quantity=D("0.08")))

    await closed.wait_for("exit ")

    guard = await closed.guard()
    assert (guard.symbol, guard.currency, guard.state) == ("BTC/USD", "USD", GuardState.ARMED)
    assert guard.quantity == D("0.06")


@pytest.mark.fault("V33")
async def test_the_minimum_of_a_second_pair_ends_no_guard(closed):
    usdc = closed.world.market.listing("coinbase", "BTC/USDC")
    closed.world.market.add(replace(usdc, minimum_quantity=D(1)))
    closed.account_there.closed_products["BTC-EUR"] = "INVALID_ORDER_SIZE_TOO_SMALL"
    await closed.look()
    await closed.clock.sleep(60)

    assert (await closed.guard()).state is GuardState.CLOSING
    failing, *_ = await closed.alerts(ExitFailing)
    assert "BTC/USDC: the venue sells at least 1 BTC" in why_of(failing)
    closed.account_there.closed_products.clear()
    await closed.wait_for("exit ")
    [filled] = await closed.alerts(ExitFilled)
    assert filled.symbol == "BTC/USD"


async def test_a_region_that_keeps_kraken_from_dollars_sells_for_other_money(room):
    room.deposit("BTC", "0.1")
    room.set_bid("50000")
    await room.arm("0.1", "6000")
    room.fault(FaultKind.ERROR, times=2, message=RESTRICTED)

    await room.sell_off()

    [filled] = await room.alerts()
    pairs = [call.params["pair"] for call in room.sent()]
    assert (filled.symbol, filled.instead_of) == ("BTC/EUR", "BTC/USD")
    assert pairs == ["XXBTZUSD", "XBTUSDT", "XXBTZEUR"]
    assert len({call.params["cl_ord_id"] for call in room.sent()}) == 3
    # Cost and result stay in the currency it is guarded in: some 4,980 dollars for what had cost 6,000.
    assert filled.rate is not None
    assert D(-1100) < filled.realised < D(-950)
