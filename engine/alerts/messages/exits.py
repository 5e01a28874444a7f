"""Alerts about an exit: filled, failing, or over without a full sale."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Annotated, Literal

from pydantic import Field

from engine.alerts.messages.at_stake import AtStake
from engine.model.delays import HeldUp, Unseen, Wait
from engine.model.failing_actions import Doing
from engine.model.failing_reasons import FailingReason
from engine.model.holdings import Direction
from engine.model.orders import CancelledOrder
from engine.model.venues import Venue


@dataclass(frozen=True, slots=True, kw_only=True)
class AgainstGuard:
    """The result that a guard judges by, after the fee."""

    #: What it counts from, for each unit; None in records of earlier versions.
    price: Decimal | None
    #: The guarded part of what is sold.
    quantity: Decimal
    result: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class ExitFilled:
    """A position was sold at market, by its guard or on its owner's request: the exact fill."""

    kind: Literal["exit_filled"] = "exit_filled"
    venue: Venue
    symbol: str
    #: The pair it is guarded in, where it was sold through another one; trigger and result are in its currency.
    instead_of: str = ""
    #: One unit of `currency` in that of the guard; None is unknown.
    rate: Decimal | None = Decimal(1)
    direction: Direction
    trigger_ratio: Decimal
    threshold: Decimal
    #: The gain that was taken; None where the threshold, a stop or its owner sold.
    target: Decimal | None = None
    #: The price of the trailing stop that sold.
    stop: Decimal | None = None
    #: The price that triggered, to compare the fill with.
    trigger_price: Decimal
    quantity: Decimal
    #: Average over all fills, in `currency`.
    fill_price: Decimal
    currency: str
    #: None while the venue has not reported it.
    fee: Decimal | None
    fee_asset: str | None
    #: In `currency`, at what the account pays, where the venue books the fee later; None is unknown.
    fee_estimate: Decimal | None = None
    #: Against what was paid; None when the entry or the value is unknown.
    realised: Decimal | None
    #: What was paid for each unit; None is unknown.
    entry: Decimal | None = None
    #: The result against what its guard counts from; None where nothing was guarded.
    against_guard: AgainstGuard | None = None
    #: True when the fee is not in `realised`: not booked yet, or charged in another asset.
    before_fee: bool = False
    cancelled: tuple[CancelledOrder, ...] = ()
    #: Guarded but not sold in this order (below the lot, or not there), with the reason.
    left_over: Decimal = Decimal(0)
    left_over_why: str = ""
    triggered_at: datetime
    filled_at: datetime
    venue_order_id: str
    client_order_id: str
    #: True when the fill was found after an outage of the answer, the process or the venue.
    found_later: bool = False
    #: True when the order names no id of ours, and was taken for the one whose answer was lost.
    may_be_owners: bool = False
    #: True for a later fill of an order whose earlier fills were reported as its total.
    is_rest: bool = False
    #: True for a manual close; then threshold and ratio mean nothing.
    manual: Annotated[bool, Field(alias="asked")] = False
    #: What kept the breach from being seen, and its sale from being done; None where nothing did.
    unseen: Unseen | None = None
    held_up: HeldUp | None = None
    #: False when the entry of what was sold is not known, and so neither is the result.
    entry_known: bool = True
    #: True in records of earlier versions whose `realised` counts from the price on the day it was guarded.
    since_guarded: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ExitFailing:
    """A position is to be sold, and that it was is not certain: why, and what is being done."""

    kind: Literal["exit_failing"] = "exit_failing"
    venue: Venue
    symbol: str
    trigger_ratio: Decimal
    threshold: Decimal
    #: The gain that is to be taken; None where the threshold, a stop or its owner sells.
    target: Decimal | None = None
    #: The price of the trailing stop that sells.
    stop: Decimal | None = None
    quantity: Decimal
    #: A sentence with its figures in records of earlier versions, and with the unreadable orders.
    why: FailingReason
    #: Text is a sentence that an earlier version wrote.
    doing: Doing | str
    since: datetime
    #: Orders of NIJA's that may stand or have filled, the latest first; none where nothing can have been sold.
    order_ids: tuple[str, ...] = ()
    #: True for a manual close; then threshold and ratio mean nothing.
    manual: Annotated[bool, Field(alias="asked")] = False
    #: What it waits for, where that is known.
    wait: Wait | None = None
    #: Open orders that could not be read and may hold what is sold.
    unreadable: tuple[str, ...] = ()
    #: At the price that triggered it; None in records of earlier versions, and where its currency is unknown.
    at_stake: AtStake | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ExitParked:
    """An exit ended without selling everything: dust, nothing left, or requested too long ago."""

    kind: Literal["exit_parked"] = "exit_parked"
    venue: Venue
    symbol: str
    quantity: Decimal
    #: A `GuardReason`, or in words why it cannot be sold.
    why: str
    #: True when nothing of it is there, and it is guarded again once it is back as it was.
    may_return: bool = False
    #: Orders that were cancelled for the sale and are not there any more.
    cancelled: tuple[CancelledOrder, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ExitStoodDown:
    """The price came back before an exit got through: nothing was sold, the guard watches on."""

    kind: Literal["exit_stood_down"] = "exit_stood_down"
    venue: Venue
    symbol: str
    quantity: Decimal
    threshold: Decimal
    #: The gain that was to be taken; None where the threshold or a stop was to sell.
    target: Decimal | None = None
    #: The price of the trailing stop that was to sell.
    stop: Decimal | None = None
    #: Orders that were cancelled for the sale and are not there any more.
    cancelled: tuple[CancelledOrder, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class PanicInterrupted:
    """What became of a panic whose sales could not all begin with its press."""

    kind: Literal["panic_interrupted"] = "panic_interrupted"
    #: When its button was pressed.
    at: datetime
    #: False where that was too long ago: then what had not begun is not sold.
    in_time: bool
    #: Whether the process stopped between its halt and its sales; else something could not be read or written down.
    was_stopped: bool = True
    #: What is being sold, and what cannot be: symbols, each with its venue.
    selling: tuple[str, ...] = ()
    left: tuple[str, ...] = ()
    #: Brokers that do not answer, each with its error: what is held there now is unknown.
    unread: tuple[str, ...] = ()
