"""What accounts are worth at one moment, each on its own and all together."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal

from engine import wall_time
from engine.model.holdings import AccountFigure, PositionKind
from engine.model.money import DEPEGGED_BELOW_USD, USD_STABLECOINS, ZERO, exact, is_cash
from engine.model.venues import Venue


class UnbalancedSnapshotError(ValueError):
    """Total equity is not the sum of what is available and what is locked."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CashLine:
    """One currency of an account: fiat or a dollar stablecoin."""

    currency: str
    free: Decimal
    #: Reserved by open orders.
    held: Decimal = ZERO
    #: Owned, but cannot be spent now.
    locked: Decimal = ZERO
    #: The venue's own rate; None is unknown.
    rate_usd: Decimal | None
    #: Free, held and locked at that rate; None is unknown.
    value_usd: Decimal | None

    @property
    def is_depegged(self) -> bool:
        """Return whether a dollar stablecoin trades so low that its rate must be named."""
        return (
            self.currency in USD_STABLECOINS
            and self.rate_usd is not None
            and self.rate_usd < DEPEGGED_BELOW_USD
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenPosition:
    """Something an account holds, or owes, that is not cash."""

    kind: PositionKind
    asset: str
    quantity: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class BalanceSnapshot:
    """One account in dollars; when `unpriced`, `unreadable` or `unknown` names anything, every sum is a lower bound.

    Unless the total is the venue's own: that counts what we have no price for.
    """

    total_equity_usd: Decimal
    available_usd: Decimal
    locked_in_positions_usd: Decimal
    #: The part of what is locked that open orders hold; cancelling them releases it.
    held_by_orders_usd: Decimal = ZERO
    cash: tuple[CashLine, ...] = ()
    #: Assets that are owned but have no price, so are in no sum.
    unpriced: tuple[str, ...] = ()
    #: Assets the venue reported in a way that could not be read, so in no sum either; "" is one without a name.
    unreadable: tuple[str, ...] = ()
    #: Of what has no price: what open orders hold a part of, so that their sum lacks it.
    held_unpriced: tuple[str, ...] = ()
    #: What has no price now and counts at the venue's own value, with that value in dollars.
    venue_valued: tuple[tuple[str, Decimal], ...] = ()
    #: Fee credits and the like, which are no money and lack in no sum.
    credits: tuple[tuple[str, Decimal], ...] = ()
    #: True when the total is the venue's own figure.
    is_venue_total: bool = False
    #: Figures of the whole account that its venue did not report; available counts as zero then.
    unknown: tuple[AccountFigure, ...] = ()
    #: Currencies inside such a total that have no rate, so are in no figure of what is available.
    unvalued_cash: tuple[str, ...] = ()
    as_of: datetime

    def __post_init__(self) -> None:
        with exact():
            if self.total_equity_usd != self.available_usd + self.locked_in_positions_usd:
                message = (
                    f"total {self.total_equity_usd} is not available {self.available_usd}"
                    f" + locked {self.locked_in_positions_usd}"
                )
                raise UnbalancedSnapshotError(message)

    @property
    def complete(self) -> bool:
        """Return whether nothing is missing; otherwise sums are shown as `≥ $…` and not compared."""
        return not self.unknown and (self.is_venue_total or not (self.unpriced or self.unreadable))

    @property
    def available_complete(self) -> bool:
        """Return whether what is available is exact although something has no price."""
        if AccountFigure.SPENDABLE in self.unknown:
            return False
        lacking = (*self.unpriced, *self.unreadable, *self.unvalued_cash)
        money = {line.currency for line in self.cash}
        return not any(not asset or asset in money or is_cash(asset) for asset in lacking)

    @property
    def unspendable_usd(self) -> Decimal:
        """Return the money that is owned and cannot be spent yet, and that no order holds."""
        with exact():
            return sum((line.locked * line.rate_usd for line in self.cash if line.rate_usd is not None), ZERO)

    @property
    def held_complete(self) -> bool:
        """Return whether what open orders hold is exact although something has no price."""
        return not (self.held_unpriced or self.unreadable)

    @property
    def depegged(self) -> tuple[CashLine, ...]:
        """Return the stablecoins that must be named with their rate."""
        return tuple(line for line in self.cash if line.is_depegged)

    def free_cash(self, currency: str) -> Decimal:
        """Return what may be spent of one currency, in that currency."""
        return next((line.free for line in self.cash if line.currency == currency), ZERO)


@dataclass(frozen=True, slots=True, kw_only=True)
class UserBrokerState:
    """What is known of one user's account at one broker, the last good figures included."""

    broker: Venue
    user_id: int
    account_id: str
    #: The last figures that were read; None until the first reading.
    balance: BalanceSnapshot | None
    open_positions: tuple[OpenPosition, ...] = ()
    last_updated: datetime | None
    connected: bool
    #: Why the last reading of the account failed, as shown to the owner.
    error: str | None = None
    #: Why the venue reported no prices when these figures were read, as shown to the owner.
    prices_error: str | None = None

    def age(self, now: datetime) -> timedelta | None:
        """Return how old the figures are, or None when there are none."""
        return None if self.balance is None else wall_time.age(self.balance.as_of, now)


@dataclass(frozen=True, slots=True, kw_only=True)
class BalanceOverview:
    """All of a user's accounts; stale and missing ones are in no sum, so that `≥` stays true."""

    states: tuple[UserBrokerState, ...]
    total_equity_usd: Decimal
    available_usd: Decimal
    locked_in_positions_usd: Decimal
    #: Accounts without figures.
    missing: tuple[UserBrokerState, ...]
    #: Accounts whose figures are too old to be added.
    stale: tuple[UserBrokerState, ...]
    #: Accounts that are added although an asset of theirs has no price.
    partial: tuple[UserBrokerState, ...]
    #: Accounts that are still being read: what is shown of them is older.
    waiting: tuple[UserBrokerState, ...]
    #: By account id: when an order of ours was filled that its figures are older than.
    filled_since: Mapping[str, datetime] = field(default_factory=dict)

    @property
    def complete(self) -> bool:
        """Return whether the sums hold everything there is, so that they may be compared."""
        return bool(self.states) and not (self.missing or self.stale or self.partial)

    @property
    def available_complete(self) -> bool:
        """Return whether the sum of what is available holds everything there is."""
        balances = [state.balance for state in self.states if state.balance is not None]
        known = bool(self.states) and not (self.missing or self.stale)
        return known and all(balance.available_complete for balance in balances)


def combine(
    states: Sequence[UserBrokerState],
    *,
    now: datetime,
    stale_after_s: float,
    waiting: Collection[str] = (),
    filled_since: Mapping[str, datetime] | None = None,
) -> BalanceOverview:
    """Add up what is fresh and name what is not; `waiting` are the ids of accounts still being read."""
    limit = timedelta(seconds=stale_after_s)
    known = [(state, state.balance) for state in states if state.balance is not None]
    fresh = [(state, balance) for state, balance in known if wall_time.is_within(balance.as_of, now, limit)]
    with exact():
        available = sum((balance.available_usd for _, balance in fresh), ZERO)
        locked = sum((balance.locked_in_positions_usd for _, balance in fresh), ZERO)
        total = available + locked
    return BalanceOverview(
        states=tuple(states),
        total_equity_usd=total,
        available_usd=available,
        locked_in_positions_usd=locked,
        missing=tuple(state for state in states if state.balance is None),
        stale=tuple(state for state, balance in known if wall_time.is_older(balance.as_of, now, limit)),
        partial=tuple(state for state, balance in fresh if not balance.complete),
        waiting=tuple(state for state in states if state.account_id in waiting),
        filled_since=filled_since or {},
    )
