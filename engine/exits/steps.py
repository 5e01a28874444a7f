"""What is known when an exit's next step is decided, and which steps there are."""

from dataclasses import dataclass
from decimal import Decimal

from engine.exits.exit_quantity import Dust, ExitQuantity
from engine.exits.position_reading import PositionReading
from engine.exits.quantity_check import QuantityCheck
from engine.guards.guard import Guard
from engine.model.errors import BrokerError
from engine.model.failing_reasons import UnknownHold
from engine.model.instruments import Instrument
from engine.model.orders import Order
from engine.orders.intents import ManualClose


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """Everything that is known when an exit's next step is decided."""

    guard: Guard
    available: PositionReading
    #: How much should be there by what was seen and sold before; None when it was never seen.
    expected: Decimal | None
    #: After this reading.
    quantity_check: QuantityCheck
    #: None when the listing is not reported.
    instrument: Instrument | None
    #: What it was triggered at.
    price: Decimal
    #: What its owner requested, who is not asked again how much of it; None when a guard began it.
    manual: ManualClose | None
    #: False once the orders that held it are cancelled.
    may_free: bool = True
    #: How much the pair's order book carries at a sane price; None is all.
    most: Decimal | None = None
    #: Whether the latest trades were read and none of its owner's is among them.
    is_untraded: bool = False
    #: What an attempt was sent for that counts as filled although no list shows its order; None where none does.
    presumed_filled: Decimal | None = None
    now_s: float


@dataclass(frozen=True, slots=True)
class SellNow:
    """Send an order for so much."""

    quantity: Decimal
    exit_quantity: ExitQuantity
    #: False when more is there than can be sold now: the rest is held, locked or unconfirmed, or the book is too thin.
    is_all: bool = True
    #: Why an order that holds more of it could not be cancelled.
    hindrance: BrokerError | None = None
    #: What holds more of it and is no order that could be cancelled.
    unknown_hold: UnknownHold | None = None


@dataclass(frozen=True, slots=True)
class FreeFirst:
    """Cancel the orders that hold what is to be sold, as far as needed."""

    exit_quantity: ExitQuantity
    wanted: Decimal


@dataclass(frozen=True, slots=True)
class ReadAgain:
    """Sell nothing before readings agree on how much is there."""

    #: Whether they should have by now.
    is_contradictory: bool


@dataclass(frozen=True, slots=True)
class AwaitRest:
    """Wait for what is held or locked: what is free is too little to be sold."""

    free_quantity: Decimal
    #: What holds the rest where that is no order that could be cancelled.
    unknown_hold: UnknownHold | None = None


@dataclass(frozen=True, slots=True)
class Abandon:
    """Give up what cannot be sold."""

    dust: Dust
    exit_quantity: ExitQuantity


@dataclass(frozen=True, slots=True)
class PauseForSplit:
    """Ask the owner: by the venue's own average these are other units than were guarded."""

    owned: Decimal | None


@dataclass(frozen=True, slots=True)
class EndSoldExternally:
    """End: the owner sold or moved all of it."""


@dataclass(frozen=True, slots=True)
class FollowOwnOrder:
    """Go on from an order of the exit's own that has what is to be sold on sale already."""

    order: Order


@dataclass(frozen=True, slots=True)
class ReadOvertaken:
    """Read again: an order that was to be cancelled had filled before."""


@dataclass(frozen=True, slots=True)
class AwaitRelease:
    """Wait: what is needed is held by an order that could not be cancelled."""

    hindrance: BrokerError


@dataclass(frozen=True, slots=True)
class PresumeFilled:
    """End: an attempt counts as filled although no list shows its order; what is left stays guarded."""

    left: Decimal
    owned: Decimal | None


#: The exit goes on after a pause.
Pause = ReadAgain | ReadOvertaken | AwaitRest | AwaitRelease

#: The exit is over without a fill.
EndUnfilled = PauseForSplit | PresumeFilled | EndSoldExternally

Step = SellNow | FreeFirst | FollowOwnOrder | Pause | Abandon | EndUnfilled
