from datetime import timedelta
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from engine.entries.entry_intent import entry_intent
from engine.entries.plan import EntryPlan, EntryRequest, plan_entry
from engine.entries.sizing import Amount
from engine.model.instruments import AssetClass
from engine.model.orders import Side
from engine.model.venues import Venue
from engine.orders.intents import IntentKind
from engine.orders.states import IntentState, client_order_id
from tests.builders import NOW, a_book
from tests.engine.entries.trades import RULES, a_place, entry_accounts

LEVELS = st.lists(
    st.tuples(st.decimals(50_000, 50_100, places=1), st.decimals("0.001", "0.05", places=4)),
    min_size=1,
    max_size=5,
)


def a_plan(usd, venue=Venue.KRAKEN, asks=((Decimal(50_000), Decimal(5)),)):
    asks = sorted(asks)
    book = a_book(bids=[("49999", "5")], asks=[(str(price), str(size)) for price, size in asks])
    place = a_place(venue, equity="10000", free="10000", book=book, ask=asks[0][0], bid=Decimal(49_999))
    request = EntryRequest(
        symbol="BTC/USD", base="BTC", asset_class=AssetClass.CRYPTO, size=Amount(Decimal(usd))
    )
    return plan_entry(request, entry_accounts(place), RULES)


def an_intent(plan):
    return entry_intent(plan, user_id=7, intent_id="intent-1", now=NOW + timedelta(seconds=5))


def test_a_plan_becomes_one_order_with_its_terms_and_no_guard():
    plan = a_plan("1000")

    intent = an_intent(plan)

    assert (intent.kind, intent.side, intent.state) == (IntentKind.ENTRY, Side.BUY, IntentState.PLANNED)
    assert (intent.guard_id, intent.client_order_id) == (None, client_order_id("intent-1", 1))
    assert (intent.trigger.price, intent.trigger.threshold) == (Decimal(50_000), Decimal("-0.01"))
    assert intent.trigger.entry.usd == 1000
    assert intent.trigger.entry.target == plan.route.profit_target
    assert (intent.trigger.at, intent.trigger.price_at) == (NOW + timedelta(seconds=5), NOW)


@given(
    usd=st.decimals(10, 5000, places=2),
    venue=st.sampled_from([Venue.KRAKEN, Venue.COINBASE, Venue.ALPACA]),
    asks=LEVELS,
)
def test_price_and_fee_of_the_order_are_within_the_amount(usd, venue, asks):
    plan = a_plan(usd, venue, asks)
    if not isinstance(plan, EntryPlan):
        return
    intent = an_intent(plan)

    left, value = intent.quantity, Decimal(0)
    for price, size in sorted(asks):
        taken = min(left, size)
        left, value = left - taken, value + taken * price
    # Alpaca takes its fee from the coins.
    fee = 0 if venue is Venue.ALPACA else value * plan.route.cost.fees.taker
    assert left == 0
    assert value + fee == intent.trigger.cost <= usd
