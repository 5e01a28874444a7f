from decimal import Decimal

import pytest

from engine.brokers.parse import MalformedAnswerError
from engine.brokers.streams.message_json import read_message


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("105944.20", Decimal("105944.20")),
        ("12345678901.12345678", Decimal("12345678901.12345678")),
        ("0.12345678901234567891", Decimal("0.12345678901234567891")),
        ("1e-05", Decimal("0.00001")),
        ("500", 500),
        ("13834774380200032777", 13834774380200032777),
        ('"0.10"', "0.10"),
        ("true", True),
        ("null", None),
    ],
)
def test_a_number_keeps_its_digits_and_is_never_a_float(text, value):
    (read,) = read_message(f"[{text}]")

    assert (read, str(read)) == (value, str(value))
    assert not isinstance(read, float)


def test_bytes_are_read_like_text():
    assert read_message(b'{"a":1.5}') == {"a": Decimal("1.5")}


@pytest.mark.parametrize(
    "text", ["", "{", "NaN", "[Infinity]", "[-Infinity]", '{"a":NaN}', "[" * 100_000, b"\xff", "1.2.3"]
)
def test_what_is_no_json_is_refused(text):
    with pytest.raises(MalformedAnswerError):
        read_message(text)
