"""All positions of one user, and how fresh they are."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from engine.model.money import ZERO
from engine.model.venues import Account, Venue
from engine.portfolio.position import Position


@dataclass(frozen=True, slots=True, kw_only=True)
class Unread:
    """An account whose positions are older than this screen."""

    account: Account
    #: When what is shown of it was read; None when nothing is known.
    as_of: datetime | None
    #: Why the last reading failed; empty when none did.
    error: str
    #: True while an answer is still awaited.
    is_awaited: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Portfolio:
    """All positions of one user, each with the cost that is known now, and the accounts that were not read for it."""

    positions: tuple[Position, ...]
    unread: tuple[Unread, ...]
    as_of: datetime


def sort_positions(positions: Iterable[Position]) -> tuple[Position, ...]:
    """Order positions by broker, the worst result first, those without one last."""
    return tuple(
        sorted(
            positions,
            key=lambda position: (
                tuple(Venue).index(position.account.venue),
                position.pnl_ratio is None,
                position.pnl_ratio or ZERO,
                position.asset,
            ),
        )
    )
