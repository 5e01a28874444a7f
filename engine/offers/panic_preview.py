"""What a panic would do, and what came of it."""

from dataclasses import dataclass
from datetime import datetime

from engine.offers.closing_preview import ClosePreview, Selling


@dataclass(frozen=True, slots=True, kw_only=True)
class PanicPreview:
    """What the button would sell beside halting entries; nothing is done by showing it."""

    closing: ClosePreview
    #: Brokers that do not answer, each with its error: what is held there now is unknown.
    unread: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class PanicBegun:
    """Entries are halted, and what could be sold is being sold; the alert of each fill follows by itself."""

    selling: Selling
    unread: tuple[str, ...] = ()
    #: Buys that had left before the halt and may still fill: symbols, each with its venue.
    buys: tuple[str, ...] = ()
    #: Until when what could not be read or begun is tried again; None where nothing is.
    goes_on_until: datetime | None = None
