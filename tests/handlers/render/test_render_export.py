import csv
from datetime import datetime
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from engine.model.orders import Fill, Side
from engine.model.venues import Venue
from engine.statements.export import ExportedFill
from handlers.render import export as exporting
from handlers.render.csv_fills import fills_csv
from handlers.render.export import render_export
from handlers.statement_arguments import ExportArguments
from tests.builders import NOW
from tests.handlers.screen_checks import check_fits, check_golden
from tests.handlers.statement_values import exported, exported_account, fills_export
from tests.handlers.values import READER


def parsed(row):
    """Read a line back into the fill that it is of."""
    return Fill(
        trade_id=row["trade_id"],
        venue_order_id=row["order_id"],
        symbol=row["symbol"],
        base=row["base"],
        quote=row["quote"],
        side=Side(row["side"]),
        price=Decimal(row["price"]),
        quantity=Decimal(row["quantity"]),
        fee=Decimal(row["fee"]) if row["fee"] else None,
        fee_asset=row["fee_asset"],
        at=datetime.fromisoformat(row["time"]),
        margin=row["margin"] == "yes",
    )


def rows(text):
    return list(csv.DictReader(text.splitlines()))


def test_every_fill_is_a_line_with_every_digit_under_the_names_of_its_columns():
    screen = render_export(fills_export(), ExportArguments(), READER)

    assert screen.document.name == "nija-fills.csv"
    check_golden("export", screen)
    assert screen.document.content.decode().splitlines()[:2] == [
        "time,broker,account,symbol,base,quote,side,price,quantity,value,fee,fee_asset,margin,order_id,trade_id",
        "2025-01-31T02:30:11+00:00,kraken,kraken-1,BTC/USD,BTC,USD,buy,60000,0.5,30000.0,120,USD,no,O-1,T1",
    ]


NAMES = st.text("ABCXYZ012.-:", min_size=1, max_size=8).filter(lambda text: text[0] != "-")
AMOUNTS = st.decimals("0.00000001", 1_000_000, places=8)


@given(
    st.lists(
        st.builds(
            Fill,
            trade_id=NAMES,
            venue_order_id=NAMES,
            symbol=NAMES,
            base=NAMES,
            quote=NAMES,
            side=st.sampled_from(Side),
            price=AMOUNTS,
            quantity=AMOUNTS,
            fee=st.none() | AMOUNTS,
            fee_asset=NAMES,
            at=st.just(NOW),
            margin=st.booleans(),
        ),
        max_size=5,
    )
)
def test_a_file_reads_back_to_the_fills_it_was_made_of(fills):
    text = fills_csv(ExportedFill(account_id="a", venue=Venue.KRAKEN, fill=fill) for fill in fills)

    assert [parsed(row) for row in rows(text)] == fills


def test_no_text_of_a_venue_is_a_formula_in_a_spreadsheet():
    [row] = rows(fills_csv([exported("buy 1 BTC @ 1 USD", trade_id='=HYPERLINK("http://x")')]))

    assert row["trade_id"] == '\'=HYPERLINK("http://x")'


def test_a_file_is_named_by_what_was_chosen_and_its_year_is_the_readers():
    screen = render_export(fills_export(), ExportArguments(symbol="ETH/USD", year=2026), READER)

    assert screen.document.name == "nija-fills-eth-usd-2026.csv"
    assert [row["trade_id"] for row in rows(screen.document.content.decode())] == ["T3"]


def test_nothing_to_export_is_said_and_no_file_is_sent():
    screen = render_export(fills_export(), ExportArguments(symbol="SOL", year=2024), READER)

    assert screen.text.startswith("No known trades of SOL in 2024: nothing to export.")
    assert screen.document is None


def test_what_is_missing_is_named():
    accounts = (exported_account(), exported_account(Venue.ALPACA, is_complete=False))
    screen = render_export(
        fills_export(accounts=accounts, unreadable=2, to_be_read=1), ExportArguments(), READER
    )

    check_fits(screen)
    assert "the fills of 1 order of NIJA's, which the next reading" in screen.text
    assert "Alpaca: older trades may be missing." in screen.text
    assert "Without a fee, because it is not booked yet or not reported: 1." in screen.text
    assert "cannot be read: 2." in screen.text


def test_more_than_one_file_takes_asks_for_a_year(monkeypatch):
    monkeypatch.setattr(exporting, "MOST_BYTES", 10)

    screen = render_export(fills_export(), ExportArguments(), READER)

    assert screen.text == "3 fills are too many for one file: name a year, such as /export 2026."
    assert screen.document is None
