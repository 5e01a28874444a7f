"""Alerts about a buy: filled, or given up."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Literal

from engine.model.venues import Venue


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryFilled:
    """A buy filled, and what it brought is guarded."""

    kind: Literal["entry_filled"] = "entry_filled"
    venue: Venue
    symbol: str
    quantity: Decimal
    #: How much was ordered; a market order may end with less.
    ordered: Decimal
    #: Average over all fills, in `currency`.
    fill_price: Decimal
    currency: str
    #: None while the venue has not reported it.
    fee: Decimal | None
    fee_asset: str | None
    #: In `currency`, at what the account pays, where the venue books the fee later.
    fee_estimate: Decimal | None = None
    #: The average price that its owner confirmed.
    expected_price: Decimal
    #: What was to be spent in all, in dollars.
    usd: Decimal
    #: The loss at which it is sold, and the move at which its profit is taken, as fractions; a guard that was there
    #: before may have no target.
    stop: Decimal
    target: Decimal | None
    #: All that its guard covers now; None where that was sold already.
    guarded: Decimal | None
    #: Why its venue sells no so little as its guard covers; empty where it does, or where that is not known.
    too_small: str = ""
    confirmed_at: datetime
    filled_at: datetime
    venue_order_id: str
    client_order_id: str
    #: True when the fill was found after an outage of the answer, the process or the venue.
    found_later: bool = False
    #: True when the order names no id of ours, and was taken for the one whose answer was lost.
    may_be_owners: bool = False
    #: True for the totals of an order that filled on after they had been reported.
    is_rest: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryPending:
    """Nobody knows yet what became of a buy that was confirmed a while ago."""

    kind: Literal["entry_pending"] = "entry_pending"
    venue: Venue
    symbol: str
    #: What is spent in all, in dollars.
    usd: Decimal
    #: Whether the venue has the order, which is not over; else its answer was lost.
    is_accepted: bool
    #: By the venue's id where that is known.
    order_id: str
    confirmed_at: datetime


class EntryEnd(StrEnum):
    """Why a confirmed buy bought nothing."""

    #: Every list of the venue was read after it could still arrive, and none has it.
    NEVER_ARRIVED = "never arrived"
    #: The same, but something speaks against it, such as a balance that moved.
    NOT_FOUND = "not found"
    REFUSED = "refused"
    UNFILLED = "closed without a fill"


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryGivenUp:
    """A confirmed buy is over, and nothing was bought."""

    kind: Literal["entry_given_up"] = "entry_given_up"
    venue: Venue
    symbol: str
    #: What was to be spent in all, in dollars.
    usd: Decimal
    why: EntryEnd
    #: The venue's own message; empty where it gave none.
    detail: str = ""
    client_order_id: str
    confirmed_at: datetime
