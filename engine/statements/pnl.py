"""Pure: the realised result of a period by account, and over all of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from engine.model.venues import Venue
from engine.statements.charges import Charge, FeeSum, add_up_fees
from engine.statements.periods import Span
from engine.statements.sales import Result, Sale, add_up


@dataclass(frozen=True, slots=True, kw_only=True)
class StatedAccount:
    """An account as a statement names it, and up to when its own trades are known."""

    account_id: str
    venue: Venue
    #: The name that distinguishes it from others at its venue; empty where there are none.
    label: str = ""
    #: When it was read last; None where this process has not read it.
    read_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Pnl:
    """What sales brought, and what all trades were charged beside it."""

    results: tuple[Result, ...]
    #: Fees of sales are in the results, those of purchases are not.
    sale_fees: tuple[FeeSum, ...]
    purchase_fees: tuple[FeeSum, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PnlStatement:
    """The realised result of a span."""

    span: Span
    #: Of the accounts that traded in it, and of those whose trades are not known up to now.
    accounts: tuple[tuple[StatedAccount, Pnl], ...]
    total: Pnl
    #: How many stored records cannot be read: what they would add is unknown.
    unreadable: int = 0


def state_pnl(
    span: Span,
    accounts: Sequence[StatedAccount],
    sales: Sequence[Sale],
    charges: Sequence[Charge],
    *,
    unreadable: int = 0,
) -> PnlStatement:
    """Sum up sales and fees by account and over all."""
    by_account = tuple(
        (
            account,
            _pnl(
                [one for one in sales if one.account_id == account.account_id],
                [one for one in charges if one.account_id == account.account_id],
            ),
        )
        for account in accounts
    )
    return PnlStatement(span=span, accounts=by_account, total=_pnl(sales, charges), unreadable=unreadable)


def _pnl(sales: Sequence[Sale], charges: Sequence[Charge]) -> Pnl:
    return Pnl(
        results=add_up(sales),
        sale_fees=add_up_fees([one for one in charges if one.is_sale]),
        purchase_fees=add_up_fees([one for one in charges if not one.is_sale]),
    )
