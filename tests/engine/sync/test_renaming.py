"""Which assets of an account came about when another one was gone."""

from datetime import timedelta

import pytest

from engine.guards.known_assets import KnownAsset
from engine.sync.renaming import arrivals
from tests.builders import NOW, a_holding, a_report, an_account

LONG_AGO = NOW - timedelta(days=400)
REPORT = a_report(a_holding("BTC"), a_holding("ETH"), a_holding("SOL"))


def a_known(asset, first_seen_at):
    account = an_account()
    return KnownAsset(
        account_id=account.account_id, user_id=account.user_id, asset=asset, first_seen_at=first_seen_at
    )


def test_what_was_there_when_the_account_was_met_did_not_come_whatever_another_row_lost():
    damaged, met = a_known("DOGE", None), [a_known("BTC", NOW), a_known("ETH", NOW)]

    assert arrivals(REPORT, known=[damaged, *met], gone_at=NOW) == {"SOL"}


@pytest.mark.fault("P23")
def test_what_came_nobody_knows_when_is_no_arrival():
    known = [a_known("BTC", LONG_AGO), a_known("ETH", NOW), a_known("SOL", None)]

    assert arrivals(REPORT, known=known, gone_at=NOW) == {"ETH"}


def test_nothing_came_to_an_account_of_which_no_time_is_known_but_what_it_never_held():
    known = [a_known("BTC", None), a_known("ETH", None)]

    assert arrivals(REPORT, known=known, gone_at=NOW) == {"SOL"}
