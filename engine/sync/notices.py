"""What the owner reads of a change of a guard that the guard did not make itself."""

from decimal import Decimal

from engine.alerts.messages import (
    ClosedElsewhere,
    CoinRenamed,
    FillSeen,
    GuardPaused,
    GuardReduced,
    GuardResumed,
    Message,
)
from engine.alerts.questions import Offer
from engine.guards.changes import Closed, GuardChange, Paused, Reduced, Resumed
from engine.guards.guard import Guard
from engine.model.guard_reasons import GuardReason
from engine.model.orders import Fill
from engine.sync.renamings import Successor


def describe_change(
    guard: Guard,
    change: GuardChange,
    *,
    seen: Decimal,
    offer: Offer | None = None,
    became: Successor | None = None,
) -> Message:
    """Return what the owner reads of a change that the guard did not make itself.

    Raises:
        ValueError: there is nothing to report.

    """
    if isinstance(change, Paused):
        return GuardPaused(
            venue=guard.venue,
            symbol=guard.symbol,
            guarded=guard.quantity,
            seen=seen,
            why=change.reason,
            offer=offer,
            may_return=change.reason is GuardReason.VANISHED,
        )
    if isinstance(change, Resumed):
        return GuardResumed(
            venue=guard.venue,
            symbol=guard.symbol,
            guarded=change.guard.quantity,
            seen=seen,
            threshold=guard.threshold,
        )
    if became is not None:
        return _describe_renaming(guard, became, offer)
    if isinstance(change, Closed | Reduced):
        return _describe_shrinking(guard, change)
    message = f"nothing to tell of {change}"
    raise ValueError(message)


def _describe_renaming(guard: Guard, became: Successor, offer: Offer | None) -> CoinRenamed:
    return CoinRenamed(
        venue=guard.venue,
        symbol=guard.symbol,
        quantity=guard.quantity,
        became=became.asset,
        arrived=became.quantity,
        offer=offer,
    )


def _describe_shrinking(guard: Guard, change: Closed | Reduced) -> ClosedElsewhere | GuardReduced:
    if isinstance(change, Closed) and change.fills:
        return ClosedElsewhere(
            venue=guard.venue,
            symbol=guard.symbol,
            quantity=change.by,
            fills=tuple(_fill_seen(fill) for fill in change.fills),
        )
    return GuardReduced(
        venue=guard.venue,
        symbol=guard.symbol,
        was=guard.quantity,
        now=change.guard.quantity,
        why=change.reason,
    )


def reason_of(change: GuardChange) -> str:
    """Return the cause that a guard's history keeps."""
    if isinstance(change, Resumed):
        return "back as it was"
    return str(change.reason) if isinstance(change, Reduced | Paused | Closed) else "traded at the venue"


def _fill_seen(fill: Fill) -> FillSeen:
    return FillSeen(side=fill.side, quantity=fill.quantity, price=fill.price, at=fill.at)
