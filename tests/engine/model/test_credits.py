"""Fee credits are no asset: the account's total lacks nothing without a price of theirs."""

import pytest

from engine.model.credits import split_credits
from engine.model.venues import Venue
from tests.builders import a_holding


def test_fee_credits_are_taken_out_of_the_balances():
    dollars, fees = a_holding("USD", "5"), a_holding("KFEE", "1234.56")

    assert split_credits(Venue.KRAKEN, (dollars, fees)) == ((dollars,), (fees,))


@pytest.mark.parametrize("venue", [Venue.COINBASE, Venue.ALPACA])
def test_where_there_are_no_fee_credits_a_coin_of_that_name_is_a_coin(venue):
    coin = a_holding("KFEE", "1")

    assert split_credits(venue, (coin,)) == ((coin,), ())
