"""The text of /fees."""

from collections.abc import Iterator

from engine.model.money import exact
from engine.statements.charges import FeeSum
from engine.statements.estimates import Compared
from engine.statements.fees import Fees, FeeStatement
from handlers.render.fee_sums import amount_text, fee_text, unbooked_line
from handlers.render.html import bold, rows
from handlers.render.numbers import MINUS, cost_percent, percent
from handlers.render.screen import Screen
from handlers.render.stated_accounts import account_head, lines_beside
from handlers.render.times import Reader

_COINS = "Fees taken in a coin count at the price of their trade."
_ESTIMATES = "Estimated: the fee that a /buy was confirmed with, or that the last /route in the hour before a purchase had named."


def render_fees(statement: FeeStatement, reader: Reader) -> Screen:
    """Show what trades were charged by broker and over all, with what routes had estimated beside it."""
    charged = [(account, fees) for account, fees in statement.accounts if fees.sums]
    so_far = ", so far" if statement.span.holds(reader.now) else ""
    blocks = [bold(f"Fees in {reader.month(statement.span.since)}{so_far}")]
    blocks += ["\n".join((account_head(account, reader), *_figures(fees))) for account, fees in charged]
    if len(charged) > 1:
        blocks.append("\n".join((bold("All brokers"), *_figures(statement.total))))
    shown, accounts = [one for one, _ in charged], [one for one, _ in statement.accounts]
    blocks += filter(None, ["\n".join(lines_beside(accounts, shown, unreadable=statement.unreadable))])
    if charged:
        blocks.append(f"{_COINS} {_ESTIMATES}" if statement.total.compared else _COINS)
    return Screen(text="\n\n".join((*blocks, reader.as_of(reader.now))))


def _figures(fees: Fees) -> Iterator[str]:
    yield rows(row for one in fees.sums for row in _rows(one))
    if fees.compared:
        yield rows(row for one in fees.compared for row in _compared_rows(one))
    yield from unbooked_line(fees.sums)


def _rows(fees: FeeSum) -> Iterator[tuple[str, str]]:
    yield "Fees", fee_text(fees)
    yield "Trades", str(fees.trades)
    if fees.value:
        with exact():
            ratio = fees.booked / fees.value
        yield "Of the traded value", cost_percent(ratio)


def _compared_rows(compared: Compared) -> Iterator[tuple[str, str]]:
    yield "Purchases estimated", str(compared.trades)
    yield "Estimated", amount_text(compared.estimated, compared.currency)
    yield "Charged", amount_text(compared.charged, compared.currency)
    yield "Estimate error", _error(compared)


def _error(compared: Compared) -> str:
    sign = MINUS if compared.error < 0 else "+"
    amount = f"{sign}{amount_text(abs(compared.error), compared.currency)}" if compared.error else "none"
    if not compared.error or not compared.estimated:
        return amount
    with exact():
        ratio = compared.error / compared.estimated
    return f"{amount}, {percent(ratio)}"
