import json
from decimal import Decimal

import pytest

from sandbox.streams.json_text import written


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (Decimal("12345678901.12345678"), "12345678901.12345678"),
        (Decimal("1E-8"), "0.00000001"),
        (Decimal("NaN"), "NaN"),
        (18125794168470749634, "18125794168470749634"),
        ([Decimal("0.10"), "0.10", True, None], '[0.10,"0.10",true,null]'),
        ({"a": {"b": Decimal(1)}}, '{"a":{"b":1}}'),
        ('say "no"\n', json.dumps('say "no"\n')),
    ],
)
def test_amounts_are_written_with_all_their_digits(value, text):
    assert written(value) == text
