from decimal import Decimal

import pytest

from demo.tour.reading import (
    Figures,
    UnreadableScreenError,
    block_of,
    read_balance,
    read_number,
    read_row,
    to_the_cent,
)
from sandbox.world import ExpectedBalance

SCREEN = """Balance
Total equity          ≥ $13,911.40
Available                ≥ $914.48
In positions          ≥ $12,996.92

Kraken · 0 s ago
Total equity          ≥ $13,867.21
Available                ≥ $879.29
In positions          ≥ $12,987.92
· held by open orders  ≥ $3,838.08
No price, so not counted: 1,000 SGB.

Coinbase · 2 min ago
Total equity                $44.19
Available                   $35.20
In positions                 $8.99

As of 15:21:27 UTC"""


def test_a_balance_is_read_broker_by_broker():
    shown = read_balance(SCREEN)

    assert shown["kraken"] == Figures(
        total=Decimal("13867.21"),
        available=Decimal("879.29"),
        locked=Decimal("12987.92"),
        held=Decimal("3838.08"),
        lower_bound=True,
        unpriced=("SGB",),
    )
    assert shown["coinbase"].held == 0
    assert not shown["coinbase"].lower_bound


def test_a_broker_without_figures_is_unreadable():
    with pytest.raises(UnreadableScreenError):
        read_balance("Balance\n\nKraken · no figures yet\n\nAs of 15:21:27 UTC")


def test_what_a_ledger_holds_is_rounded_to_cents_as_a_person_would():
    exact = ExpectedBalance(
        total=Decimal("10.009"),
        available=Decimal("0.004"),
        locked=Decimal("10.005"),
        held=Decimal(0),
        unpriced=(),
    )

    assert to_the_cent(exact).total == Decimal("10.01")
    assert to_the_cent(exact).available == 0


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("\N{MINUS SIGN}$1,234.56", "-1234.56"),
        ("-17.20 %, -$89.74", "-17.20"),
        ("+24.93 %", "24.93"),
        ("1.23765432", "1.23765432"),
        ("$3,159.88", "3159.88"),
    ],
)
def test_a_number_is_read_whatever_it_wears(text, number):
    assert read_number(text) == Decimal(number)


def test_words_without_a_number_are_unreadable():
    with pytest.raises(UnreadableScreenError):
        read_number("unknown")


def test_a_row_is_read_beside_its_label_or_below_it():
    table = "Broker                      Kraken\nRealised PnL\n                          −$75.20"  # noqa: RUF001 - as shown

    assert read_row(table, "Broker") == "Kraken"
    assert read_number(read_row(table, "Realised PnL")) == Decimal("-75.20")


def test_a_block_ends_at_the_empty_line():
    assert block_of(SCREEN, "Coinbase · ").splitlines()[-1].endswith("$8.99")
    with pytest.raises(UnreadableScreenError):
        block_of(SCREEN, "Alpaca")
