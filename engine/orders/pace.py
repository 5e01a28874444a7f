"""How often an order that is only waited for is queried, and in whose turn: the key's other readings need calls too."""

from engine.brokers.base import Priority

#: A pause grows to this share of the time waited, so that news is late by no more than that.
_SHARE = 0.1
#: No pause of one query grows longer.
LONGEST_PAUSE_S = 15.0
#: The same where each time takes several calls, or one that costs several points.
LONGEST_COSTLY_PAUSE_S = 45.0

#: An order that is open for so long is queried in the turn of readings, which leaves the reserve to other exits.
STANDS_AFTER_S = 60.0
#: The same for a lost request whose look-ups fail.
FAILS_AFTER_S = 60.0


def stretched(pause_s: float, *, waited_s: float, longest_s: float = LONGEST_PAUSE_S) -> float:
    """Return a pause that grows with the time waited, up to `longest_s`."""
    return max(pause_s, min(waited_s * _SHARE * longest_s / LONGEST_PAUSE_S, longest_s))


def turn(priority: Priority, *, waited_s: float, after_s: float) -> Priority:
    """Return in whose turn the next query goes: from `after_s` on in no better one than readings."""
    return priority if waited_s < after_s else max(priority, Priority.READ)
