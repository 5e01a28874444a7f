"""Where the real venue's behaviour varies or is not documented, a test chooses."""

from dataclasses import dataclass
from enum import StrEnum


class Duplicates(StrEnum):
    """What the same order under a used client_order_id is answered with; it is never placed.

    Another order under a used id, of another size for instance, is refused in either case.
    """

    EXISTING = "existing"
    ERROR = "error"


@dataclass(slots=True, kw_only=True)
class Switches:
    """Read at each request, so a change counts from then on."""

    #: at most so many accounts on a page, whatever the client asks for
    page_size: int | None = None
    duplicates: Duplicates = Duplicates.EXISTING
    #: refusals have their reason in new_order_failure_reason and nowhere else
    new_reason_only: bool = False
    #: new orders and their fills are missing in lists for so long; asked by id they are there at once
    listing_delay_s: float = 0.0
    #: a new order asked for by id is not found for so long
    unknown_by_id_s: float = 0.0
    #: a new order is PENDING, and fills nothing, for so long
    pending_s: float = 0.0
    #: an accepted cancel counts only so much later: the order is CANCEL_QUEUED and may fill meanwhile
    cancel_delay_s: float = 0.0
    #: a market order fills in so many equal parts, one after the other
    parts: int = 1
    part_every_s: float = 0.0
    #: a market order is taken, and turns out FAILED without a fill
    orders_fail: bool = False
