"""An exit goes through another pair of its asset when the venue keeps this account from the first."""

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.alerts.messages import ExitFailing, ExitFilled
from engine.exits.exit_pair import (
    SHUT_MAX_WAIT_S,
    NoPair,
    PairOffer,
    choose_pair,
    least_price,
    leaves_pair,
    other_pairs,
)
from engine.guards.guard import GuardState
from engine.model.errors import BrokerError, RefusalReason, RefusedError, TryLaterError
from engine.model.holdings import PositionKind
from engine.model.instruments import TradingStatus
from engine.model.venues import Venue
from engine.orders.states import IntentState
from sandbox.faults import FaultKind
from sandbox.market import Override
from sandbox.world import OWNER_ID
from tests.builders import a_guard, an_instrument

D = Decimal
RESTRICTED = "EAccount:Invalid permissions:USD trading restricted for NL."
NOT_AVAILABLE = "account is not available"


PAIR, SHUT, SMALL = (
    RefusalReason.PAIR_UNAVAILABLE,
    RefusalReason.MARKET_UNAVAILABLE,
    RefusalReason.BELOW_MINIMUM,
)


def others(*symbols, guard=None, refused=(), **statuses):
    instruments = {symbol: an_instrument(symbol) for symbol in symbols}
    for name, status in statuses.items():
        symbol = name.replace("_", "/")
        instruments[symbol] = replace(instruments[symbol], status=status)
    return list(other_pairs(guard or a_guard(), refused, instruments))


def an_offer(symbol, price, *, least=48500):
    price = price if price is None else D(price)
    return PairOffer(symbol=symbol, price=price, least=D(least), problem="no order book")


def test_dollars_stablecoins_and_other_money_stand_in_for_the_guarded_pair_in_that_order():
    symbols = (
        "BTC/EUR",
        "BTC/USDT",
        "BTC/JPY",
        "BTC/USDC",
        "BTC/USD",
        "BTC/GBP",
        "BTC/BRL",
        "BTC/ETH",
        "ETH/USD",
    )

    assert others(*symbols) == ["BTC/USDC", "BTC/USDT", "BTC/EUR", "BTC/GBP", "BTC/JPY", "BTC/BRL"]
    assert others(*symbols, guard=replace(a_guard(), symbol="BTC/EUR"))[:2] == ["BTC/USD", "BTC/USDC"]


def test_an_exit_never_brings_another_coin():
    assert others("BTC/USD", "BTC/ETH", "BTC/USDC") == ["BTC/USDC"]


def test_a_pair_that_takes_no_market_sales_or_was_refused_is_passed_over():
    symbols = ("BTC/USD", "BTC/USDC", "BTC/USDT", "BTC/EUR")

    assert others(*symbols, refused=["BTC/USDT"], BTC_USDC=TradingStatus.CANCEL_ONLY) == ["BTC/EUR"]


def test_a_margin_position_has_no_other_pair():
    assert others("BTC/USD", "BTC/EUR", guard=a_guard(kind=PositionKind.MARGIN)) == []


@pytest.mark.parametrize(
    ("offers", "chosen"),
    [
        ([], None),
        ([("BTC/USDC", None)], None),
        ([("BTC/USDC", 20000)], None),
        ([("BTC/USDC", 48499)], None),
        ([("BTC/USDC", 48500)], "BTC/USDC"),
        ([("BTC/USDC", 20000), ("BTC/EUR", 49000)], "BTC/EUR"),
        ([("BTC/USDC", 49000), ("BTC/EUR", 49100), ("BTC/GBP", None)], "BTC/EUR"),
        ([("BTC/USDC", 49000), ("BTC/EUR", 49000)], "BTC/USDC"),
    ],
)
def test_only_a_pair_that_brings_enough_is_taken_and_the_best_of_them(offers, chosen):
    least = least_price(mark=D(50000), is_shut=False, triggered_at=D(60000), manual=False)

    best = choose_pair([an_offer(*offer, least=least.usual) for offer in offers])
    assert (best and best.symbol) == chosen


@pytest.mark.parametrize(
    ("offers", "chosen"),
    [
        ([("A", "100", "5", "97"), ("B", "98", None, "97")], "B"),
        ([("A", "100", "5", "97"), ("B", "98", "6", "97")], "B"),
        ([("A", "100", "5", "97"), ("B", "99", "5", "97")], "A"),
        ([("A", "90", None, "89"), ("B", "91", None, "92")], "A"),
        ([("A", "96", "5", "97")], None),
    ],
    ids=["all of it first", "more of it", "the better price", "by its own book", "too little a unit"],
)
def test_a_pair_that_takes_all_goes_before_one_that_takes_a_part(offers, chosen):
    values = [
        PairOffer(symbol=name, price=D(price), most=most and D(most), least=D(least))
        for name, price, most, least in offers
    ]

    best = choose_pair(values)

    assert (best and best.symbol) == chosen


@given(
    prices=st.lists(st.none() | st.decimals(min_value=0, max_value=10**6, places=2), max_size=8),
    least=st.decimals(min_value=0, max_value=10**6, places=2),
)
def test_no_sane_pair_brings_more_than_the_chosen_one(prices, least):
    offers = [an_offer(f"BTC/{number}", price, least=least) for number, price in enumerate(prices)]
    brings = {offer.symbol: offer.price for offer in offers}

    chosen = choose_pair(offers)

    sane = [price for price in prices if price is not None and price >= least]
    assert (chosen is None) is not bool(sane)
    assert chosen is None or brings[chosen.symbol] >= max(sane)


@pytest.mark.parametrize(
    ("mark", "is_shut", "manual", "usual", "floor"),
    [
        pytest.param(40000, False, False, 38800, 38800, id="near its mark"),
        pytest.param(None, False, False, 48500, 45000, id="no mark"),
        pytest.param(None, True, False, 48500, 45000, id="shut without a mark"),
        pytest.param(50000, True, False, 48500, 45000, id="shut at the trigger"),
        pytest.param(46000, True, False, 48500, 44620, id="shut and fallen a little"),
        pytest.param(40000, True, False, 48500, 38800, id="shut and fallen far"),
        pytest.param(500, True, False, 48500, 485, id="shut and collapsed"),
        pytest.param(60000, True, False, 54000, 54000, id="shut above the trigger"),
        pytest.param(40000, True, True, 49500, 49500, id="agreed to"),
        pytest.param(None, False, True, 49500, 49500, id="agreed to without a mark"),
    ],
)
def test_what_a_unit_must_bring_goes_by_the_mark_or_by_what_its_owner_agreed_to(
    mark, is_shut, manual, usual, floor
):
    mark = None if mark is None else D(mark)

    least = least_price(mark=mark, is_shut=is_shut, triggered_at=D(50000), manual=manual)

    assert (least.usual, least.floor) == (usual, floor)


@given(
    mark=st.one_of(st.none(), st.decimals(min_value=1, max_value=100000, places=2)),
    is_shut=st.booleans(),
    own=st.decimals(min_value=0, max_value=200000, places=2),
)
def test_no_book_makes_a_pair_sell_far_below_what_is_still_shown_or_the_trigger(mark, is_shut, own):
    least = least_price(mark=mark, is_shut=is_shut, triggered_at=D(50000), manual=False).by_book(own)

    shown = D(50000) if mark is None else mark
    assert least >= min(D(45000), shown * D("0.97"))
    assert least >= shown * D("0.9")


def test_the_pairs_that_were_not_taken_are_named_with_what_they_would_bring():
    none = NoPair(
        refused=("BTC/USD", "BTC/USDT"),
        offers=(an_offer("BTC/USDC", "20000.123"), an_offer("BTC/EUR", None)),
        currency="USD",
    )

    assert str(none) == (
        "no sale is taken through BTC/USD, BTC/USDT; "
        "BTC/USDC would bring 20000.1 USD a unit, less than 48500 is not taken; BTC/EUR: no order book"
    )
    assert not none.is_alone
    assert replace(none, refused=("BTC/USD",), offers=()).is_alone


@pytest.mark.parametrize("reason", RefusalReason)
@pytest.mark.parametrize(("is_first", "shut_s"), [(True, 0), (True, SHUT_MAX_WAIT_S), (False, 0)])
def test_which_refusals_send_an_exit_to_another_pair(reason, is_first, shut_s):
    leaving = {PAIR, RefusalReason.UNKNOWN_SYMBOL}
    if not is_first:
        leaving |= {SHUT, SMALL}
    elif shut_s:
        leaving.add(SHUT)

    refused = RefusedError(Venue.KRAKEN, "no", reason)
    assert leaves_pair(refused, is_first=is_first, shut_s=shut_s) is (reason in leaving)


@pytest.mark.parametrize("error", [TryLaterError(Venue.KRAKEN, "busy"), BrokerError(Venue.KRAKEN, "no")])
def test_what_is_no_refusal_speaks_of_no_pair(error):
    assert not leaves_pair(error, is_first=False, shut_s=99)


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
    assert failing.why.endswith("no sale is taken through BTC/USD, BTC/USDC, BTC/EUR")
    assert NOT_AVAILABLE in failing.why
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


def show(room, symbol, bid, *, venue=Venue.COINBASE, size=5):
    ask = D(80000)
    shown = Override(bid=bid if bid is None else D(bid), ask=ask, bid_size=D(size), ask_size=D(size))
    room.world.market.override(venue.value, symbol, shown)


@pytest.mark.fault("V33")
async def test_a_pair_with_an_absurd_price_is_passed_over_for_a_sane_one(closed):
    show(closed, "BTC/USDC", 20000)

    await closed.sell_off()

    [filled] = await closed.alerts()
    assert (filled.symbol, products(closed)) == ("BTC/EUR", ["BTC-USD", "BTC-EUR"])


@pytest.mark.fault("V33")
@pytest.mark.parametrize(
    ("shown", "said"),
    [
        ({"bid": 20000}, "BTC/USDC would bring 20000 USD a unit"),
        ({"bid": None}, "BTC/USDC: the order book does not cover the quantity"),
    ],
)
async def test_without_a_sane_pair_nothing_is_sold_until_one_takes_it(closed, shown, said):
    closed.account_there.closed_products["BTC-EUR"] = NOT_AVAILABLE
    show(closed, "BTC/USDC", **shown)
    await closed.look()
    await closed.clock.sleep(30)

    assert closed.world.ledger("coinbase").total("BTC") == D("0.3")
    failing, *_ = await closed.alerts(ExitFailing)
    assert said in failing.why
    assert "BTC-USDC" not in products(closed)
    assert products(closed).count("BTC-USD") > 2
    closed.world.market.restore("coinbase", "BTC/USDC")
    await closed.wait_for("exit ")
    *_, filled = await closed.alerts(ExitFilled)
    assert filled.symbol == "BTC/USDC"


async def test_a_pair_too_thin_for_all_of_it_sells_what_its_book_carries_and_the_rest_stays_guarded(closed):
    closed.account_there.closed_products["BTC-EUR"] = NOT_AVAILABLE
    show(closed, "BTC/USDC", 50000, size="0.04")

    await closed.sell_off()

    [first] = await closed.alerts(ExitFilled)
    assert (first.symbol, first.quantity, first.left_over) == ("BTC/USDC", D("0.04"), D("0.06"))
    assert first.left_over_why.startswith("BTC/USDC took no more; it stays guarded and is sold next")
    guard = await closed.guard()
    assert (guard.state, guard.quantity, guard.cost) == (GuardState.ARMED, D("0.06"), D(3600))
    closed.world.market.restore("coinbase", "BTC/USDC")
    await closed.sell_off()
    assert closed.world.ledger("coinbase").total("BTC") == D("0.2")
    assert (await closed.guard()).state is GuardState.CLOSED


#: What a unit of a pair's money is worth in dollars at the stand-in.
WORTH = {"BTC/USDT": D(1), "BTC/EUR": D("1.08")}


def show_elsewhere(room, bid, ask):
    """Let every other pair show a price, given in dollars."""
    for symbol, worth in WORTH.items():
        shown = Override(bid=D(bid) / worth, ask=D(ask) / worth, bid_size=D(5), ask_size=D(5))
        room.world.market.override("kraken", symbol, shown)


async def fall_without_a_price(room, bid, *, ask):
    """Let every other pair fall while the guarded one is shut and shows no price."""
    room.world.market.override("kraken", "BTC/USD", Override(bid=None, ask=None))
    show_elsewhere(room, bid, ask)
    room.world.market.set_status("kraken", "BTC/USD", "cancel_only")


@pytest.mark.fault("V46")
@pytest.mark.parametrize(
    ("bid", "ask", "is_sold"),
    [("46000", "46100", True), ("46000", "92000", False), ("44000", "44100", False)],
    ids=["a market", "no market", "too far below the trigger"],
)
async def test_a_guarded_pair_without_a_price_keeps_no_other_pair_from_selling_after_a_fall(
    room, bid, ask, is_sold
):
    room.deposit("BTC", "0.1")
    room.set_bid("50000")
    await room.arm("0.1", "6000")
    room.fault(FaultKind.CANCEL_ONLY, times=1)
    await room.look()
    await fall_without_a_price(room, bid, ask=ask)

    await room.clock.sleep(60)

    assert (room.world.ledger("kraken").total("BTC") == 0) is is_sold
    if not is_sold:
        room.world.market.restore("kraken", "BTC/USD")
        room.world.market.set_status("kraken", "BTC/USD", "online")
    await room.wait_for("exit ")


@pytest.mark.fault("V33")
@pytest.mark.parametrize(("bid", "ask"), [("500", "501"), ("20000", "20010"), ("40000", "40010")])
async def test_a_price_that_is_still_shown_is_not_undersold_through_another_pair(room, bid, ask):
    room.deposit("BTC", "0.1")
    room.set_bid("50000")
    await room.arm("0.1", "6000")
    show_elsewhere(room, bid, ask)
    room.world.market.set_status("kraken", "BTC/USD", "cancel_only")

    await room.look()
    await room.clock.sleep(120)

    assert room.world.ledger("kraken").total("BTC") == D("0.1")
    failing = (await room.alerts(ExitFailing))[-1]
    for symbol in WORTH:
        assert f"{symbol} would bring" in failing.why
        room.world.market.restore("kraken", symbol)
    assert failing.why.count("less than 45000 is not taken") == len(WORTH)
    room.world.market.set_status("kraken", "BTC/USD", "online")
    await room.wait_for("exit ")
    [filled] = await room.alerts(ExitFilled)
    assert filled.fill_price > 49000


async def test_a_shut_pair_that_shows_the_fall_itself_is_left_for_one_that_brings_as_much(room):
    room.deposit("BTC", "0.1")
    room.set_bid("50000")
    await room.arm("0.1", "6000")
    room.world.market.set_status("kraken", "BTC/USD", "cancel_only")
    await room.look()
    room.set_bid("40000")
    show_elsewhere(room, "39900", "39910")
    for _ in range(10):
        await room.look()
        await room.clock.sleep(3)

    [filled] = await room.alerts(ExitFilled)
    assert filled.symbol in WORTH
    assert D(39800) < filled.fill_price * filled.rate < D(40000)


async def until_a_book_is_read(room, pair):
    while not [call for call in room.sent("Depth") if call.params["pair"] == pair]:
        await room.clock.sleep(0.05)


@pytest.mark.fault("V58")
@pytest.mark.parametrize("later", ["49990", "47000"], ids=["back", "else"])
async def test_a_book_that_says_something_else_a_moment_later_sells_nothing(room, later):
    room.deposit("BTC", "0.1")
    room.set_bid("50000")
    await room.arm("0.1", "6000")
    room.fault(FaultKind.CANCEL_ONLY, times=1)
    await room.look()
    await fall_without_a_price(room, "45500", ask="45600")
    await until_a_book_is_read(room, "XBTUSDT")

    await fall_without_a_price(room, later, ask="50000")
    await room.clock.sleep(1)

    assert room.world.ledger("kraken").total("BTC") == D("0.1")
    room.world.market.restore("kraken", "BTC/USD")
    room.world.market.set_status("kraken", "BTC/USD", "online")
    await room.wait_for("exit ")
    [filled] = await room.alerts(ExitFilled)
    assert filled.fill_price * filled.rate > 49000


async def test_a_price_that_fell_before_the_next_try_in_another_pair_is_looked_at_again(closed):
    closed.account_there.closed_products["BTC-EUR"] = NOT_AVAILABLE
    closed.account_there.closed_products["BTC-USDC"] = "INSUFFICIENT_FUND"
    await closed.look()
    await closed.clock.sleep(0.4)

    show(closed, "BTC/USDC", 20000)
    closed.account_there.closed_products.pop("BTC-USDC")
    await closed.clock.sleep(30)

    assert closed.world.ledger("coinbase").total("BTC") == D("0.3")


async def test_what_its_owner_asked_for_is_not_sold_for_less_through_another_pair(closed):
    closed.account_there.closed_products["BTC-EUR"] = NOT_AVAILABLE
    show(closed, "BTC/USDC", 49000)
    closed.world.market.override("coinbase", "BTC/USDC", Override(bid=D(49000), ask=D(49010)))
    await closed.read()
    offer = await closed.engine.closing.offer_close(OWNER_ID, "BTC")

    await closed.engine.closing.close(OWNER_ID, offer.confirmation_id)
    await closed.wait_for("exit ")

    assert closed.world.ledger("coinbase").total("BTC") == D("0.3")
    failing, *_ = await closed.alerts(ExitFailing)
    assert "BTC/USDC would bring 49000 USD a unit, less than" in failing.why


async def test_a_second_pair_whose_market_is_shut_or_too_big_is_left_for_the_next(closed):
    for words in ("PRODUCT_TRADING_HALTED", "INVALID_NO_LIQUIDITY", "INVALID_ORDER_SIZE_TOO_SMALL"):
        closed.account_there.closed_products["BTC-USDC"] = words
        await closed.arm("0.1", "6000", venue=Venue.COINBASE)

        await closed.sell_off()

        *_, filled = await closed.alerts()
        assert (type(filled), filled.symbol) == (ExitFilled, "BTC/EUR")
    assert closed.world.ledger("coinbase").total("BTC") == D(0)


@pytest.mark.fault("V33")
async def test_the_minimum_of_a_second_pair_ends_no_guard(closed):
    usdc = closed.world.market.listing("coinbase", "BTC/USDC")
    closed.world.market.add(replace(usdc, minimum_quantity=D(1)))
    closed.account_there.closed_products["BTC-EUR"] = "INVALID_ORDER_SIZE_TOO_SMALL"
    await closed.look()
    await closed.clock.sleep(60)

    assert (await closed.guard()).state is GuardState.CLOSING
    failing, *_ = await closed.alerts(ExitFailing)
    assert "BTC/USDC: the venue sells at least 1 BTC" in failing.why
    closed.account_there.closed_products.clear()
    await closed.wait_for("exit ")
    [filled] = await closed.alerts(ExitFilled)
    assert filled.symbol == "BTC/USD"


async def test_a_second_pair_that_stays_shut_does_not_keep_the_first_from_being_tried(closed):
    closed.account_there.closed_products["BTC-EUR"] = NOT_AVAILABLE
    closed.account_there.closed_products["BTC-USDC"] = "PRODUCT_TRADING_HALTED"
    await closed.look()
    await closed.clock.sleep(120)
    closed.account_there.closed_products.pop("BTC-USD")

    await closed.clock.sleep(20)

    [filled] = await closed.alerts(ExitFilled)
    assert filled.symbol == "BTC/USD"


@pytest.mark.fault("V33")
@pytest.mark.parametrize("by_listing", [True, False])
async def test_a_guarded_pair_that_stays_shut_is_left_after_some_seconds(room, by_listing):
    room.deposit("BTC", "0.1")
    room.set_bid("50000")
    await room.arm("0.1", "6000")
    if by_listing:
        room.world.market.set_status("kraken", "BTC/USD", "cancel_only")
    else:
        room.fault(FaultKind.CANCEL_ONLY, times=2)
    begun = room.clock.monotonic()

    await room.sell_off()

    failing, filled = await room.alerts()
    assert failing.doing == "trying again, through another pair if its market still takes none,"
    assert (filled.symbol, filled.instead_of) == ("BTC/USDT", "BTC/USD")
    assert SHUT_MAX_WAIT_S < room.clock.monotonic() - begun < 15


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
