"""Pure: what the market shows for a whole position now, as a preview of closing shows it; no price triggers by it."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from engine.market.mark import Mark, MarkRequest, PriceProblem, PriceUnknown
from engine.model.holdings import Direction
from engine.model.quotes import OrderBook, Quote
from engine.model.walk import BookProblem, walk_book


@dataclass(frozen=True, slots=True, kw_only=True)
class ClosingPrice:
    """The average price of a whole quantity."""

    price: Decimal
    at: datetime
    #: True when the market shows buyers for a part of it only.
    thin: bool = False
    #: True when ticker and order book differ, and this is the worse of the two.
    contradicted: bool = False


def needs_book(request: MarkRequest, quote: Quote) -> bool:
    """Return whether the top of a quote is not known to cover all of it."""
    there = quote.bid_quantity if request.direction is Direction.LONG else quote.ask_quantity
    return there is None or there < request.quantity


def closing_price(
    request: MarkRequest, *, side: Mark, book: OrderBook, is_trusted: bool
) -> ClosingPrice | PriceUnknown:
    """Return the price an order book shows for all of it, beside the quote's own; the worse where they differ."""
    walked = walk_book(book, request.direction, request.quantity)
    if walked is BookProblem.BAD and not is_trusted:
        return PriceUnknown(problem=PriceProblem.BAD_BOOK)
    if isinstance(walked, BookProblem):
        is_thin = walked is BookProblem.SHALLOW
        return ClosingPrice(price=side.price, at=side.at, thin=is_thin, contradicted=not is_trusted)
    is_worse = side.price < walked if request.direction is Direction.LONG else side.price > walked
    if not is_trusted and is_worse:
        return ClosingPrice(price=side.price, at=side.at, contradicted=True)
    return ClosingPrice(price=walked, at=book.at, contradicted=not is_trusted)
