"""All positions of one user, and how fresh they are."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Self

from engine.model.money import ZERO
from engine.model.typed_names import as_share
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

    def named(self, symbol: str | None, venue: Venue | None) -> Self:
        """Return what of it has a name (BTC, BTC/USD, a share's ticker) and is held at a venue; None stands for all."""
        there = [one for one in self.positions if venue in {None, one.account.venue}]
        unread = tuple(one for one in self.unread if venue in {None, one.account.venue})
        return replace(self, positions=positions_called(symbol, there), unread=unread)


def positions_called(symbol: str | None, positions: Sequence[Position]) -> tuple[Position, ...]:
    """Return the positions of a name; a ticker stands for its share where nothing else has the name."""
    if symbol is None:
        return tuple(positions)
    named = tuple(one for one in positions if one.is_called(symbol))
    return named or tuple(one for one in positions if one.is_called(as_share(symbol)))


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
