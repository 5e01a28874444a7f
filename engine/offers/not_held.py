"""What is said where nothing is held under a name, or where that is unknown."""

from engine.model.typed_names import in_capitals
from engine.model.venues import Venue
from engine.offers.outcomes import Nothing


def not_held(symbol: str | None, venue: Venue | None, *, not_done: str) -> Nothing:
    """Say that nothing is held there, and what was therefore not done: `guarded` or `sold`."""
    return Nothing(
        why=f"You hold no {_name(symbol)}{at(venue)}; nothing was {not_done}. /positions shows what you hold."
    )


def not_known(symbol: str | None, never_read: str, *, advice: str) -> Nothing:
    """Say that it is unknown whether it is held, because an account was never read, and what to do."""
    return Nothing(why=f"It is not known whether you hold {_name(symbol)}: {never_read}. {advice}")


def _name(symbol: str | None) -> str:
    """Return a name as it was typed; without one it is about every position."""
    return in_capitals(symbol) if symbol else "positions"


def at(venue: Venue | None) -> str:
    """Return where it was looked for."""
    return f" at {venue.label}" if venue else " at any of your brokers"
