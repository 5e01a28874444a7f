"""The text of /pnl."""

from collections.abc import Iterator, Mapping

from engine.model.money import is_cash
from engine.statements.periods import Period
from engine.statements.pnl import Pnl, PnlStatement, StatedAccount
from engine.statements.sales import Result, WhyUnknown
from handlers.render.fee_sums import fee_rows, unbooked_line
from handlers.render.html import bold, escape, rows
from handlers.render.numbers import MINUS, full_quantity, in_currency
from handlers.render.screen import Screen
from handlers.render.stated_accounts import account_head, lines_beside
from handlers.render.times import Reader

_TITLES: Mapping[Period, str] = {
    Period.DAY: "PnL today",
    Period.WEEK: "PnL this week",
    Period.MONTH: "PnL this month",
}
_WHY: Mapping[WhyUnknown, str] = {
    WhyUnknown.NO_ENTRY: "entry unknown",
    WhyUnknown.NO_HISTORY: "older trades not read",
    WhyUnknown.NO_RATE: "no rate between what was paid and what was received",
    WhyUnknown.MARGIN: "your own margin trade",
}
_EXPLAINED = (
    "Realised PnL is against the average price paid, after sale fees. Purchase fees are apart, not in it."
)


def render_pnl(statement: PnlStatement, period: Period, reader: Reader) -> Screen:
    """Show what sales brought by broker and over all, with fees apart and everything that is not known named."""
    traded = [(account, pnl) for account, pnl in statement.accounts if _has_trades(pnl)]
    blocks = [f"{bold(_TITLES[period])}, since {reader.minute(statement.span.since)}"]
    blocks += ["\n".join(_account(account, pnl, reader)) for account, pnl in traded]
    if len(traded) > 1:
        blocks.append("\n".join((bold("All brokers"), *_figures(statement.total))))
    shown = [account for account, _ in traded]
    accounts = [account for account, _ in statement.accounts]
    blocks += filter(None, ["\n".join(lines_beside(accounts, shown, unreadable=statement.unreadable))])
    if traded:
        blocks.append(_EXPLAINED)
    return Screen(text="\n\n".join((*blocks, reader.as_of(reader.now))))


def _has_trades(pnl: Pnl) -> bool:
    return bool(pnl.results or pnl.sale_fees or pnl.purchase_fees)


def _account(account: StatedAccount, pnl: Pnl, reader: Reader) -> Iterator[str]:
    yield account_head(account, reader)
    yield from _figures(pnl)


def _figures(pnl: Pnl) -> Iterator[str]:
    yield rows(_rows(pnl))
    for result in pnl.results:
        in_which = f"{result.currency}: " if len(pnl.results) > 1 else ""
        yield from (escape(f"{in_which}{line}") for line in _not_counted(result))
    yield from unbooked_line((*pnl.sale_fees, *pnl.purchase_fees))


def _rows(pnl: Pnl) -> Iterator[tuple[str, str]]:
    for result in pnl.results:
        yield "Realised PnL", _realised(result)
        yield "Sales", _counted(result)
    if not pnl.results:
        yield "Sales", "none"
    yield from fee_rows("Sale fees", pnl.sale_fees)
    yield from fee_rows("Purchase fees", pnl.purchase_fees)


def _realised(result: Result) -> str:
    if result.realised is None:
        return "unknown"
    if is_cash(result.currency):
        return in_currency(result.realised, result.currency, signed=True)
    sign = MINUS if result.realised < 0 else "+"
    return f"{sign}{full_quantity(abs(result.realised))} {result.currency}"


def _counted(result: Result) -> str:
    lacking = sum(number for _, number in result.unknown)
    return f"{result.sales - lacking} of {result.sales}" if lacking else str(result.sales)


def _not_counted(result: Result) -> Iterator[str]:
    if result.unknown:
        reasons = ", ".join(f"{number} {_WHY[why]}" for why, number in result.unknown)
        yield f"Not counted: {reasons}."
    if result.before_fee:
        yield f"{_sales(result.before_fee)} counted before the fee: it is not booked, or was charged in another asset."
    if result.owners:
        yield f"{_sales(result.owners)} made by you at the venue."


def _sales(number: int) -> str:
    return "1 sale was" if number == 1 else f"{number} sales were"
