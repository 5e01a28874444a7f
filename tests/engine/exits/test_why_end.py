from dataclasses import replace
from decimal import Decimal

import pytest

from engine.exits.why_end import EndFacts, WhyEnd, why_end
from engine.model.holdings import Direction

BREACH = EndFacts(
    is_manual=False,
    is_first_attempt=False,
    age_s=5,
    shown_price=Decimal(100),
    direction=Direction.LONG,
)
CLOSE = replace(BREACH, is_manual=True, price=Decimal(100))


@pytest.mark.parametrize(
    ("facts", "changes", "why"),
    [
        (BREACH, {}, None),
        (BREACH, {"is_breach_over": True}, WhyEnd.NO_BREACH),
        # The breach that began it was judged a moment ago.
        (BREACH, {"is_breach_over": True, "is_first_attempt": True}, None),
        (BREACH, {"is_too_late": True, "price": Decimal(1)}, None),
        (CLOSE, {}, None),
        (CLOSE, {"is_breach_over": True}, None),
        (CLOSE, {"is_too_late": True}, WhyEnd.TOO_LATE),
        (CLOSE, {"price": Decimal(99)}, None),
        (CLOSE, {"price": Decimal("98.99")}, WhyEnd.PRICE_WORSE),
        (CLOSE, {"price": Decimal("101.01")}, None),
        (CLOSE, {"price": Decimal("101.01"), "direction": Direction.SHORT}, WhyEnd.PRICE_WORSE),
        (CLOSE, {"price": None}, None),
        (CLOSE, {"price": Decimal(50), "is_too_late": True}, WhyEnd.TOO_LATE),
        (CLOSE, {"price": Decimal(50), "at_any_price": True}, None),
        (CLOSE, {"price": Decimal(50), "at_any_price": True, "is_too_late": True}, WhyEnd.TOO_LATE),
        # It leaves with the press, at its price.
        (CLOSE, {"price": Decimal(50), "is_first_attempt": True, "age_s": 2}, None),
        (CLOSE, {"price": Decimal(50), "is_first_attempt": True, "age_s": 2.1}, WhyEnd.PRICE_WORSE),
    ],
)
def test_an_exit_ends_unsold_only_when_it_is_not_wanted_any_more(facts, changes, why):
    assert why_end(replace(facts, **changes)) is why


@pytest.mark.parametrize(
    ("facts", "changes", "is_needed"),
    [
        (BREACH, {}, True),
        (BREACH, {"is_first_attempt": True}, False),
        (CLOSE, {}, True),
        (CLOSE, {"is_too_late": True}, False),
        (CLOSE, {"at_any_price": True}, False),
        (CLOSE, {"is_first_attempt": True, "age_s": 2}, False),
        (CLOSE, {"is_first_attempt": True, "age_s": 2.1}, True),
    ],
)
def test_no_price_is_waited_for_that_decides_nothing(facts, changes, is_needed):
    assert replace(facts, **changes).is_price_needed is is_needed
