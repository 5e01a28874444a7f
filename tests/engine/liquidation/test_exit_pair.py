"""An exit goes through another pair of its asset when the venue keeps this account from the first."""

from dataclasses import replace
from decimal import Decimal

import pytest

from engine.alerts.messages import ExitFailing, ExitFilled
from engine.errors import BrokerError, RefusalReason, RefusedError, TryLaterError
from engine.execution.states import IntentState
from engine.guards.guard import GuardState
from engine.instruments import TradingStatus
from engine.liquidation.exit_pair import is_of_the_pair, next_pair
from engine.positions import PositionKind
from engine.venues import Venue
from sandbox.faults import FaultKind
from tests.builders import a_guard, an_instrument

D = Decimal
RESTRICTED = "EAccount:Invalid permissions:USD trading restricted for NL."
NOT_AVAILABLE = "account is not available"


def listed(*symbols):
    return {symbol: an_instrument(symbol) for symbol in symbols}


def tried(*symbols, guard=None, **statuses):
    instruments = listed(*symbols)
    for name, status in statuses.items():
        symbol = name.replace("_", "/")
        instruments[symbol] = replace(instruments[symbol], status=status)
    refused = list[str]()
    while (symbol := next_pair(guard or a_guard(), refused, instruments)) is not None:
        refused.append(symbol)
    return refused


def test_the_guards_own_pair_comes_first_then_dollars_stablecoins_and_other_money():
    symbols = ("BTC/EUR", "BTC/USDT", "BTC/JPY", "BTC/USDC", "BTC/USD", "BTC/GBP", "ETH/USD")

    assert tried(*symbols) == ["BTC/USD", "BTC/USDC", "BTC/USDT", "BTC/EUR", "BTC/GBP", "BTC/JPY"]
    assert tried(*symbols, guard=replace(a_guard(), symbol="BTC/EUR"))[:3] == [
        "BTC/EUR",
        "BTC/USD",
        "BTC/USDC",
    ]


def test_an_exit_never_brings_another_coin():
    assert tried("BTC/USD", "BTC/ETH", "BTC/USDC") == ["BTC/USD", "BTC/USDC"]


def test_a_pair_that_takes_no_market_sales_is_passed_over():
    found = tried("BTC/USD", "BTC/USDC", "BTC/EUR", BTC_USDC=TradingStatus.CANCEL_ONLY)

    assert found == ["BTC/USD", "BTC/EUR"]


def test_the_own_pair_is_tried_even_when_nobody_tells_the_listings():
    assert tried() == ["BTC/USD"]


def test_a_margin_position_has_no_other_pair():
    assert tried("BTC/USD", "BTC/EUR", guard=a_guard(kind=PositionKind.MARGIN)) == []


@pytest.mark.parametrize("reason", RefusalReason)
def test_only_a_refusal_of_the_pair_is_a_reason_to_try_another(reason):
    of_the_pair = reason in {RefusalReason.PAIR_UNAVAILABLE, RefusalReason.UNKNOWN_SYMBOL}

    assert is_of_the_pair(RefusedError(Venue.KRAKEN, "no", reason)) is of_the_pair


@pytest.mark.parametrize(
    "error", [None, TryLaterError(Venue.KRAKEN, "busy"), BrokerError(Venue.KRAKEN, "no")]
)
def test_what_is_no_refusal_speaks_of_no_pair(error):
    assert not is_of_the_pair(error)


@pytest.fixture
async def closed(rooms):
    """A tenth of a bitcoin at Coinbase that its account may not sell for dollars."""
    async with rooms(venues=(Venue.COINBASE,)) as room:
        room.deposit("BTC", "0.3", venue=Venue.COINBASE)
        room.set_bid("50000", venue=Venue.COINBASE)
        [room.account_there] = room.world.coinbase.accounts.values()
        room.account_there.closed_products["BTC-USD"] = NOT_AVAILABLE
        await room.arm("0.1", "6000", venue=Venue.COINBASE)
        yield room


def products(room):
    return [call.params["product_id"] for call in room.sent("orders", venue=Venue.COINBASE)]


@pytest.mark.parametrize("words", [NOT_AVAILABLE, "INELIGIBLE_PAIR", "GEOFENCING_RESTRICTION"])
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
    assert failing.why.endswith("this account may sell through none of BTC/USD, BTC/USDC, BTC/EUR")
    assert NOT_AVAILABLE in failing.why
    assert products(closed)[:4] == ["BTC-USD", "BTC-USDC", "BTC-EUR", "BTC-USD"]
    assert filled.instead_of == ""


async def test_what_is_left_stays_guarded_in_its_own_pair_and_currency(closed):
    closed.world.market.add(replace(closed.world.market.listing("coinbase", "BTC/USDC"), depth=(D("0.04"),)))

    await closed.look()
    await closed.wait_for("exit ")

    guard = await closed.guard()
    assert (guard.symbol, guard.currency, guard.state) == ("BTC/USD", "USD", GuardState.ARMED)
    assert guard.quantity == D("0.06")


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
