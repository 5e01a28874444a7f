"""What is guarded and what is asked about at first contact, by the mode of the settings."""

from decimal import Decimal

import pytest

from engine.alerts.questions import About
from engine.market.mark import PriceProblem, PriceUnknown
from engine.model.venues import Venue
from engine.offers.arming import ArmingMode
from engine.offers.first_contact import is_too_early, plan_contact
from tests.builders import a_mark, a_position, an_account, an_instrument

ASK, ALL, NONE = ArmingMode.ASK, ArmingMode.ALL, ArmingMode.NONE
THRESHOLD = Decimal("-0.01")
SHUT, STALE = (PriceUnknown(problem=one) for one in (PriceProblem.MARKET_CLOSED, PriceProblem.STALE))


def held(asset, mark):
    """Two coins that cost 100 each."""
    return a_position(
        asset=asset,
        account=an_account(Venue.KRAKEN),
        instrument=an_instrument(f"{asset}/USD", minimum_notional="5"),
        quantity=Decimal(2),
        mark=mark,
        explained=Decimal(2),
        cost=Decimal(200),
        cost_currency="USD",
    )


GAIN, LOSS = held("ETH", a_mark("110")), held("SOL", a_mark("90"))
UNPRICED, CLOSED = held("ADA", STALE), held("XRP", SHUT)


def contact(*positions, mode):
    return plan_contact(positions, mode, threshold=THRESHOLD)


@pytest.mark.parametrize(
    ("mode", "positions", "armed", "asked", "about"),
    [
        (ASK, (GAIN, LOSS), [], ["ETH", "SOL"], About.FIRST_CONTACT),
        (ASK, (LOSS,), [], ["SOL"], About.WOULD_SELL),
        (ASK, (UNPRICED,), [], [], None),
        (ALL, (GAIN,), ["ETH"], [], None),
        (ALL, (GAIN, LOSS), ["ETH"], ["SOL"], About.WOULD_SELL),
        (ALL, (GAIN, LOSS, UNPRICED), ["ETH"], ["SOL", "ADA"], About.FIRST_CONTACT),
        (NONE, (GAIN, LOSS), [], [], None),
        (ASK, (), [], [], None),
        (ALL, (), [], [], None),
    ],
)
def test_what_is_guarded_and_asked_about_follows_from_the_mode(mode, positions, armed, asked, about):
    decided = contact(*positions, mode=mode)

    assert [arming.position.asset for arming in decided.arm_now] == armed
    assert [one.position.asset for one in decided.in_question] == asked
    assert decided.buttons or not asked
    assert about is None or decided.about is about
    assert decided.reports_guards is (mode is ALL and bool(positions))


@pytest.mark.parametrize("mode", ArmingMode)
def test_everything_held_is_known_from_then_on_and_nothing_held_is_noted_too(mode):
    assert contact(GAIN, LOSS, mode=mode).assets == ("ETH", "SOL")
    assert contact(mode=mode).assets == ("",)


@pytest.mark.parametrize(
    ("mode", "positions", "is_early"),
    [
        (ASK, (UNPRICED,), True),
        (ASK, (CLOSED,), True),
        (ASK, (UNPRICED, GAIN), False),
        (ASK, (), False),
        (ALL, (UNPRICED,), True),
        # What is guarded from its cost is told while the market is shut.
        (ALL, (CLOSED,), False),
        (ALL, (UNPRICED, LOSS), False),
        (NONE, (UNPRICED,), False),
    ],
)
def test_nothing_is_asked_before_something_could_be_answered(mode, positions, is_early):
    assert is_too_early(positions, mode, threshold=THRESHOLD) is is_early
