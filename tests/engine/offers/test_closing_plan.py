from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.accounts.fees import TakerFee
from engine.guards.guard import GuardSource, GuardState
from engine.market.closing_price import ClosingPrice
from engine.market.mark import PriceProblem, PriceUnknown
from engine.model.holdings import Direction, PositionKind
from engine.model.instruments import AssetClass, TradingStatus
from engine.model.money import exact
from engine.model.orders import OrderStatus, Side, VenueOrderId
from engine.model.venues import Venue
from engine.offers.closing_plan import ClosingFacts, gone_line, plan_closing, plan_confirmed, why_again
from engine.offers.closing_preview import Obstacle, ObstacleKind, ShownAgain, Worsening
from tests.builders import NOW, a_guard, a_position, an_exit_order, an_instrument, number

SOLD_AT_90 = ClosingPrice(price=Decimal(90), at=NOW)
SILENT = Obstacle(ObstacleKind.NO_ANSWER, "no")
UNPRICED = Obstacle(ObstacleKind.PRICE_UNKNOWN, problem=PriceProblem.NO_BID)
LISTED = an_instrument(minimum_quantity="0.01", minimum_notional="5")
SELLING = a_guard("2", "200", state=GuardState.CLOSING)


def facts(*, free="2", priced=SOLD_AT_90, open_orders=(), unreadable=(), trouble=None, **changes):
    return ClosingFacts(
        position=a_position(**changes),
        free=number(free),
        priced=priced,
        open_orders=open_orders,
        unreadable=unreadable,
        trouble=trouble,
    )


def an_open_order(order_id, quantity):
    order = an_exit_order(filled="0", cost=None, fee=None)
    return replace(
        order,
        venue_order_id=VenueOrderId(order_id),
        status=OrderStatus.OPEN,
        quantity=number(quantity),
        price=number("120"),
    )


def test_what_is_closed_brings_its_value_less_the_fee_and_less_what_it_cost():
    plan = plan_closing(facts())
    line = plan.line

    assert (plan.quantity, plan.cancels, line.obstacle) == (2, frozenset(), None)
    assert (line.quantity, line.price, line.value, line.fee) == (2, 90, 180, number("1.80"))
    assert (line.result, line.entry, line.against_guard) == (number("-21.80"), 100, None)
    assert (line.currency, line.direction, line.read_at) == ("USD", Direction.LONG, NOW)


def test_a_line_says_what_its_figures_are_of():
    priced = ClosingPrice(price=Decimal(90), at=NOW, thin=True, contradicted=True)
    half = facts(locked=number("1"), priced=priced, taker=TakerFee(ratio=number("0.01"), is_own=False))

    line = plan_closing(half).line

    assert (line.venue, line.symbol, line.locked, line.quantity) == (Venue.KRAKEN, "BTC/USD", 1, 1)
    assert (line.price_at, line.thin, line.contradicted, line.is_fee_own) == (NOW, True, True, False)


def test_what_is_not_listed_is_counted_in_dollars():
    line = plan_closing(facts(instrument=None, priced=Obstacle(ObstacleKind.LISTING_UNKNOWN))).line

    assert (line.symbol, line.currency, line.price_at) == ("BTC", "USD", None)
    assert plan_closing(facts(instrument=an_instrument("BTC/EUR"))).line.currency == "EUR"


def test_a_guard_has_a_result_of_its_own_for_its_part():
    guard = a_guard("1", "95", source=GuardSource.EXISTING_PRICE)

    line = plan_closing(facts(guard=guard)).line

    assert line.result == number("-21.80")
    assert line.against_guard.result == number("-5.90")
    assert (line.against_guard.price, line.against_guard.quantity) == (95, 1)


def test_a_guard_in_another_currency_is_compared_with_nothing():
    assert plan_closing(facts(guard=a_guard("1", "95", currency="EUR"))).line.against_guard is None


def test_a_guard_remembers_the_cost_while_fills_are_read_again():
    unread = {"explained": Decimal(0), "cost": None}

    assert plan_closing(facts(**unread)).line.result is None
    assert plan_closing(facts(guard=a_guard("2", "200"), **unread)).line.result == number("-21.80")


def test_a_short_is_bought_back():
    short = {"direction": Direction.SHORT, "kind": PositionKind.MARGIN}

    line = plan_closing(facts(free=None, **short)).line

    assert (line.value, line.fee, line.result) == (180, number("1.80"), number("18.20"))


def test_only_whole_lots_are_sold_and_what_is_confirmed_is_the_whole():
    plan = plan_closing(facts(quantity=number("2.00019")))

    assert (plan.line.quantity, plan.shown.quantity) == (2 + number("0.0001"), number("2.00019"))


@pytest.mark.parametrize(
    ("changes", "obstacle"),
    [
        pytest.param({"guard": SELLING}, Obstacle(ObstacleKind.BEING_SOLD), id="being sold"),
        pytest.param({"trouble": SILENT}, SILENT, id="no answer"),
        pytest.param({"direction": Direction.SHORT}, Obstacle(ObstacleKind.SHORT), id="short"),
        pytest.param(
            {"instrument": replace(LISTED, asset_class=AssetClass.TOKENIZED)},
            Obstacle(ObstacleKind.TOKENIZED),
            id="tokenized",
        ),
        pytest.param({"instrument": None}, Obstacle(ObstacleKind.NOT_LISTED), id="not listed"),
        pytest.param(
            {"instrument": None, "is_listing_known": False},
            Obstacle(ObstacleKind.LISTING_UNKNOWN),
            id="listing unknown",
        ),
        pytest.param({"locked": number("2")}, Obstacle(ObstacleKind.LOCKED), id="locked"),
        pytest.param({"quantity": number("0")}, Obstacle(ObstacleKind.NOTHING_LEFT), id="nothing left"),
        pytest.param(
            {"instrument": replace(LISTED, status=TradingStatus.LIMIT_ONLY)},
            Obstacle(ObstacleKind.NO_MARKET_ORDERS, "limit_only"),
            id="no market orders",
        ),
        pytest.param({"priced": UNPRICED}, UNPRICED, id="no price"),
        pytest.param(
            {"quantity": number("0.009")},
            Obstacle(ObstacleKind.TOO_SMALL, "the venue sells at least 0.01 BTC"),
            id="too small",
        ),
    ],
)
def test_what_cannot_be_sold_says_why_and_is_not_confirmed(changes, obstacle):
    plan = plan_closing(facts(**changes))

    assert plan.line.obstacle == obstacle
    assert (plan.line.quantity, plan.shown) == (plan.position.quantity, None)
    assert (plan.line.value, plan.line.fee, plan.line.result) == (None, None, None)


def test_of_what_cannot_be_sold_no_order_is_cancelled_and_no_result_is_shown():
    plan = plan_closing(
        facts(
            trouble=SILENT, free="1.5", open_orders=(an_open_order("O-1", "0.5"),), guard=a_guard("1", "95")
        )
    )

    assert (plan.cancels, plan.line.cancels) == (frozenset(), ())
    assert (plan.line.entry, plan.line.against_guard) == (None, None)


def test_a_shut_market_says_when_it_opens():
    shut = PriceUnknown(problem=PriceProblem.MARKET_CLOSED, opens_at=NOW)

    assert plan_closing(facts(mark=shut, priced=UNPRICED)).line.opens_at == NOW
    assert plan_closing(facts(mark=shut)).line.opens_at is None


def test_open_orders_that_hold_it_are_cancelled_first():
    orders = (an_open_order("O-1", "1.5"), an_open_order("O-2", "0.5"))

    plan = plan_closing(facts(free="1.5", open_orders=orders))

    assert plan.cancels == {"O-2"}
    [cancelled] = plan.line.cancels
    assert (cancelled.side, cancelled.price, cancelled.symbol) == (Side.SELL, number("120"), "BTC/USD")
    assert [(one.venue_order_id, one.quantity) for one in plan.line.cancels] == [("O-2", number("0.5"))]
    assert plan_closing(facts(free="2", open_orders=orders)).cancels == frozenset()


@pytest.mark.parametrize(("free", "named"), [("1", ("STOP 1",)), ("2", ()), (None, ())])
def test_orders_that_cannot_be_read_are_named_where_they_may_hold_it(free, named):
    assert plan_closing(facts(free=free, unreadable=("STOP 1",))).line.unreadable == named


def confirmed(**changes):
    """What a preview of two coins at 90 showed, with one order to be cancelled."""
    plan = plan_closing(facts(free="1.5", open_orders=(an_open_order("O-1", "0.5"),)))
    return replace(plan.shown, **changes)


def test_no_more_is_sold_than_was_shown():
    assert plan_confirmed(facts(quantity=number("3")), confirmed()).quantity == 2


def test_a_guard_of_just_what_was_shown_is_sold_without_what_came_beside_it():
    beside = facts(quantity=number("3"), guard=a_guard("2", "200"))

    assert plan_confirmed(beside, confirmed()).quantity == 2


def test_a_guard_of_more_than_was_shown_is_planned_whole():
    grown = facts(quantity=number("3"), guard=a_guard("3", "300"))

    assert plan_confirmed(grown, confirmed()).quantity == 3


@pytest.mark.parametrize(
    ("now", "shown", "worsening"),
    [
        pytest.param({}, {}, None, id="as shown"),
        pytest.param({}, {"symbol": ""}, None, id="shown by an earlier version"),
        pytest.param({}, {"symbol": "BTC/EUR"}, Worsening.OTHER_PAIR, id="another pair"),
        pytest.param({}, {"price": number("90.90")}, None, id="just within"),
        pytest.param({}, {"price": number("90.91")}, Worsening.PRICE, id="worse"),
        pytest.param({}, {"quantity": number("1.9")}, Worsening.MORE, id="more"),
        pytest.param(
            {"free": "1.5", "open_orders": (an_open_order("O-2", "0.5"),)},
            {},
            Worsening.OTHER_ORDER,
            id="another order",
        ),
        pytest.param({"trouble": SILENT}, {"price": number("900")}, None, id="nothing is sold"),
        pytest.param(
            {"free": "1.5", "open_orders": (an_open_order("O-1", "0.5"),)}, {}, None, id="the same order"
        ),
    ],
)
def test_what_became_worse_since_it_was_shown_is_shown_again(now, shown, worsening):
    again = why_again(plan_closing(facts(**now)), confirmed(**shown))

    assert again == (
        worsening and ShownAgain(why=worsening, symbol="BTC/USD", shown_symbol=confirmed(**shown).symbol)
    )


def test_what_is_shown_again_names_both_pairs():
    again = why_again(plan_closing(facts()), confirmed(symbol="BTC/EUR"))

    assert (again.symbol, again.shown_symbol) == ("BTC/USD", "BTC/EUR")


def test_what_is_not_held_any_more_has_a_line_of_nothing():
    line = gone_line(confirmed(), venue=Venue.KRAKEN, now=NOW)

    assert (line.venue, line.direction, line.read_at) == (Venue.KRAKEN, Direction.LONG, NOW)
    assert (line.locked, line.currency) == (0, "USD")
    assert (line.symbol, line.quantity, line.obstacle) == ("BTC", 0, Obstacle(ObstacleKind.NOT_HELD))


@given(
    quantity=st.decimals(min_value="0.02", max_value=1000, places=8),
    price=st.decimals(min_value="500", max_value=10**6, places=2),
)
def test_no_more_is_sold_than_there_is_and_its_figures_add_up(quantity, price):
    line = plan_closing(
        facts(quantity=quantity, explained=quantity, priced=ClosingPrice(price=price, at=NOW))
    ).line

    with exact():
        assert quantity - LISTED.lot < line.quantity <= quantity
        assert line.value == line.quantity * price
        cost = line.value - line.fee - line.result
        assert abs(cost - line.quantity * number("200") / quantity) < number("1e-40")
