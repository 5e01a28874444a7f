import pytest

from demo.direct import direct
from demo.endpoints import endpoints_of
from demo.lines import PlanFault
from sandbox.world import Drift, SandboxWorld


@pytest.fixture
def world():
    return SandboxWorld()


def say(world, *fault):
    return direct(PlanFault(*fault), world, Drift(world.market, ("BTC",), seed=1))


def test_a_planned_fault_is_told_in_the_words_it_was_asked_for_with(world):
    said = say(world, "kraken", "addorder", "drop", 1)

    assert said.startswith("kraken, AddOrder: drop, the next time it is asked for. It is carried out;")
    (fault,) = world.faults("kraken").planned
    assert (fault.endpoint, fault.times) == ("AddOrder", 1)


def test_what_is_down_stays_down_until_cleared(world):
    assert "kraken, everything: down, until !fault kraken clear." in say(world, "kraken", "*", "down", None)
    assert world.faults("kraken").planned[0].times is None


def test_an_endpoint_that_is_not_there_is_answered_with_those_that_are(world):
    said = say(world, "kraken", "Foo", "drop", 1)

    assert said.startswith("kraken has no endpoint Foo. It has Balance, BalanceEx, ")
    assert world.faults("kraken").planned == ()


@pytest.mark.parametrize(
    ("venue", "endpoint"),
    [
        ("kraken", "CancelOrder"),
        ("kraken", "Ticker"),
        ("coinbase", "orders"),
        ("coinbase", "orders/historical/{order_id}"),
        ("coinbase", "v2/accounts"),
        ("alpaca", "POST /v2/orders"),
        ("alpaca", "GET /v2/orders/{order_id}"),
    ],
)
def test_endpoints_are_named_as_on_the_tapes(world, venue, endpoint):
    assert endpoint in endpoints_of(world, venue)
