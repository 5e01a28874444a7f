"""What `/positions` shows, and what an alert keeps of a position: facts, mark, result and whether it is guarded."""

from collections.abc import Iterable
from dataclasses import dataclass, fields
from datetime import datetime
from decimal import Decimal

from engine.guards.guard import Guard
from engine.market.mark import Mark, PriceUnknown
from engine.model.holdings import Direction, PositionKind, Unsettled
from engine.model.instruments import quote_of
from engine.model.money import ZERO
from engine.model.venues import Account, Venue
from engine.portfolio.not_guarded import NotGuarded, why_not_guarded
from engine.portfolio.position import Position


@dataclass(frozen=True, slots=True, kw_only=True)
class PositionView:
    """One position as it stood at one moment; alerts store it, so its fields may only be added to, with a default."""

    account: Account
    kind: PositionKind
    direction: Direction
    asset: str
    #: The pair it is priced in and would be sold through; None when nothing there prices it.
    symbol: str | None
    quantity: Decimal
    #: The part of `quantity` that cannot be sold now (staked).
    locked: Decimal
    #: The part explained by fills; only this part has an entry.
    explained: Decimal
    #: Average cost per unit of the explained part, in `currency`; None is unknown.
    entry: Decimal | None
    currency: str
    #: True while older fills are still being read.
    history_incomplete: bool
    mark: Mark | PriceUnknown
    #: The last price that was known, for showing beside an unknown one; nothing is decided by it.
    last_mark: Mark | None = None
    #: Value of the whole quantity in USD; None when the price is unknown.
    value_usd: Decimal | None
    #: Result of the explained part at the mark, gross of fees, in `currency`.
    pnl: Decimal | None
    #: The same as a fraction of its cost.
    pnl_ratio: Decimal | None
    #: Result of the explained part if it were sold now, after fees, in `currency`.
    net_if_sold: Decimal | None
    #: False when that counts the venue's usual fee and not what the account pays.
    is_fee_own: bool = True
    guard: Guard | None
    #: Result of what the guard covers against what it counts from, as a fraction; None without guard or price.
    guard_ratio: Decimal | None = None
    #: True while fills are awaited without which the cost of today's quantity is unknown.
    fills_pending: bool = False
    #: What our own orders changed and these figures do not show yet.
    unsettled: Unsettled | None = None
    #: Why the guard does not watch (or there is none); None while it watches.
    not_guarded: NotGuarded | None
    #: When the holding was last read from the venue.
    as_of: datetime

    @property
    def quoted_in(self) -> str:
        """Return the currency of its mark."""
        return quote_of(self.symbol or "") or self.currency


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
class PortfolioView:
    """All positions of one user, and the accounts that were not read for it."""

    positions: tuple[PositionView, ...]
    unread: tuple[Unread, ...]
    as_of: datetime


def view_of(position: Position) -> PositionView:
    """Return what is shown of a position: of each field that it has by the same name, its present value."""
    known = position.with_known_cost()
    values = {
        field.name: getattr(known, field.name)
        for field in fields(PositionView)
        if field.name != "not_guarded"
    }
    return PositionView(**values, not_guarded=why_not_guarded(known))


def sort_positions(positions: Iterable[PositionView]) -> tuple[PositionView, ...]:
    """Order positions by broker, the worst result first, those without one last."""
    return tuple(
        sorted(
            positions,
            key=lambda view: (
                tuple(Venue).index(view.account.venue),
                view.pnl_ratio is None,
                view.pnl_ratio or ZERO,
                view.asset,
            ),
        )
    )
