"""Pure: a coin that its venue renamed, known by what came in the very reading in which the old one was gone."""

from collections.abc import Collection
from decimal import Decimal

from engine.guards.changes import ChangeReason, Closed, GuardChange
from engine.money import ZERO
from engine.positions import AccountReport


def arrivals(report: AccountReport, *, known: Collection[str]) -> frozenset[str]:
    """Return what an account holds that it never held before; nothing where it was never looked at."""
    held = {holding.asset for holding in report.holdings if holding.total > ZERO}
    return frozenset(held - set(known)) if known else frozenset()


def successor_of(
    change: GuardChange, report: AccountReport, *, gone: Decimal, arrived: Collection[str]
) -> str | None:
    """Return what a guarded coin became: the one new asset of which there is as much as went without a sale."""
    if not isinstance(change, Closed) or change.fills or change.reason is not ChangeReason.MOVED_OUT:
        return None
    same = [asset for asset in arrived if report.holding(asset).total == gone]
    return same[0] if len(same) == 1 else None
