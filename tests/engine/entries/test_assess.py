"""What a buy lacks at an account, for the gates to look at the one that lacks least."""

from dataclasses import replace
from decimal import Decimal

import pytest

from engine.entries.assess import Assessment, assess
from engine.entries.cost import cost_by_figures
from engine.entries.route import Reason, RouteObstacle
from tests.builders import an_instrument
from tests.engine.entries.trades import ALPACA, COINBASE, KRAKEN, RULES, a_place, a_request

EUR = {"instrument": an_instrument("BTC/EUR"), "quote_usd": Decimal("1.25")}


def an_assessment(*, needed="24", smallest="35", **facts):
    place = a_place(KRAKEN, **{"free": "20", **EUR, **facts})
    return Assessment(
        account=place,
        cost=cost_by_figures(place.fees),
        obstacles=(),
        needed=needed and Decimal(needed),
        smallest_usd=smallest and Decimal(smallest),
    )


@pytest.mark.parametrize(
    ("facts", "lacking"),
    [
        pytest.param({}, ("5", "5"), id="cash and size"),
        pytest.param({"reserved_quote": Decimal(4)}, ("10", "5"), id="what another buy may take"),
        pytest.param({"free": "24"}, ("0", "5"), id="size"),
        pytest.param({"smallest": "29"}, ("5", "0"), id="cash"),
        pytest.param({"free": "100", "smallest": "1"}, ("0", "0"), id="nothing"),
    ],
)
def test_what_a_buy_lacks_is_counted_in_dollars(facts, lacking):
    assert an_assessment(**facts).lacking_usd(Decimal(30)) == tuple(map(Decimal, lacking))


@pytest.mark.parametrize(
    "facts", [{"free": None}, {"quote_usd": None}, {"needed": None}, {"smallest": None}], ids=str
)
def test_what_a_buy_lacks_is_unknown_with_any_of_its_figures(facts):
    assert an_assessment(**facts).lacking_usd(Decimal(30)) is None


@pytest.mark.parametrize(
    ("facts", "distance"),
    [
        ({"bid": Decimal(99), "ask": Decimal(100)}, "0.01"),
        ({"bid": Decimal(0), "ask": Decimal(100)}, None),
        ({"bid": Decimal(99), "ask": None}, None),
    ],
)
def test_the_best_distance_is_that_of_the_best_prices(facts, distance):
    assert an_assessment(**facts).best_distance == (distance and Decimal(distance))


SMALL = Reason(
    obstacle=RouteObstacle.EQUITY_TOO_SMALL, limit=Decimal(50), actual=Decimal("49.99"), unit="USD"
)
UNKNOWN = Reason(obstacle=RouteObstacle.EQUITY_UNKNOWN, limit=Decimal(50), unit="USD")


@pytest.mark.parametrize(
    ("venue", "facts", "small", "obstacles"),
    [
        pytest.param(COINBASE, {"equity": "50"}, None, (), id="enough"),
        pytest.param(COINBASE, {"equity": "49.99"}, SMALL, (), id="too little"),
        pytest.param(COINBASE, {"equity": None}, None, (UNKNOWN,), id="unknown"),
        pytest.param(COINBASE, {"equity_complete": False}, None, (UNKNOWN,), id="at least so much"),
        pytest.param(
            COINBASE,
            {"equity": None, "connected": False},
            None,
            (Reason(obstacle=RouteObstacle.NOT_CONNECTED),),
            id="not connected",
        ),
        pytest.param(KRAKEN, {"equity": "1"}, None, (), id="another broker with too little"),
        pytest.param(ALPACA, {"equity": None}, None, (), id="another broker, unknown"),
    ],
)
def test_only_coinbase_needs_an_equity(venue, facts, small, obstacles):
    found = assess(a_request(), a_place(venue, **facts), RULES)

    assert (found.small, found.obstacles) == (small, obstacles)
    assert found.is_able is not bool(obstacles)


def test_what_is_in_the_way_beside_an_unknown_equity_comes_after_it():
    place = replace(a_place(COINBASE, equity=None), free_quote=None)

    assert [one.obstacle for one in assess(a_request(), place, RULES).obstacles] == [
        RouteObstacle.EQUITY_UNKNOWN,
        RouteObstacle.CASH_UNKNOWN,
    ]


@pytest.mark.parametrize("facts", [{"connected": False}, {"answered": False}, {"price": None}, {}], ids=str)
def test_what_takes_no_trade_costs_what_its_fee_and_spread_say(facts):
    place = a_place(KRAKEN, **facts)

    assert assess(a_request(), place, RULES).cost == cost_by_figures(place.fees)
