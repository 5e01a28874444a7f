"""What a guard is: which quantity of what is sold when it has lost how much against which cost."""

from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from engine.accounts.cost_basis import share
from engine.guards.rule import check_target, check_threshold, check_trail
from engine.model.guard_reasons import GuardReason
from engine.model.holdings import Direction, PositionKey, PositionKind
from engine.model.money import ZERO, InvalidNumberError, exact
from engine.model.venues import Venue


class GuardSource(StrEnum):
    """Where a guard's quantity and cost come from."""

    #: Was there before; guarded from the cost of its fills.
    EXISTING_COST = "existing_cost"
    #: Was there before; guarded from the price on the day the owner confirmed it.
    EXISTING_PRICE = "existing_price"
    #: Bought by the bot.
    BOUGHT = "bought"
    #: Set by the owner with their own figures.
    MANUAL = "hand"


class GuardState(StrEnum):
    """What a guard does now."""

    ARMED = "armed"
    #: Watches nothing until the owner answers a question.
    PAUSED = "paused"
    #: Its sale was triggered and is not finished.
    CLOSING = "closing"
    CLOSED = "closed"


class AtTarget(StrEnum):
    """What a guard does once its target is reached."""

    #: Sells all of it.
    SELL = "sell"
    #: Sells nothing: its stop moves to where nothing is lost any more.
    BREAK_EVEN = "break_even"


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """How much of a guarded position was there, guarded or not, at a reading that was believed."""

    quantity: Decimal
    at: datetime
    #: The same on the venue's own clock; None where that was not known.
    venue_at: datetime | None = None
    #: The last step of our orders that it certainly includes; None where only its time is known.
    step: int | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Guard:
    """One guarded quantity; only its own fills and the owner change it."""

    guard_id: str
    user_id: int
    account_id: str
    venue: Venue
    kind: PositionKind
    direction: Direction
    asset: str
    #: What it is sold and marked under.
    symbol: str
    quantity: Decimal
    #: What `quantity` cost (long) or brought (short), in `currency`, fees kept apart.
    cost: Decimal
    currency: str
    #: What `quantity` cost its owner where `cost` counts from the price of a day; None is unknown.
    paid: Decimal | None = None
    #: Loss against cost, as a fraction, at which it is sold.
    threshold: Decimal
    #: Gain on cost, as a fraction, at which something is done; None where nothing is at any.
    target: Decimal | None = None
    at_target: AtTarget = AtTarget.SELL
    #: How far its stop trails behind the highest mark (the lowest of a short), as a fraction; None without one.
    trail: Decimal | None = None
    #: The price at which it is sold whatever it cost: one that trails, or break-even; no price loosens it.
    stop: Decimal | None = None
    source: GuardSource
    state: GuardState = GuardState.ARMED
    #: Why it is paused, closing or closed; a text that is no `GuardReason` was written by a newer version.
    reason: GuardReason | str | None = None
    #: What the reason leaves open, as it is shown.
    detail: str = ""
    created_at: datetime
    #: Only for margin positions: what a closing order must name.
    leverage: int | None = None
    #: The venue's own average entry when last seen; a change without a fill is a split.
    venue_entry: Decimal | None = None

    def __post_init__(self) -> None:
        check_threshold(self.threshold)
        if self.target is not None:
            check_target(self.target)
        if self.trail is not None:
            check_trail(self.trail)
        if (self.trail is not None and self.stop is None) or (self.stop is not None and self.stop <= ZERO):
            message = f"a stop at {self.stop} that trails by {self.trail} sells nothing"
            raise InvalidNumberError(message)
        is_over = self.state is GuardState.CLOSED and self.quantity == self.cost == ZERO
        if not is_over and not (self.quantity > ZERO and self.cost > ZERO):
            message = f"a guard of {self.quantity} {self.asset} at a cost of {self.cost} guards nothing"
            raise InvalidNumberError(message)

    @property
    def key(self) -> PositionKey:
        """Return which position it guards."""
        symbol = self.symbol if self.kind is PositionKind.MARGIN else None
        return PositionKey(account_id=self.account_id, kind=self.kind, asset=self.asset, symbol=symbol)

    @property
    def entry(self) -> Decimal | None:
        """Return the average price it was guarded from, for showing; None when nothing is left."""
        return self.cost / self.quantity if self.quantity else None

    @property
    def paid_cost(self) -> Decimal | None:
        """Return what its quantity cost its owner; None where only the price of a day is known."""
        if self.paid is not None or self.source is GuardSource.EXISTING_PRICE:
            return self.paid
        return self.cost

    @property
    def is_for_one_sale(self) -> bool:
        """Return whether a manual close made it of what was not guarded before: its price may stand in for a cost."""
        return self.source is GuardSource.MANUAL and self.state is GuardState.CLOSING

    def in_state(
        self, state: GuardState, reason: GuardReason | str | None = None, detail: str = ""
    ) -> "Guard":
        """Return the guard in a state, for a reason and not for the one of before."""
        return replace(self, state=state, reason=reason, detail=detail)

    def closed(self, reason: GuardReason | str | None, detail: str = "") -> "Guard":
        """Return the end of the guard."""
        return self.in_state(GuardState.CLOSED, reason, detail)

    def reduced_by(self, quantity: Decimal) -> "Guard":
        """Return the guard with so much less, its cost in proportion; closed when nothing is left."""
        with exact():
            return self.with_quantity(max(self.quantity - quantity, ZERO))

    def with_quantity(self, quantity: Decimal) -> "Guard":
        """Return the guard with a smaller quantity, its cost in proportion; closed when none is left."""
        if not ZERO <= quantity <= self.quantity:
            message = f"a guard of {self.quantity} cannot shrink to {quantity}"
            raise InvalidNumberError(message)
        if quantity == ZERO:
            return replace(self, quantity=ZERO, cost=ZERO, paid=None, state=GuardState.CLOSED)
        paid = None if self.paid is None else share(self.paid, quantity, self.quantity)
        return replace(self, quantity=quantity, cost=share(self.cost, quantity, self.quantity), paid=paid)
