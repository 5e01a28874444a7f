"""Turns what an account reported and what things cost into what the account is worth."""

from collections.abc import Iterable, Mapping
from decimal import Decimal

from engine.accounts.snapshot import BalanceSnapshot, CashLine, OpenPosition
from engine.model.holdings import AccountFigure, AccountReport, Holding, PositionKind
from engine.model.instruments import base_of
from engine.model.money import ZERO, exact, is_cash
from engine.model.quotes import is_price

Prices = Mapping[str, Decimal | None]


def value_account(report: AccountReport, prices: Prices) -> BalanceSnapshot:
    """Value an account in dollars at the venue's own prices, given per asset, cash included.

    An asset without a usable price is named and left out of the sums, never counted as zero. Available is
    free cash, capped by what the venue lets be spent and by the account's own equity, so that neither a debt
    nor leverage shows as money to spend; everything else is locked. Where the venue should report that bound and
    did not, nothing is known to be available.
    """
    owned = [holding for holding in report.holdings if _is_owned(holding)]
    rates = {holding.asset: _rate(holding, prices) for holding in owned}
    cash = [holding for holding in owned if holding.is_cash]
    lacking = tuple(holding.asset for holding in owned if rates[holding.asset] is None)
    # A total of the venue's own lacks nothing when one of our prices does.
    is_venue_total = report.equity_usd is not None
    with exact():
        total = report.equity_usd
        if total is None:
            total = _sum((holding.total, rates[holding.asset]) for holding in owned) + report.unrealized_usd
        free_cash = _sum((holding.free, rates[holding.asset]) for holding in cash)
        is_bound_known = AccountFigure.SPENDABLE not in report.unknown
        available = _available(free_cash, total, report.spendable_usd if is_bound_known else ZERO)
        # What the venue lets be spent is not more than that, whatever the rest of the cash is worth.
        is_bound = available == report.spendable_usd
        return BalanceSnapshot(
            total_equity_usd=total,
            available_usd=available,
            locked_in_positions_usd=total - available,
            held_by_orders_usd=_sum((holding.held, rates[holding.asset]) for holding in owned),
            cash=tuple(_cash_line(holding, rates[holding.asset]) for holding in cash),
            unpriced=() if is_venue_total else lacking,
            held_unpriced=tuple(h.asset for h in owned if h.held and rates[h.asset] is None),
            is_venue_total=is_venue_total,
            unknown=tuple(sorted(report.unknown)),
            unvalued_cash=tuple(filter(is_cash, lacking)) if is_venue_total and not is_bound else (),
            venue_valued=tuple(
                (holding.asset, holding.venue_value_usd)
                for holding in owned
                if holding.venue_value_usd is not None and _counts_at_venue_value(holding, prices)
            ),
            unreadable=tuple(sorted(report.unreadable)),
            credits=tuple((credit.asset, credit.total) for credit in report.credits),
            as_of=report.at,
        )


def list_open_positions(report: AccountReport) -> tuple[OpenPosition, ...]:
    """List everything in an account that is not cash."""
    spot = tuple(
        OpenPosition(kind=PositionKind.SPOT, asset=holding.asset, quantity=holding.total.copy_abs())
        for holding in report.holdings
        if _is_owned(holding) and not holding.is_cash
    )
    margin = tuple(
        OpenPosition(kind=PositionKind.MARGIN, asset=base_of(position.symbol), quantity=position.quantity)
        for position in report.margin_positions
    )
    return spot + margin


def _is_owned(holding: Holding) -> bool:
    return bool(holding.free or holding.held or holding.locked)


def _rate(holding: Holding, prices: Prices) -> Decimal | None:
    if holding.asset == "USD":
        return Decimal(1)
    price = prices.get(holding.asset)
    if is_price(price):
        return price
    if holding.venue_value_usd is None or not holding.total:
        return None
    # What the venue itself counts it at.
    own = holding.venue_value_usd / holding.total
    return own if is_price(own) else None


def _counts_at_venue_value(holding: Holding, prices: Prices) -> bool:
    is_priced = holding.is_cash or is_price(prices.get(holding.asset))
    return not is_priced and _rate(holding, prices) is not None


def _sum(amounts: Iterable[tuple[Decimal, Decimal | None]]) -> Decimal:
    return sum((amount * rate for amount, rate in amounts if rate is not None), ZERO)


def _available(free_cash: Decimal, total: Decimal, spendable: Decimal | None) -> Decimal:
    bounds = (free_cash, total) if spendable is None else (free_cash, total, spendable)
    return max(ZERO, min(bounds))


def _cash_line(holding: Holding, rate: Decimal | None) -> CashLine:
    return CashLine(
        currency=holding.asset,
        free=holding.free,
        held=holding.held,
        locked=holding.locked,
        rate_usd=rate,
        value_usd=None if rate is None else holding.total * rate,
    )
