"""The files for tax software: every spot fill once, with amounts as each of them counts fees."""

import csv
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.model.money import ZERO, exact
from engine.model.movements import change_of
from engine.model.orders import Side
from engine.model.venues import Venue
from engine.statements.lots import match_lots
from handlers.render.csv_cointracking import cointracking_csv
from handlers.render.csv_koinly import koinly_csv
from handlers.render.export import render_export
from handlers.statement_arguments import ExportArguments, ExportFormat
from tests.builders import NOW, ago
from tests.handlers.screen_checks import check_golden
from tests.handlers.statement_values import exported, exported_account, fills_export
from tests.handlers.values import READER

BOUGHT = exported("buy 1 BTC @ 100 USD", at=ago(60), trade_id="T1", fee="1")
SOLD = exported("sell 0.5 BTC @ 150 USD", trade_id="T2", fee="2")


def koinly(*fills):
    return list(csv.DictReader(koinly_csv(fills, match_lots(fills)).splitlines()))


def cointracking(*fills):
    return list(csv.DictReader(cointracking_csv(fills, match_lots(fills)).splitlines()))


def test_koinly_takes_amounts_without_the_fee_and_the_lots_in_the_description():
    bought, sold = koinly(BOUGHT, SOLD)

    assert list(sold.items()) == [
        ("Date", "2026-03-04 12:00:00 UTC"),
        ("Sent Amount", "0.5"),
        ("Sent Currency", "BTC"),
        ("Received Amount", "75.0"),
        ("Received Currency", "USD"),
        ("Fee Amount", "2"),
        ("Fee Currency", "USD"),
        ("Net Worth Amount", ""),
        ("Net Worth Currency", ""),
        ("Label", ""),
        (
            "Description",
            "Kraken sell BTC/USD. FIFO: 0.5 BTC of 2026-03-04 for 50.5 USD (trade T1); gain 22.5 USD",
        ),
        ("TxHash", "T2"),
    ]
    assert (bought["Sent Amount"], bought["Received Amount"]) == ("100", "1")
    assert bought["Description"] == "Kraken buy BTC/USD"


def test_cointracking_takes_amounts_with_the_fee_and_the_lots_in_the_comment():
    bought, sold = cointracking(BOUGHT, SOLD)

    assert list(sold.items()) == [
        ("Type", "Trade"),
        ("Buy Amount", "73.0"),
        ("Buy Currency", "USD"),
        ("Sell Amount", "0.5"),
        ("Sell Currency", "BTC"),
        ("Fee", "2"),
        ("Fee Currency", "USD"),
        ("Exchange", "Kraken"),
        ("Trade-Group", ""),
        ("Comment", "Trade T2. FIFO: 0.5 BTC of 2026-03-04 for 50.5 USD (trade T1); gain 22.5 USD"),
        ("Date", "2026-03-04 12:00:00"),
    ]
    # 100 and a fee of 1 were paid.
    assert (bought["Buy Amount"], bought["Sell Amount"], bought["Fee"]) == ("1", "101", "1")


def test_a_fee_taken_in_the_coin_leaves_less_of_it():
    in_coin = exported("buy 1 BTC @ 100 USD", trade_id="T1", fee="0.01", fee_asset="BTC")

    [row] = cointracking(in_coin)

    assert (row["Buy Amount"], row["Sell Amount"], row["Fee Currency"]) == ("0.99", "100", "BTC")
    assert koinly(in_coin)[0]["Received Amount"] == "1"


def test_a_fee_in_a_third_coin_has_a_line_of_its_own_at_cointracking():
    trade, fee = cointracking(exported("buy 1 BTC @ 100 USD", trade_id="T1", fee="3", fee_asset="FEE"))

    assert (trade["Sell Amount"], trade["Fee"]) == ("100", "")
    assert (fee["Type"], fee["Sell Amount"], fee["Sell Currency"]) == ("Other Fee", "3", "FEE")


def test_a_fee_that_is_not_known_is_left_empty():
    unbooked = exported("buy 1 BTC @ 100 USD", fee=None)

    assert (koinly(unbooked)[0]["Fee Amount"], koinly(unbooked)[0]["Fee Currency"]) == ("", "")
    assert (cointracking(unbooked)[0]["Fee"], cointracking(unbooked)[0]["Fee Currency"]) == ("", "")


def test_what_no_known_purchase_explains_is_named():
    [row] = koinly(exported("sell 2 BTC @ 100 USD"))

    assert row["Description"] == "Kraken sell BTC/USD. FIFO: 2 BTC without a known purchase"


FILLS = st.lists(
    st.tuples(
        st.sampled_from(["buy", "sell"]),
        st.decimals("0.001", 9, places=3),
        st.sampled_from(["BTC", "ETH"]),
        st.integers(1, 50),
        st.sampled_from(["0.003", "1"]),
        st.sampled_from(["USD", "BTC", "FEE"]),
    ),
    max_size=10,
)


def of(trades):
    return [
        exported(
            f"{side} {quantity} {base} @ {price} USD", at=NOW, trade_id=f"T{n}", fee=fee, fee_asset=asset
        )
        for n, (side, quantity, base, price, fee, asset) in enumerate(trades)
    ]


@given(FILLS)
def test_every_fill_is_one_line_at_koinly_and_reads_back_to_it(trades):
    fills = of(trades)
    rows = koinly(*fills)

    assert [row["TxHash"] for row in rows] == [one.fill.trade_id for one in fills]
    for row, one in zip(rows, fills, strict=True):
        fill, is_sale = one.fill, one.fill.side is Side.SELL
        side, other = ("Sent", "Received") if is_sale else ("Received", "Sent")
        assert (Decimal(row[f"{side} Amount"]), row[f"{side} Currency"]) == (fill.quantity, fill.base)
        assert Decimal(row[f"{other} Amount"]) == fill.price * fill.quantity
        assert (Decimal(row["Fee Amount"]), row["Fee Currency"]) == (fill.fee, fill.fee_asset)


@given(FILLS)
def test_the_lines_of_cointracking_come_to_what_the_balances_changed_by(trades):
    fills = of(trades)
    rows = cointracking(*fills)

    assert sum(row["Type"] == "Trade" for row in rows) == len(fills)
    with exact():
        for asset in ("USD", "BTC", "ETH", "FEE"):
            bought = sum((Decimal(row["Buy Amount"]) for row in rows if row["Buy Currency"] == asset), ZERO)
            sold = sum((Decimal(row["Sell Amount"]) for row in rows if row["Sell Currency"] == asset), ZERO)
            assert bought - sold == sum((change_of(asset, one.fill) for one in fills), ZERO)


@pytest.mark.parametrize("kind", [ExportFormat.KOINLY, ExportFormat.COINTRACKING])
def test_a_file_of_a_year_uses_up_what_was_bought_before_it_and_leaves_leverage_out(kind):
    margin = exported("sell 1 BTC @ 1 USD", at=READER.now, trade_id="M", margin=True)
    wanted = ExportArguments(year=2026, format=kind)

    screen = render_export(fills_export(*fills_export().fills, margin), wanted, READER)

    text = screen.document.content.decode()
    assert screen.document.name == f"nija-{kind.value}-2026.csv"
    assert "of 2025-01-31 for" in text
    assert len(text.splitlines()) == 3
    assert "Left out: 1 fill with leverage or of derivatives" in screen.text


def test_the_text_below_a_file_for_tax_software_says_how_lots_are_matched():
    accounts = (exported_account(), exported_account(Venue.ALPACA, is_complete=False))
    screen = render_export(
        fills_export(accounts=accounts), ExportArguments(format=ExportFormat.KOINLY), READER
    )

    check_golden("export_koinly", screen)
