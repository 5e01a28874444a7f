from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.alerts.questions import Exclusion, NoEntry
from engine.guards.guard import Guard, GuardSource, GuardState
from engine.market.mark import PriceProblem, PriceUnknown
from engine.model.holdings import Direction, PositionKind
from engine.model.instruments import AssetClass
from engine.model.venues import Venue
from engine.offers.arming import (
    Arming,
    ArmingMode,
    Excluded,
    WithoutEntry,
)
from engine.offers.arming_plan import guard_from, plan_arming
from tests.builders import NOW, a_guard, a_mark, a_position, an_account, an_instrument

ASK, ALL, NONE = ArmingMode.ASK, ArmingMode.ALL, ArmingMode.NONE


THRESHOLD = Decimal("-0.01")


def held(
    quantity="2", *, mark="100", entry=("2", "200"), currency="USD", venue=Venue.KRAKEN, price=None, **facts
):
    """Two coins that cost 100 each and are worth as much."""
    guarded = facts.pop("guarded", None)
    usual = {
        "account": an_account(venue),
        "instrument": an_instrument(venue=venue, minimum_notional="5"),
        "guard": guarded and a_guard(quantity=guarded),
    }
    return a_position(
        quantity=Decimal(quantity),
        mark=price or a_mark(mark),
        explained=Decimal(entry[0]),
        cost=Decimal(entry[1]),
        cost_currency=currency,
        **(usual | facts),
    )


UNPRICED = PriceUnknown(problem=PriceProblem.STALE)


def plan(*positions, mode=ASK):
    return plan_arming(positions, mode, threshold=THRESHOLD)


def amounts(arming):
    return arming.source, str(arming.quantity.normalize()), str(arming.cost.normalize())


def test_a_position_with_an_entry_can_be_guarded_from_cost_or_from_today():
    position = held(mark="110")

    found = plan(position)

    assert found.from_cost == (
        Arming(
            position=position,
            symbol="BTC/USD",
            source=GuardSource.EXISTING_COST,
            quantity=Decimal(2),
            cost=Decimal(200),
            currency="USD",
            threshold=THRESHOLD,
        ),
    )
    assert found.from_price == (
        Arming(
            position=position,
            symbol="BTC/USD",
            source=GuardSource.EXISTING_PRICE,
            quantity=Decimal(2),
            cost=Decimal(220),
            currency="USD",
            threshold=THRESHOLD,
        ),
    )
    assert (found.would_sell, found.without_entry, found.excluded) == ((), (), ())


@pytest.mark.parametrize(
    ("mode", "armed", "asked"), [(ASK, False, True), (ALL, True, False), (NONE, False, False)]
)
def test_the_mode_decides_between_arming_asking_and_leaving_alone(mode, armed, asked):
    found = plan(held(), mode=mode)

    assert found.arm_now == (found.from_cost if armed else ())
    assert found.ask is asked


@pytest.mark.parametrize(("mode", "asked"), [(ASK, True), (ALL, True), (NONE, False)])
def test_what_would_be_sold_now_is_never_armed_without_a_question(mode, asked):
    found = plan(held(mark="90"), mode=mode)

    (loser,) = found.would_sell
    assert (loser.pnl, loser.pnl_ratio) == (-20, Decimal("-0.1"))
    assert amounts(loser.arming) == (GuardSource.EXISTING_COST, "2", "2E+2")
    assert (found.arm_now, found.from_cost) == ((), ())
    assert len(found.from_price) == 1
    assert found.ask is asked


@pytest.mark.parametrize(
    ("direction", "mark", "sold"),
    [
        (Direction.LONG, "99", True),
        (Direction.LONG, "99.01", False),
        (Direction.SHORT, "101", True),
        (Direction.SHORT, "100.99", False),
    ],
)
def test_exactly_at_the_threshold_would_be_sold(direction, mark, sold):
    found = plan(held(mark=mark, direction=direction, kind=PositionKind.MARGIN, leverage=3))

    assert (len(found.would_sell), len(found.from_cost)) == ((1, 0) if sold else (0, 1))


@pytest.mark.parametrize(
    ("entry", "currency"), [(("0", "0"), None), (("2", "0"), "USD"), (("0", "5"), "USD")]
)
@pytest.mark.parametrize(("mode", "asked"), [(ASK, True), (ALL, False)])
def test_without_an_entry_only_todays_price_is_left(entry, currency, mode, asked):
    position = held(entry=entry, currency=currency)

    found = plan(position, mode=mode)

    assert found.without_entry == (WithoutEntry(position=position, reason=NoEntry.ENTRY_UNKNOWN),)
    assert [amounts(arming) for arming in found.from_price] == [(GuardSource.EXISTING_PRICE, "2", "2E+2")]
    assert (found.arm_now, found.from_cost, found.would_sell) == ((), (), ())
    assert found.ask is asked


def test_an_entry_in_another_currency_cannot_be_compared():
    position = held(currency="EUR")

    assert plan(position).without_entry == (WithoutEntry(position=position, reason=NoEntry.OTHER_CURRENCY),)


@pytest.mark.parametrize(
    ("facts", "quantity", "cost"),
    [
        ({"entry": ("1", "100")}, "1", "1E+2"),
        ({"entry": ("4", "400")}, "2", "2E+2"),
        ({"locked": Decimal("0.5")}, "1.5", "1.5E+2"),
        ({"guarded": Decimal("0.5")}, "1.5", "1.5E+2"),
        ({"guarded": Decimal("0.5"), "entry": ("1", "100")}, "0.5", "5E+1"),
    ],
    ids=["partly explained", "partly withdrawn", "partly staked", "partly guarded", "guarded and explained"],
)
def test_only_the_explained_part_that_can_be_sold_is_guarded_from_cost(facts, quantity, cost):
    (arming,) = plan(held(**facts)).from_cost

    assert amounts(arming) == (GuardSource.EXISTING_COST, quantity, cost)


def test_what_was_bought_and_is_guarded_already_leaves_the_rest_to_todays_price():
    found = plan(held(entry=("1", "100"), guarded=Decimal(1)))

    assert found.without_entry[0].reason is NoEntry.ENTRY_UNKNOWN
    assert amounts(found.from_price[0]) == (GuardSource.EXISTING_PRICE, "1", "1E+2")


EXCLUDED = {
    "not listed": (held(instrument=None), Exclusion.NOT_LISTED),
    "listings unknown": (held(instrument=None, is_listing_known=False), Exclusion.PRICE_UNKNOWN),
    "guarded, listings unknown": (
        held(instrument=None, is_listing_known=False, guarded=Decimal(2)),
        Exclusion.ALREADY_GUARDED,
    ),
    "tokenized": (
        held(instrument=replace(an_instrument(), asset_class=AssetClass.TOKENIZED)),
        Exclusion.TOKENIZED,
    ),
    "all staked": (held(locked=Decimal(2)), Exclusion.CANNOT_BE_SOLD),
    "owed": (held("-1"), Exclusion.CANNOT_BE_SOLD),
    "all guarded": (held(guarded=Decimal(2)), Exclusion.ALREADY_GUARDED),
    "staked and guarded": (
        held(guarded=Decimal(1), locked=Decimal(1)),
        Exclusion.ALREADY_GUARDED,
    ),
    "price unknown": (held(price=UNPRICED), Exclusion.PRICE_UNKNOWN),
    "market closed": (
        held(price=PriceUnknown(problem=PriceProblem.MARKET_CLOSED)),
        Exclusion.MARKET_CLOSED,
    ),
    "worth too little": (held("0.0499", entry=("0.0499", "5")), Exclusion.DUST),
    "too few coins": (
        held("0.49", instrument=an_instrument(minimum_quantity="0.5")),
        Exclusion.DUST,
    ),
    "less than a lot": (
        held("0.9", instrument=an_instrument(lot="1", minimum_quantity="0")),
        Exclusion.DUST,
    ),
    "too little in whole lots": (
        held("0.059", instrument=an_instrument(lot="0.01", minimum_notional="5.5")),
        Exclusion.DUST,
    ),
}


@pytest.mark.parametrize(("position", "reason"), EXCLUDED.values(), ids=EXCLUDED)
@pytest.mark.parametrize("mode", ArmingMode)
def test_what_cannot_be_guarded_now_is_excluded_with_its_reason(position, reason, mode):
    found = plan(position, mode=mode)

    assert found.excluded == (Excluded(position=position, reason=reason),)
    assert (found.from_cost, found.from_price, found.would_sell, found.without_entry) == ((), (), (), ())
    assert not found.ask


@pytest.mark.parametrize(
    "position",
    [
        held("0.05", entry=("0.05", "5")),
        held("0.5", instrument=an_instrument(minimum_quantity="0.5")),
        held("1", instrument=an_instrument(lot="1", minimum_quantity="0")),
        held("0.01", venue=Venue.ALPACA),
    ],
    ids=["just enough money", "just enough coins", "one lot", "alpaca's minimum is for buys only"],
)
def test_what_can_just_be_sold_can_be_guarded(position):
    assert len(plan(position).from_price) == 1


def test_alpacas_minimum_quantity_holds_for_sales_too():
    position = held("0.00009", venue=Venue.ALPACA)

    assert plan(position).excluded == (Excluded(position=position, reason=Exclusion.DUST),)


def test_too_little_bought_is_guarded_from_todays_price_only():
    found = plan(held(entry=("0.01", "1")))

    assert found.without_entry[0].reason is NoEntry.DUST
    assert len(found.from_price) == 1


def test_several_positions_are_sorted_each_to_its_place():
    winner, loser = held(mark="110"), held(mark="80", asset="ETH")
    unknown, staked = held(entry=("0", "0")), held(locked=Decimal(2))

    found = plan(winner, loser, unknown, staked, mode=ALL)

    assert [arming.position for arming in found.arm_now] == [winner]
    assert [loss.arming.position for loss in found.would_sell] == [loser]
    assert [arming.position for arming in found.from_price] == [winner, loser, unknown]
    assert [without.position for without in found.without_entry] == [unknown]
    assert [excluded.position for excluded in found.excluded] == [staked]
    assert found.ask


def test_nothing_found_asks_nothing():
    assert [plan(mode=mode).ask for mode in ArmingMode] == [False, False, False]


def test_an_arming_becomes_a_guard():
    position = held(direction=Direction.SHORT, kind=PositionKind.MARGIN, leverage=3, venue_entry=Decimal(100))
    (arming,) = plan(position).from_cost

    assert guard_from(arming, guard_id="g-1", now=NOW) == Guard(
        guard_id="g-1",
        user_id=7,
        account_id="kraken-1",
        venue=Venue.KRAKEN,
        kind=PositionKind.MARGIN,
        direction=Direction.SHORT,
        asset="BTC",
        symbol="BTC/USD",
        quantity=Decimal(2),
        cost=Decimal(200),
        currency="USD",
        threshold=Decimal("-0.01"),
        source=GuardSource.EXISTING_COST,
        state=GuardState.ARMED,
        created_at=NOW,
        leverage=3,
        venue_entry=Decimal(100),
    )


@pytest.mark.parametrize(
    ("facts", "paid"),
    [
        pytest.param({}, "200", id="what fills explain"),
        pytest.param({"entry": ("1", "100")}, None, id="half of it is not explained"),
        pytest.param({"currency": "EUR"}, None, id="paid in another money"),
        pytest.param({"fills_pending": True}, None, id="fills are awaited"),
    ],
)
def test_a_guard_from_the_price_of_today_keeps_what_was_paid_where_that_is_known(facts, paid):
    (arming,) = plan(held(mark="110", **facts)).from_price

    guard = guard_from(arming, guard_id="g-1", now=NOW)

    assert (guard.cost, guard.paid) == (220, paid and Decimal(paid))


def test_a_guard_from_its_cost_paid_just_that():
    (arming,) = plan(held(mark="110")).from_cost

    assert guard_from(arming, guard_id="g-1", now=NOW).paid is None


@given(
    mark=st.decimals("1", "1000", places=2),
    cost=st.decimals("1", "1000", places=2),
    direction=st.sampled_from(Direction),
    mode=st.sampled_from(ArmingMode),
)
def test_arming_never_sells(mark, cost, direction, mode):
    found = plan(held(mark=mark, entry=("2", cost), direction=direction), mode=mode)

    for arming in (*found.arm_now, *found.from_cost, *found.from_price):
        worth = mark * arming.quantity
        gain = worth - arming.cost if direction is Direction.LONG else arming.cost - worth
        assert gain > Decimal("-0.01") * arming.cost
