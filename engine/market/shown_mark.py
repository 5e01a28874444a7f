"""Pure: the mark of a position as a screen shows it, from one look; only a guard acts on a price, and looks twice."""

from datetime import datetime

from engine.brokers.base import Session
from engine.market.mark import Mark, MarkRequest, NeedsBook, NeedsSecondLook, PriceProblem, PriceUnknown
from engine.market.mark_rules import decide_mark
from engine.market.session import check_session
from engine.model.instruments import AssetClass, Instrument
from engine.model.quotes import OrderBook, Quote

#: What is shown where the top of the book is too thin, until the book is there too.
NO_BOOK = PriceUnknown(problem=PriceProblem.NO_BOOK)


def mark_to_show(
    request: MarkRequest,
    *,
    instrument: Instrument,
    quote: Quote,
    book: OrderBook | None,
    session: Session | None,
    now: datetime,
) -> Mark | PriceUnknown:
    """Return the mark of one look; `session` is that of the venue's stocks."""
    if instrument.asset_class is AssetClass.STOCK:
        closed = check_session(session, quote=quote, now=now)
        if closed is not None:
            return closed
    seen = decide_mark(request, quote=quote, book=book, last=None, now=now)
    if isinstance(seen, NeedsSecondLook):
        return seen.candidate
    return NO_BOOK if isinstance(seen, NeedsBook) else seen
