"""Pure: what the trades of a period were charged by account, and how near the estimates before them came."""

from collections.abc import Sequence
from dataclasses import dataclass

from engine.statements.charges import Charge, FeeSum, add_up_fees
from engine.statements.estimates import Compared, Estimate, compare
from engine.statements.periods import Span
from engine.statements.pnl import StatedAccount


@dataclass(frozen=True, slots=True, kw_only=True)
class Fees:
    """What trades were charged, and which of that had been estimated."""

    sums: tuple[FeeSum, ...]
    compared: tuple[Compared, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class FeeStatement:
    """The fees of a span."""

    span: Span
    accounts: tuple[tuple[StatedAccount, Fees], ...]
    total: Fees
    #: How many stored records cannot be read: what they would add is unknown.
    unreadable: int = 0


def state_fees(
    span: Span,
    accounts: Sequence[StatedAccount],
    charges: Sequence[Charge],
    estimates: Sequence[Estimate],
    *,
    unreadable: int = 0,
) -> FeeStatement:
    """Sum up fees by account and over all."""
    return FeeStatement(
        span=span,
        accounts=tuple(
            (account, _fees([one for one in charges if one.account_id == account.account_id], estimates))
            for account in accounts
        ),
        total=_fees(charges, estimates),
        unreadable=unreadable,
    )


def _fees(charges: Sequence[Charge], estimates: Sequence[Estimate]) -> Fees:
    return Fees(sums=add_up_fees(charges), compared=compare(charges, estimates))
