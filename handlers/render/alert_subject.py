"""How an alert names the position it is about."""

from engine.alerts.messages import (
    ClosedElsewhere,
    CoinRenamed,
    GuardPaused,
    GuardReduced,
    GuardResumed,
    Moved,
    PriceTrouble,
    TargetReached,
)
from handlers.render.html import bold


def subject_of(
    about: GuardPaused
    | GuardResumed
    | TargetReached
    | CoinRenamed
    | GuardReduced
    | ClosedElsewhere
    | Moved
    | PriceTrouble,
) -> str:
    """Name the position that an alert is about."""
    return f"{bold(about.symbol)} on {about.venue.label}"
