import pytest

from engine.redaction import HIDDEN, Redactor

SECRET = "aB3/dE+gh1jklmnopq=="


def test_without_secrets_nothing_changes():
    assert Redactor().value({"words": ["any", 1, None, True]}) == {"words": ["any", 1, None, True]}


@pytest.mark.parametrize(
    "written",
    [
        pytest.param(SECRET, id="plain"),
        pytest.param("aB3%2FdE%2Bgh1jklmnopq%3D%3D", id="in an address"),
        pytest.param("aB3%2fdE%2bgh1jklmnopq%3d%3d", id="in an address, small digits"),
        pytest.param("aB3\\/dE+gh1jklmnopq==", id="JSON with escaped slashes"),
    ],
)
def test_a_secret_is_found_in_every_form(written):
    assert Redactor([SECRET]).text(f"Invalid key {written}!") == f"Invalid key {HIDDEN}!"


def test_a_text_shorter_than_every_secret_stays():
    assert Redactor([SECRET]).value(["BTC/USD", 1234]) == ["BTC/USD", 1234]
