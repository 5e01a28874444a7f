"""Where the real venue's behaviour varies or is not documented, a test chooses."""

from dataclasses import dataclass
from enum import StrEnum


class Duplicates(StrEnum):
    """What a second order under a used client_order_id is answered with; it is never placed."""

    EXISTING = "existing"
    ERROR = "error"


@dataclass(slots=True, kw_only=True)
class Switches:
    """Read at each request, so a change counts from then on."""

    #: at most so many accounts on a page, whatever the client asks for
    page_size: int | None = None
    duplicates: Duplicates = Duplicates.EXISTING
    #: new orders and their fills are missing in lists for so long; asked by id they are there at once
    listing_delay_s: float = 0.0
