import pytest

from handlers.coin_names import symbol_named


@pytest.mark.parametrize(
    ("typed", "symbol"),
    [
        ("bitcoin", "BTC"),
        ("Ethereum/usd", "ETH/usd"),
        ("XDG", "DOGE"),
        ("BTC", "BTC"),
        ("AAPLx.T", "AAPLx.T"),
        ("", ""),
    ],
)
def test_a_coin_s_name_stands_for_its_symbol_and_all_else_for_itself(typed, symbol):
    assert symbol_named(typed) == symbol


def test_a_share_is_not_taken_for_the_coin_of_its_ticker():
    assert symbol_named("TRON") == "TRON"
