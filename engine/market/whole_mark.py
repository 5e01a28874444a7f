"""The price at which all of a position would be closed now: the order book walked for it, or a stock's quote."""

from datetime import datetime

from engine.brokers.within import within
from engine.clock import Clock, Moment
from engine.market.feed import VenueMarket
from engine.market.mark import Mark, MarkBasis, MarkRequest
from engine.market.mark_rules import judge_quote, mark_from_side
from engine.market.tick_confirmation import BOOK_WITHIN_S
from engine.model.instruments import AssetClass
from engine.model.quotes import OrderBook
from engine.model.walk import BookProblem, walk_book


async def read_whole_mark(
    market: VenueMarket, request: MarkRequest, *, clock: Clock, since: Moment | None = None
) -> Mark | None:
    """Return it by what the venue answers after `since`; None where it does not show all of it in time."""
    listed = await within(BOOK_WITHIN_S, market.instruments(), otherwise=None) or {}
    instrument = listed.get(request.symbol)
    if instrument is None:
        return None
    if instrument.asset_class is AssetClass.STOCK:
        # Of a stock only the quote is to be had.
        quotes = await within(BOOK_WITHIN_S, market.fetch_quotes({request.symbol}), otherwise=None)
        quote = quotes.get(request.symbol) if quotes else None
        mark = judge_quote(request, quote=quote, now=clock.now()) if quote else None
        return mark if isinstance(mark, Mark) and not mark.wide_spread else None
    book = await within(BOOK_WITHIN_S, market.book(request.symbol, since=since), otherwise=None)
    return None if book is None else whole_mark(request, book=book, now=clock.now())


def whole_mark(request: MarkRequest, *, book: OrderBook, now: datetime) -> Mark | None:
    """Return the average price at which an order book takes all of it; None where it is old, unsound or too short."""
    side = mark_from_side(request, quote=book.top, now=now)
    walked = walk_book(book, request.direction, request.quantity)
    if not isinstance(side, Mark) or isinstance(walked, BookProblem):
        return None
    return Mark(price=walked, basis=MarkBasis.WALKED, at=book.at)
