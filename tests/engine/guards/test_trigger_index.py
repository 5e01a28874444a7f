from dataclasses import replace
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from engine.guards.guard import GuardState
from engine.guards.rule import is_breached
from engine.guards.trigger_index import TriggerIndex
from engine.model.holdings import Direction
from engine.model.venues import Venue
from tests.builders import a_guard

PRICES = st.decimals("0.01", "200", places=2)
ASSETS = ("BTC", "ETH")
SYMBOLS = ("BTC/USD", "ETH/USD")
GUARDS = st.builds(
    a_guard,
    asset=st.sampled_from(ASSETS),
    quantity=st.decimals("0.1", "30", places=3),
    cost=st.decimals("1", "300", places=3),
    threshold=st.decimals("-0.5", "-0.01", places=2),
    direction=st.sampled_from(Direction),
    guard_id=st.sampled_from([str(number) for number in range(12)]),
    state=st.sampled_from([GuardState.ARMED, GuardState.ARMED, *GuardState]),
    venue=st.sampled_from([Venue.KRAKEN, Venue.COINBASE]),
)


def an_index(*guards):
    index = TriggerIndex()
    index.replace(guards)
    return index


def reached(index, bid, ask=None, *, symbol="BTC/USD", venue=Venue.KRAKEN):
    found = index.reached(venue, symbol, bid=Decimal(bid), ask=Decimal(ask or bid))
    return {guard.guard_id for guard in found}


def at_target(index, bid, ask=None):
    found = index.at_target(Venue.KRAKEN, "BTC/USD", bid=Decimal(bid), ask=Decimal(ask or bid))
    return {guard.guard_id for guard in found}


def breached(guards, venue, symbol, bid, ask):
    """Ask the rule about every guard there is."""
    return {
        guard.guard_id
        for guard in guards
        if (guard.venue, guard.symbol, guard.state) == (venue, symbol, GuardState.ARMED)
        and is_breached(
            mark=bid if guard.direction is Direction.LONG else ask,
            quantity=guard.quantity,
            cost=guard.cost,
            threshold=guard.threshold,
            direction=guard.direction,
        )
    }


def test_a_long_is_reached_from_exactly_its_trigger_on():
    index = an_index(a_guard(cost="100"))

    assert reached(index, "99.00000000000000000001") == set()
    assert reached(index, "99") == {"guard-1"}
    assert reached(index, "98.99") == {"guard-1"}


def test_a_target_is_reached_from_exactly_its_price_on_and_beside_the_trigger():
    index = an_index(replace(a_guard(cost="100"), target=Decimal("0.02")))

    assert at_target(index, "101.99999999999999999999") == set()
    assert at_target(index, "102") == at_target(index, "300") == {"guard-1"}
    assert reached(index, "102") == set()
    assert reached(index, "99") == {"guard-1"}


def test_the_target_of_a_short_is_reached_by_the_ask():
    short = replace(a_guard(cost="100", direction=Direction.SHORT), target=Decimal("0.02"))

    assert at_target(an_index(short), "90", "98.01") == set()
    assert at_target(an_index(short), "90", "98") == {"guard-1"}


def test_what_has_no_target_any_more_or_is_being_sold_reaches_none():
    with_target = replace(a_guard(cost="100"), target=Decimal("0.02"))
    index = an_index(with_target)

    index.change([replace(with_target, target=None)])
    assert at_target(index, "102") == set()

    index.change([with_target])
    index.change([with_target.in_state(GuardState.CLOSING)])
    assert at_target(index, "102") == reached(index, "50") == set()


def test_a_short_is_reached_by_the_ask_from_exactly_its_trigger_on():
    index = an_index(a_guard(cost="100", direction=Direction.SHORT))

    assert reached(index, "90", "100.99999999999999999999") == set()
    assert reached(index, "90", "101") == {"guard-1"}


def test_a_trigger_that_never_ends_is_exact():
    # 3 for 10 sell at 3.30 each.
    index = an_index(a_guard(quantity="3", cost="10"))

    assert reached(index, "3.30000000000000000000000000000000000001") == set()
    assert reached(index, "3.3") == {"guard-1"}


def test_another_instrument_and_another_venue_reach_nobody():
    index = an_index(a_guard(cost="100"))

    assert reached(index, "1", symbol="ETH/USD") == set()
    assert reached(index, "1", venue=Venue.COINBASE) == set()


@given(guards=st.lists(GUARDS, max_size=30), venue=st.sampled_from(Venue), bid=PRICES, spread=PRICES)
def test_the_index_finds_exactly_those_that_the_rule_breaches(guards, venue, bid, spread):
    present = {guard.guard_id: guard for guard in guards}.values()
    index = an_index(*present)

    for symbol in SYMBOLS:
        found = reached(index, bid, bid + spread, symbol=symbol, venue=venue)
        assert found == breached(present, venue, symbol, bid, bid + spread)


@given(changes=st.lists(GUARDS, max_size=40), bid=PRICES)
def test_it_stays_true_whatever_becomes_of_its_guards(changes, bid):
    index, present = TriggerIndex(), {}
    for guard in changes:
        present[guard.guard_id] = guard
        index.change([guard])

    for symbol in SYMBOLS:
        found = reached(index, bid, symbol=symbol)
        assert found == breached(present.values(), Venue.KRAKEN, symbol, bid, bid)


@given(before=st.lists(GUARDS, max_size=20), after=st.lists(GUARDS, max_size=20), bid=PRICES)
def test_what_is_replaced_leaves_nothing_of_before(before, after, bid):
    present = {guard.guard_id: guard for guard in after}.values()
    index = an_index(*{guard.guard_id: guard for guard in before}.values())
    index.replace(present)

    for symbol in SYMBOLS:
        found = reached(index, bid, symbol=symbol)
        assert found == breached(present, Venue.KRAKEN, symbol, bid, bid)


def test_the_guard_as_it_became_is_the_one_that_is_found():
    guard = a_guard(cost="100")
    grown = replace(guard, quantity=Decimal(2), cost=Decimal(150))
    index = an_index(guard)

    index.change([grown])

    assert index.reached(Venue.KRAKEN, "BTC/USD", bid=Decimal(80), ask=Decimal(80)) == []
    assert index.reached(Venue.KRAKEN, "BTC/USD", bid=Decimal(74), ask=Decimal(74)) == [grown]


def test_its_version_counts_the_changes_and_not_what_is_read_anew():
    index = an_index(a_guard())

    index.change([])
    index.change([a_guard(cost="100"), a_guard(guard_id="guard-2")])
    index.replace([])

    assert index.version == 2
