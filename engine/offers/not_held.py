"""What is said where nothing is held under a name, or where that is unknown."""

from collections.abc import Sequence

from engine.model.typed_names import in_capitals
from engine.model.venues import Venue
from engine.offers.outcomes import Nothing
from engine.portfolio.position import Position


def not_held(symbol: str | None, venue: Venue | None, *, not_done: str) -> Nothing:
    """Say that nothing is held there, and what was therefore not done: `guarded` or `sold`."""
    return Nothing(
        why=f"You hold no {_name(symbol)}{at(venue)}; nothing was {not_done}. /positions shows what you hold."
    )


def not_known(symbol: str | None, never_read: str, *, advice: str) -> Nothing:
    """Say that it is unknown whether it is held, because an account was never read, and what to do."""
    return Nothing(why=f"It is not known whether you hold {_name(symbol)}: {never_read}. {advice}")


def which_one(symbol: str | None, positions: Sequence[Position]) -> Nothing:
    """Say that an amount of something held at several places needs one of them."""
    venues = dict.fromkeys(one.account.venue for one in positions)
    places = f"at {' and '.join(venue.label for venue in venues)}"
    where = places if len(venues) > 1 else f"as {len(positions)} positions {places}"
    return Nothing(
        why=f"You hold {_name(symbol)} {where}; nothing was sold. Name one broker, or a part in %: 50% is half of each."
    )


def _name(symbol: str | None) -> str:
    """Return a name as it was typed; without one it is about every position."""
    return in_capitals(symbol) if symbol else "positions"


def at(venue: Venue | None) -> str:
    """Return where it was looked for."""
    return f" at {venue.label}" if venue else " at any of your brokers"
