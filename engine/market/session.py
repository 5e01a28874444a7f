"""Whether a stock's quote is of a session that is open and has settled."""

from datetime import datetime, timedelta

from engine import wall_time
from engine.brokers.base import Session
from engine.market.mark import PriceProblem, PriceUnknown
from engine.model.quotes import Quote

#: The first quotes after the opening bell are not yet prices.
SETTLING_AFTER_OPEN = timedelta(seconds=30)


def check_session(session: Session | None, *, quote: Quote, now: datetime) -> PriceUnknown | None:
    """Return *market closed* for a stock unless its quote is of this session and the opening has settled.

    No session is what a venue without stocks has, or one that does not report it: then nothing is open.
    """
    if session is not None and is_settled(session, now) and is_settled(session, quote.at):
        return None
    opens_at = session.next_open if session is not None and not session.is_open else None
    return PriceUnknown(problem=PriceProblem.MARKET_CLOSED, opens_at=opens_at)


def is_settled(session: Session, at: datetime) -> bool:
    """Return whether a moment lies in the regular session and not right after its opening."""
    if not session.is_open or session.opened_at is None:
        return False
    # What was read a moment ago may be of before the close.
    is_over = session.next_close is not None and not wall_time.is_before(at, session.next_close)
    return not wall_time.is_before(at, session.opened_at + SETTLING_AFTER_OPEN) and not is_over
