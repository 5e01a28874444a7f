"""Pure: the price a position is judged by, and when there is none that can be trusted."""

from datetime import datetime, timedelta
from decimal import Decimal

from engine import wall_time
from engine.market.mark import (
    Decision,
    LookReason,
    Mark,
    MarkBasis,
    MarkRequest,
    NeedsBook,
    NeedsSecondLook,
    PriceProblem,
    PriceUnknown,
)
from engine.model.holdings import Direction
from engine.model.money import exact
from engine.model.quotes import OrderBook, Quote, is_price
from engine.model.walk import BookProblem, walk_at_best, walk_book

#: A top level that covers less than this part of the guarded quantity is too thin to judge by.
THIN_TOP_RATIO = Decimal("0.1")
#: A move of more than this from the last accepted mark needs a second look.
JUMP_RATIO = Decimal("0.05")
_BOOK_PROBLEMS = {
    BookProblem.BAD: PriceProblem.BAD_BOOK,
    BookProblem.SHALLOW: PriceProblem.SHALLOW_BOOK,
    BookProblem.NOTHING: PriceProblem.NOTHING_TO_SELL,
}


def decide_mark(
    request: MarkRequest,
    *,
    quote: Quote | None,
    book: OrderBook | None = None,
    last: Mark | None,
    now: datetime,
) -> Decision:
    """Decide the price that would be had now; `last` is the last accepted mark, None after a start."""
    if quote is None:
        return PriceUnknown(problem=PriceProblem.NO_QUOTE)
    judged = judge_quote(request, quote=quote, now=now)
    if isinstance(judged, NeedsBook) and book is not None:
        judged = _walk_unless_wide(request, book, now)
    if not isinstance(judged, Mark):
        return judged
    reason = look_reason(judged, last=last)
    if reason is None:
        return judged
    return NeedsSecondLook(reason=reason, candidate=judged, first_at=now, latest_at=now)


def look_reason(mark: Mark, *, last: Mark | None) -> LookReason | None:
    """Return why one look at a mark is not enough, by the last accepted one; None where it is."""
    if last is None:
        return LookReason.FIRST_PRICE
    return None if is_within(mark.price, last.price, JUMP_RATIO) else LookReason.JUMP


def judge_quote(request: MarkRequest, *, quote: Quote, now: datetime) -> Mark | PriceUnknown | NeedsBook:
    """Return the price a quote gives by itself, unless its top is too thin."""
    sides = _check_quote(quote, now, request.max_age_s)
    if isinstance(sides, PriceProblem):
        return PriceUnknown(problem=sides)
    basis = judged_by(request, quote)
    # A wide spread goes before a thin top: walking a hollow book would sell because of the spread itself.
    if basis is MarkBasis.MID or _covers(_top_quantity(quote, request.direction), request.quantity):
        return Mark(price=_figure(basis, *sides), basis=basis, at=quote.at)
    return NeedsBook()


def judged_by(request: MarkRequest, quote: Quote) -> MarkBasis:
    """Return which figure of a quote a position is judged by: the middle of a wide spread, else the side it is closed at."""
    if quote.sides is not None and _is_wide(*quote.sides, request.threshold):
        return MarkBasis.MID
    return _closed_at(request.direction)


def figure_of(quote: Quote, basis: MarkBasis) -> Decimal | None:
    """Return a side of a quote as it was reported, or the middle of two that make sense; None without one."""
    if basis is MarkBasis.BID:
        return quote.bid
    if basis is MarkBasis.ASK:
        return quote.ask
    return None if quote.sides is None else _figure(basis, *quote.sides)


def mark_from_book(request: MarkRequest, *, book: OrderBook, now: datetime) -> Mark | PriceUnknown:
    """Return the price an order book gives by itself, for a second look."""
    judged = judge_quote(request, quote=book.top, now=now)
    return _walk(request, book, now) if isinstance(judged, NeedsBook) else judged


def mark_from_side(request: MarkRequest, *, quote: Quote, now: datetime) -> Mark | PriceUnknown:
    """Return the side of a quote that a position is closed at, however wide the spread."""
    sides = _check_quote(quote, now, request.max_age_s)
    if isinstance(sides, PriceProblem):
        return PriceUnknown(problem=sides)
    basis = _closed_at(request.direction)
    return Mark(price=_figure(basis, *sides), basis=basis, at=quote.at)


def is_usable(quote: Quote, *, now: datetime, max_age_s: float) -> bool:
    """Return whether a quote has two sides that make sense and is of now."""
    return not isinstance(_check_quote(quote, now, max_age_s), PriceProblem)


def _is_wide(bid: Decimal, ask: Decimal, threshold: Decimal) -> bool:
    # (ask - bid) / mid > -threshold / 2, by multiplication
    with exact():
        return (ask - bid) * 4 > -threshold * (ask + bid)


def _closed_at(direction: Direction) -> MarkBasis:
    return MarkBasis.BID if direction is Direction.LONG else MarkBasis.ASK


def _figure(basis: MarkBasis, bid: Decimal, ask: Decimal) -> Decimal:
    if basis is MarkBasis.MID:
        with exact():
            return (bid + ask) / 2
    return bid if basis is MarkBasis.BID else ask


def _top_quantity(quote: Quote, direction: Direction) -> Decimal | None:
    return quote.bid_quantity if direction is Direction.LONG else quote.ask_quantity


def _check_quote(quote: Quote, now: datetime, max_age_s: float) -> tuple[Decimal, Decimal] | PriceProblem:
    if quote.bid is None:
        return PriceProblem.NO_BID
    if quote.ask is None:
        return PriceProblem.NO_ASK
    if quote.sides is None:
        return _name_problem(quote.bid, quote.ask)
    return _check_age(quote.at, now, max_age_s) or quote.sides


def _name_problem(bid: Decimal, ask: Decimal) -> PriceProblem:
    if not (bid.is_finite() and ask.is_finite()):
        return PriceProblem.NOT_A_NUMBER
    return PriceProblem.CROSSED if is_price(bid) and is_price(ask) else PriceProblem.NOT_POSITIVE


def _check_age(at: datetime, now: datetime, max_age_s: float) -> PriceProblem | None:
    # Where a venue's time and ours differ by more than that, no price can be distinguished from an old one.
    if wall_time.is_near(at, now, timedelta(seconds=max_age_s)):
        return None
    return PriceProblem.FROM_THE_FUTURE if wall_time.is_ahead(at, now) else PriceProblem.STALE


def _covers(top_quantity: Decimal | None, quantity: Decimal) -> bool:
    if top_quantity is None or not top_quantity.is_finite():
        return False
    with exact():
        return top_quantity >= quantity * THIN_TOP_RATIO


def _walk_unless_wide(request: MarkRequest, book: OrderBook, now: datetime) -> Mark | PriceUnknown:
    # A book may be wide where the quote before it was not.
    walked, basis = _walk(request, book, now), judged_by(request, book.top)
    middle = figure_of(book.top, basis) if basis is MarkBasis.MID else None
    if isinstance(walked, PriceUnknown) or middle is None:
        return walked
    return Mark(price=middle, basis=basis, at=book.at)


def _walk(request: MarkRequest, book: OrderBook, now: datetime) -> Mark | PriceUnknown:
    if age_problem := _check_age(book.at, now, request.max_age_s):
        return PriceUnknown(problem=age_problem)
    price = walk_book(book, request.direction, request.quantity)
    if price is BookProblem.SHALLOW:
        # All that is not shown is worse than what is, so a breach is one whatever it is.
        at_best = walk_at_best(book, request.direction, request.quantity)
        price = at_best if isinstance(at_best, Decimal) and request.is_past(at_best) else price
    if isinstance(price, BookProblem):
        return PriceUnknown(problem=_BOOK_PROBLEMS[price])
    return Mark(price=price, basis=MarkBasis.WALKED, at=book.at)


def is_within(price: Decimal, reference: Decimal, ratio: Decimal) -> bool:
    """Return whether a price differs from another by no more than `ratio` of it."""
    with exact():
        return abs(price - reference) <= ratio * reference
