import pytest

from engine.model.currencies import is_currency


@pytest.mark.parametrize("code", ["USD", "SGD", "BRL", "AED", "MXN", "TRY", "HKD", "NZD", "SEK", "ZAR"])
def test_the_money_of_iso_4217_is_a_currency(code):
    assert is_currency(code)


@pytest.mark.parametrize("code", ["BTC", "USDC", "XAU", "XDR", "XTS", "MNT", "RON", "SCR", "ERN", "", "sgd"])
def test_coins_metals_and_test_codes_are_none(code):
    assert not is_currency(code)
