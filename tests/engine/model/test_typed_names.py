"""Names are found in whatever letters they are typed, and spelled as they are listed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.model.typed_names import as_share, in_capitals, is_named, resolve


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("btc", "BTC"),
        ("BTC", "BTC"),
        ("aBTC", "aBTC"),
        ("BTC/usd", "BTC/USD"),
        ("btc/usd", "BTC/USD"),
        ("AAPLx.T", "AAPLx.T"),
        ("AAPLx.T/usd", "AAPLx.T/USD"),
        ("aaplx.t", "AAPLX.T"),
    ],
)
def test_a_name_is_shown_in_capitals_unless_its_letters_are_mixed(typed, shown):
    assert in_capitals(typed) == shown


@pytest.mark.parametrize("typed", ["AAPLx.T", "aaplx.t", "AAPLX.T", "AAPLx", "aaplx"])
def test_a_tokenized_stock_is_found_in_any_letters_and_without_its_ending(typed):
    assert is_named("AAPLx.T", typed)
    assert not is_named("AAPL", typed)


def test_what_is_spelled_exactly_so_comes_before_what_differs_in_its_letters():
    assert resolve("AbC", ["ABC", "AbC", "aBc"]) == "AbC"
    assert resolve("nothing", ["BTC"]) == "NOTHING"


@given(name=st.from_regex(r"[A-Za-z0-9]{1,6}(\.T)?", fullmatch=True), data=st.data())
def test_every_listed_name_is_found_whatever_letters_it_is_typed_in(name, data):
    typed = "".join(data.draw(st.sampled_from([letter.lower(), letter.upper()])) for letter in name)

    assert resolve(typed, [name]) in {name, typed}
    assert is_named(name, resolve(typed, [name]))


@pytest.mark.parametrize(("ticker", "share"), [("ETH", "ETH.US"), ("ETH/USD", "ETH.US/USD")])
def test_a_ticker_alone_or_with_its_quote_may_stand_for_a_share(ticker, share):
    assert as_share(ticker) == share
