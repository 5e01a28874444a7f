"""What an account holds: assets with their free, held and locked parts, and margin positions."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from enum import StrEnum

from engine.clock import Moment
from engine.model.money import ZERO, exact, is_cash
from engine.model.venues import Account


class PositionKind(StrEnum):
    """Spot is owned; margin is borrowed and closed reduce-only."""

    SPOT = "spot"
    MARGIN = "margin"


class Direction(StrEnum):
    """Long gains when the price rises, short when it falls."""

    LONG = "long"
    SHORT = "short"


@dataclass(frozen=True, slots=True, kw_only=True)
class PositionKey:
    """Which position a guard, a finding or a button is about; there is at most one open guard of each."""

    account_id: str
    kind: PositionKind
    asset: str
    #: The pair of a margin position; None for spot, whatever pair it was bought through.
    symbol: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Unsettled:
    """What our own orders changed of a position that its figures do not show yet."""

    quantity: Decimal
    #: When the last of them was filled.
    at: datetime
    #: False while the account was not read since, so that even its quantity is of before.
    is_read: bool

    def joined(self, later: "Unsettled") -> "Unsettled":
        """Return both as one."""
        with exact():
            quantity = self.quantity + later.quantity
        return Unsettled(quantity=quantity, at=later.at, is_read=self.is_read and later.is_read)


@dataclass(frozen=True, slots=True, kw_only=True)
class Holding:
    """One asset of an account, cash included, under our name for it."""

    asset: str
    #: Can be sold or spent now.
    free: Decimal
    #: Reserved by open orders; released when they are cancelled.
    held: Decimal = ZERO
    #: Owned, but cannot be sold or spent now: staked, bonded, or not settled yet.
    locked: Decimal = ZERO
    #: The venue's own average entry, where it keeps one (Alpaca); else None.
    venue_entry: Decimal | None = None
    #: What all of it is worth in the venue's own total, where it keeps one (Alpaca); else None.
    venue_value_usd: Decimal | None = None
    #: National money by what its venue says, under a name that could also be a coin's or a share's.
    is_fiat: bool = field(default=False, compare=False)
    #: The symbol it trades under, where the venue names it.
    symbol: str | None = None
    #: A share, which nobody deposits or withdraws as coins are.
    is_stock: bool = field(default=False, compare=False)

    @property
    def is_cash(self) -> bool:
        """Return whether it is money; all else is a position."""
        return self.is_fiat or is_cash(self.asset)

    @property
    def total(self) -> Decimal:
        """Return everything owned of the asset."""
        with exact():
            return self.free + self.held + self.locked


@dataclass(frozen=True, slots=True, kw_only=True)
class MarginPosition:
    """A leveraged position in one pair, netted over its lots."""

    symbol: str
    direction: Direction
    quantity: Decimal
    #: What was paid (long) or received (short) for `quantity`, in the quote currency.
    cost: Decimal
    fee: Decimal
    leverage: int


class AccountFigure(StrEnum):
    """A venue's figure of an account as a whole, apart from its holdings."""

    UNREALIZED = "unrealized"
    SPENDABLE = "spendable"
    EQUITY = "equity"


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountReport:
    """Everything read of one account at a time."""

    account: Account
    holdings: tuple[Holding, ...]
    margin_positions: tuple[MarginPosition, ...] = ()
    #: The venue's own total in USD, where it values everything itself (Alpaca); else None.
    equity_usd: Decimal | None = None
    #: Unrealised profit of margin positions in USD (Kraken TradeBalance `n`).
    unrealized_usd: Decimal = ZERO
    #: Upper bound on what may be spent: free margin, or non-marginable buying power.
    spendable_usd: Decimal | None = None
    #: Which of these its venue should have reported and did not, this time.
    unknown: frozenset[AccountFigure] = frozenset()
    #: Fee credits and the like: no money, so in no sum and never a position.
    credits: tuple[Holding, ...] = ()
    #: Why the account takes no orders, as its venue reports.
    block: str | None = None
    #: What is not possible although it trades, each in a sentence.
    limits: tuple[str, ...] = ()
    #: Assets and pairs whose row could not be read, which is not the same as holding none; an empty name stands
    #: for a row that does not even name its asset.
    unreadable: frozenset[str] = frozenset()
    #: When the first request to the venue left, not when it was queued.
    at: datetime
    #: The same on both clocks of the process that made the request.
    left: Moment | None = field(default=None, compare=False)
    #: The same on the venue's own clock, where that is known.
    venue_at: datetime | None = None
    #: By how much that may be too late: an answer is dated while it is under way.
    venue_at_error: timedelta = field(default=timedelta(0), compare=False)
    #: The last step of our orders that was stored when it was requested: it contains what ended by then.
    step: int | None = field(default=None, compare=False)

    def holds_the_same(self, other: "AccountReport") -> bool:
        """Return whether another reading shows the same of everything that trades change."""
        return (self.holdings, self.margin_positions) == (other.holdings, other.margin_positions)

    def covers(self, name: str) -> bool:
        """Return whether the reading contains the quantity of an asset, or of a pair held on margin."""
        if "" not in self.unreadable:
            return name not in self.unreadable
        covered = {holding.asset for holding in self.holdings} | {p.symbol for p in self.margin_positions}
        return name in covered - self.unreadable

    @property
    def spot_positions(self) -> tuple[Holding, ...]:
        """Return what is held and is not cash."""
        return tuple(h for h in self.holdings if h.total > ZERO and not h.is_cash)

    @property
    def shorts(self) -> tuple[Holding, ...]:
        """Return what was sold without being held: the venue lent it."""
        return tuple(h for h in self.holdings if h.total < ZERO and not h.is_cash)

    def holding(self, asset: str) -> Holding:
        """Return the holding of `asset`, empty when the account has none."""
        for holding in self.holdings:
            if holding.asset == asset:
                return holding
        return Holding(asset=asset, free=ZERO)
