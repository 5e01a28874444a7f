"""What is read of a venue's JSON: every value it may be, numbers digit by digit, and nothing that cannot be written."""

import json

import pytest

from engine.brokers.bounded_answers import MOST_VALUES, TooLargeError
from engine.brokers.json_answers import DEEPEST, read_json

REPLACEMENT = "\N{REPLACEMENT CHARACTER}"


@pytest.mark.parametrize(
    ("body", "value"),
    [
        ("null", None),
        ("true", True),
        ("0", 0),
        ('""', ""),
        ("[]", []),
        ("{}", {}),
        ("[null, {}]", [None, {}]),
        ('{"a": null}', {"a": None}),
    ],
)
def test_every_kind_of_value_is_read_as_what_it_is(body, value):
    assert read_json(body) == value


@pytest.mark.parametrize("number", ["0.10000000000000000001", "1e-8", "-0.0", "NaN", "Infinity", "-Infinity"])
def test_a_number_that_is_not_whole_stays_the_text_it_came_in(number):
    assert read_json(f'{{"price": {number}}}') == {"price": number}


@pytest.mark.parametrize("body", ["", "<html>", "{", "[1,]", '"\n"', '{"a": 1} {}'])
def test_what_is_no_json_is_refused(body):
    with pytest.raises(ValueError, match=r"."):
        read_json(body)


@pytest.mark.parametrize(("opening", "closing"), [("[", "]"), ('{"a":', "}")])
@pytest.mark.parametrize(("innermost", "layers"), [("1", DEEPEST), ("[]", DEEPEST)])
def test_what_is_nested_just_deep_enough_is_read(opening, closing, innermost, layers):
    body = opening * layers + innermost + closing * layers

    assert read_json(body) == json.loads(body)


@pytest.mark.parametrize(("opening", "closing"), [("[", "]"), ('{"a":', "}")])
@pytest.mark.parametrize("layers", [DEEPEST + 1, 1_000, 100_000])
def test_what_is_nested_deeper_is_refused_however_deep_it_is(opening, closing, layers):
    with pytest.raises(ValueError, match="nested too deep"):
        read_json(opening * layers + "1" + closing * layers)


@pytest.mark.parametrize(
    ("text", "read"),
    [
        (r"a\u0000b", f"a{REPLACEMENT}b"),
        (r"a\bb\fc", f"a{REPLACEMENT}b{REPLACEMENT}c"),
        (r"\u001b[31m", f"{REPLACEMENT}[31m"),
        ("\x7f", REPLACEMENT),
        (r"\ud800", REPLACEMENT),
        (r"\ud83d\ude00", "\N{GRINNING FACE}"),
        (r"a\nb\tc", "a\nb\tc"),
    ],
)
def test_what_cannot_be_written_is_replaced_in_texts_and_names_alike(text, read):
    assert read_json(f'{{"{text}": ["{text}"]}}') == {read: [read]}


@pytest.mark.parametrize("value", ["{}", "[]", "1", '{"a":1}', '"1,2"'])
def test_what_holds_more_values_than_any_answer_is_refused_before_it_is_parsed(value):
    with pytest.raises(TooLargeError, match="more than 400,000 values"):
        read_json(f"[{','.join([value] * (MOST_VALUES + 1))}]")


def test_what_holds_just_as_many_values_as_an_answer_may_is_read():
    assert len(read_json(f"[{','.join(['1'] * MOST_VALUES)}]")) == MOST_VALUES
