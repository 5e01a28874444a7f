"""What the chat tests of /pnl and /fees show, with figures a reader can check."""

from datetime import UTC
from decimal import Decimal

from engine.model.venues import Venue
from engine.statements.charges import FeeSum
from engine.statements.estimates import Compared
from engine.statements.export import ExportedAccount, ExportedFill, FillsExport
from engine.statements.fees import Fees, FeeStatement
from engine.statements.periods import Period, month_of, span_of
from engine.statements.pnl import Pnl, PnlStatement, StatedAccount
from engine.statements.sales import Result, WhyUnknown
from tests.builders import a_fill
from tests.handlers.values import NOW, ago

READ_AT = ago(seconds=3)


def stated(venue=Venue.KRAKEN, *, label="", read_at=READ_AT):
    return StatedAccount(account_id=f"{venue}-1", venue=venue, label=label, read_at=read_at)


def result(realised="-1020", currency="USD", *, sales=1, **more):
    return Result(currency=currency, realised=realised and Decimal(realised), sales=sales, **more)


def fees(booked, currency="USD", *, trades=1, estimated="0", **more):
    return FeeSum(
        currency=currency, booked=Decimal(booked), trades=trades, estimated=Decimal(estimated), **more
    )


def pnl(*results, sales=(), purchases=()):
    return Pnl(results=results, sale_fees=sales, purchase_fees=purchases)


def charged(*sums, compared=()):
    return Fees(sums=sums, compared=compared)


def compared(estimated="0.40", charged="0.52", currency="USD", *, trades=2):
    return Compared(currency=currency, trades=trades, estimated=Decimal(estimated), charged=Decimal(charged))


def fee_statement(*accounts, total=None, unreadable=0, month=3):
    accounts = accounts or ((stated(), CHARGED), (stated(Venue.ALPACA), charged()))
    return FeeStatement(
        span=month_of(2026, month, UTC), accounts=accounts, total=total or CHARGED, unreadable=unreadable
    )


KRAKEN = pnl(result(), sales=(fees("20"),), purchases=(fees("31.2"),))
QUIET = pnl()
CHARGED = charged(fees("51.2", trades=12, value=Decimal(12800)), compared=(compared(),))


def pnl_statement(*accounts, total=None, unreadable=0, period=Period.DAY):
    accounts = accounts or ((stated(), KRAKEN), (stated(Venue.ALPACA), QUIET))
    return PnlStatement(
        span=span_of(period, NOW, UTC), accounts=accounts, total=total or KRAKEN, unreadable=unreadable
    )


def exported(text, *, venue=Venue.KRAKEN, **changes):
    return ExportedFill(account_id=f"{venue}-1", venue=venue, fill=a_fill(text, **changes))


def exported_account(venue=Venue.KRAKEN, *, is_complete=True):
    return ExportedAccount(account_id=f"{venue}-1", venue=venue, is_complete=is_complete)


def fills_export(*fills, accounts=None, **more):
    fills = fills or (
        exported("buy 0.5 BTC @ 60000 USD", at=ago(days=400), trade_id="T1", fee="120"),
        exported("sell 0.25 BTC @ 64000.5 USD", at=ago(hours=2), trade_id="T2", fee=None),
        exported(
            "buy 2 ETH @ 3000 USD", venue=Venue.ALPACA, at=NOW, trade_id="T3", fee="0.005", fee_asset="ETH"
        ),
    )
    accounts = accounts or (exported_account(), exported_account(Venue.ALPACA, is_complete=False))
    return FillsExport(accounts=accounts, fills=fills, **more)


def worst_pnl():
    """Several currencies, and something of every kind that is not known."""
    lacking = tuple((why, number) for number, why in enumerate(WhyUnknown, start=1))
    kraken = pnl(
        result("-1020.5", sales=14, unknown=lacking, before_fee=2, owners=12),
        result("17.456", "EUR", owners=1),
        result("-0.00123", "BTC"),
        result(None, "GBP", sales=2, unknown=((WhyUnknown.NO_RATE, 2),)),
        sales=(fees("20", trades=14, estimated="0.89", unbooked=2, unknown=1), fees("0.4", "EUR")),
        purchases=(fees("0.003"), fees("12.5", "KFEE")),
    )
    alpaca = pnl(result("43"), sales=(fees("0", estimated="0.11", unbooked=1),))
    total = pnl(
        result("-977.5", sales=15, unknown=lacking, before_fee=2, owners=12),
        sales=(fees("20", trades=15, estimated="1", unbooked=3, unknown=1),),
    )
    return pnl_statement(
        (stated(), kraken),
        (stated(Venue.ALPACA, label="savings", read_at=None), alpaca),
        (stated(Venue.COINBASE), QUIET),
        total=total,
        unreadable=2,
        period=Period.MONTH,
    )


def worst_fees():
    """Several currencies, fees not booked, and estimates that were off either way."""
    kraken = charged(
        fees("51.2", trades=12, value=Decimal(12800)),
        fees("3.4", "EUR", trades=2, estimated="0.89", unbooked=1, value=Decimal(850)),
        fees("12.5", "KFEE"),
        compared=(compared(), compared("0.40", "0.31", "EUR", trades=1)),
    )
    alpaca = charged(fees("0.004", trades=3, estimated="0.11", unbooked=2, unknown=1, value=Decimal(16)))
    return fee_statement(
        (stated(), kraken),
        (stated(Venue.ALPACA, label="savings", read_at=None), alpaca),
        (stated(Venue.COINBASE), charged()),
        total=kraken,
        unreadable=1,
        month=2,
    )
