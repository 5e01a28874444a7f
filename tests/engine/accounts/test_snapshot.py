from datetime import timedelta
from decimal import Decimal

import pytest

from engine.accounts.snapshot import (
    BalanceSnapshot,
    CashLine,
    UnbalancedSnapshotError,
    UserBrokerState,
    combine,
)
from engine.model.venues import Venue
from tests.builders import NOW, ago


def a_snapshot(total="100", available="60", locked="40", *, unpriced=(), as_of=NOW, cash=()):
    return BalanceSnapshot(
        total_equity_usd=Decimal(total),
        available_usd=Decimal(available),
        locked_in_positions_usd=Decimal(locked),
        unpriced=unpriced,
        cash=cash,
        as_of=as_of,
    )


def a_state(balance, venue=Venue.KRAKEN):
    return UserBrokerState(
        broker=venue,
        user_id=7,
        account_id=f"{venue.value}-1",
        balance=balance,
        last_updated=None if balance is None else balance.as_of,
        connected=balance is not None,
    )


def a_line(currency, rate, free="10"):
    return CashLine(
        currency=currency,
        free=Decimal(free),
        rate_usd=None if rate is None else Decimal(rate),
        value_usd=None,
    )


def add_up(*states):
    return combine(states, now=NOW, stale_after_s=120)


def test_a_total_that_is_not_its_parts_is_refused():
    with pytest.raises(UnbalancedSnapshotError, match=r"total 100 is not available 60 \+ locked 41"):
        a_snapshot("100", "60", "41")


def test_the_parts_are_compared_without_rounding():
    fine = "0." + "0" * 29 + "1"

    assert a_snapshot("100." + fine[2:], "100", fine).complete
    with pytest.raises(UnbalancedSnapshotError):
        a_snapshot("100", "100", fine)


def test_a_snapshot_lacking_a_price_is_not_complete():
    assert a_snapshot().complete
    assert not a_snapshot(unpriced=("XYZ",)).complete


def test_free_cash_is_reported_per_currency():
    snapshot = a_snapshot(cash=(a_line("USD", "1", "25"), a_line("EUR", "1.1", "3")))

    assert snapshot.free_cash("EUR") == 3
    assert snapshot.free_cash("USD") == 25
    assert snapshot.free_cash("GBP") == 0


@pytest.mark.parametrize(
    ("currency", "rate", "named"),
    [
        ("USDT", "0.984999", True),
        ("USDT", "0.985", False),
        ("USDC", "1", False),
        ("USDC", None, False),
        ("EUR", "0.5", False),
    ],
)
def test_a_stablecoin_below_its_floor_is_named_with_its_rate(currency, rate, named):
    line = a_line(currency, rate)

    assert a_snapshot(cash=(a_line("USD", "1"), line)).depegged == ((line,) if named else ())


def test_accounts_are_added_up_exactly():
    overview = add_up(
        a_state(a_snapshot("0.1", "0.1", "0")),
        a_state(a_snapshot("100." + "0" * 30 + "2", "100", "0." + "0" * 30 + "2"), Venue.ALPACA),
    )

    assert overview.total_equity_usd == Decimal("100.1" + "0" * 29 + "2")
    assert overview.available_usd == Decimal("100.1")
    assert overview.locked_in_positions_usd == Decimal("0." + "0" * 30 + "2")
    assert overview.complete
    assert (overview.missing, overview.stale, overview.partial) == ((), (), ())


def test_an_account_without_figures_is_named_and_the_rest_added():
    missing = a_state(None, Venue.COINBASE)

    overview = add_up(a_state(a_snapshot()), missing)

    assert overview.missing == (missing,)
    assert overview.total_equity_usd == 100
    assert not overview.complete


def test_figures_that_are_too_old_are_named_and_not_added():
    fresh = a_state(a_snapshot(as_of=ago(120)))
    old = a_state(a_snapshot("500", "500", "0", as_of=ago(120) - timedelta(microseconds=1)), Venue.ALPACA)

    overview = add_up(fresh, old)

    assert overview.stale == (old,)
    assert overview.total_equity_usd == 100
    assert (overview.available_usd, overview.locked_in_positions_usd) == (60, 40)
    assert not overview.complete
    assert overview.states == (fresh, old)


def test_figures_lacking_a_price_are_added_and_named():
    partial = a_state(a_snapshot(unpriced=("XYZ",)))

    overview = add_up(partial)

    assert overview.partial == (partial,)
    assert overview.total_equity_usd == 100
    assert not overview.complete


def test_a_stale_account_that_lacks_a_price_is_named_once():
    overview = add_up(a_state(a_snapshot(unpriced=("XYZ",), as_of=ago(500))))

    assert (len(overview.stale), overview.partial) == (1, ())


def test_each_account_shows_the_age_of_its_own_figures():
    overview = add_up(a_state(a_snapshot(as_of=ago(5))), a_state(a_snapshot(as_of=ago(600))), a_state(None))

    assert overview.states[0].age(NOW) == timedelta(seconds=5)
    assert overview.states[2].age(NOW) is None


def test_no_accounts_are_no_complete_zero():
    overview = add_up()

    assert isinstance(overview.available_usd, Decimal)
    assert isinstance(overview.locked_in_positions_usd, Decimal)
    assert overview.total_equity_usd == 0
    assert not overview.complete


def test_accounts_still_being_read_are_named_with_when_their_orders_were_filled():
    read, reading = a_state(a_snapshot()), a_state(a_snapshot(), Venue.ALPACA)
    filled = {reading.account_id: ago(2)}

    overview = combine(
        [read, reading], now=NOW, stale_after_s=120, waiting={reading.account_id}, filled_since=filled
    )

    assert (overview.waiting, overview.filled_since) == ((reading,), filled)
    assert add_up(read).filled_since == {}
