from decimal import Decimal

import pytest

from engine.model.quotes import Quote
from tests.builders import NOW


@pytest.mark.parametrize(
    ("bid", "ask", "has_sides"),
    [
        ("99", "101", True),
        ("100", "100", True),
        ("101", "99", False),
        ("0", "1", False),
        ("-1", "1", False),
        ("NaN", "1", False),
        ("1", "sNaN", False),
        ("1", "Infinity", False),
        (None, "1", False),
        ("1", None, False),
    ],
)
def test_a_quote_has_two_sides_only_where_both_are_prices_that_do_not_cross(bid, ask, has_sides):
    bid, ask = (None if side is None else Decimal(side) for side in (bid, ask))

    assert Quote(symbol="BTC/USD", bid=bid, ask=ask, at=NOW).sides == ((bid, ask) if has_sides else None)
