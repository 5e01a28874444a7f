"""What is done about an exit that does not get through: what is stored; the chat has its own sentences."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import Field


class FailingAction(StrEnum):
    """What the exit does next, where that has no figures."""

    TRY_AGAIN = "try_again"
    #: Through another pair if its market still takes none.
    TRY_ANOTHER_PAIR = "try_another_pair"
    AWAIT_MARKET = "await_market"
    #: Until the price is a loss that can be sold.
    AWAIT_PRICE = "await_price"
    #: The key of its account is missing in the settings.
    AWAIT_KEY = "await_key"
    #: Whose account a key opens is not known yet.
    AWAIT_ACCOUNT = "await_account"
    READ_AGAIN = "read_again"
    READ_REST = "read_rest"
    SELL_FREE = "sell_free"
    #: An order that holds the rest cannot be cancelled.
    SELL_FREE_BESIDE_ORDER = "sell_free_beside_order"
    #: What the balance still shows.
    SELL_REST = "sell_rest"
    CANCEL_OPPOSITE = "cancel_opposite"
    #: An order whose market has closed.
    CANCEL_QUEUED = "cancel_queued"
    #: An order of a part, as all is to be sold.
    CANCEL_PART = "cancel_part"
    #: Of a guard, and not the part that its owner wanted sold.
    SELL_ALL = "sell_all"
    #: An order that stands.
    FOLLOW = "follow"
    #: An order that may be filled.
    QUERY = "query"
    #: Whether an order is over.
    CONFIRM_END = "confirm_end"
    #: A request that is lost: sent again under its id, or once it certainly did not arrive.
    FIND_OUT_SAME_ID = "find_out_same_id"
    FIND_OUT_ABSENT = "find_out_absent"
    LOOK_UNTIL_CERTAIN = "look_until_certain"
    LOOK_UNTIL_UNLISTED = "look_until_unlisted"
    LOOK_UNTIL_UNPAID = "look_until_unpaid"
    #: Before the exit ends.
    LOOK_BEFORE_END = "look_before_end"
    #: For one that counts as sold.
    LOOK_FOR_SOLD = "look_for_sold"
    BEGIN_AGAIN = "begin_again"


@dataclass(frozen=True, slots=True, kw_only=True)
class CancelAgain:
    """An order whose market has closed could not be cancelled."""

    kind: Literal["cancel_again"] = "cancel_again"
    error: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LookYourself:
    """Its owner is to look for an order of ours, as not all that may show it can be read."""

    kind: Literal["look_yourself"] = "look_yourself"
    order_id: str
    #: Whether it is sent again under its id, and not only once it certainly did not arrive.
    is_same_id: bool
    is_key_rejected: bool


Doing = FailingAction | Annotated[CancelAgain | LookYourself, Field(discriminator="kind")]
