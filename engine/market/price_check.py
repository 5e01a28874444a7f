"""Pure: whether a ticker is still live, by the top of the order book as a second source."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from typing import NamedTuple

from engine.market.mark import Mark, MarkRequest, NeedsBook
from engine.market.mark_rules import (
    figure_of,
    is_within,
    judge_quote,
    judged_by,
    mark_from_book,
    mark_from_side,
)
from engine.market.second_look import AGREEMENT_RATIO
from engine.model.quotes import OrderBook, Quote, is_price

#: So many instruments of one venue are compared with their books in one look at the most.
CHECKS_A_LOOK = 4
#: So many of them may be known to differ, each of which costs two books and a ticker; the rest is for the others.
DIFFERING_A_LOOK = 3
#: A comparison requests a book, and where that differs for a ticker and a book more.
FIRST_CALLS = 1
SECOND_CALLS = 2
#: A ticker that stood still for so long while the book moved away is frozen.
FROZEN_AFTER_S = 3.0
#: So far may the book be from a ticker that has not moved since both agreed: where it stands still, so does the book.
STILL_RATIO = Decimal("0.002")


class Top(NamedTuple):
    """The best prices as they were shown, whatever they are worth."""

    bid: Decimal | None
    ask: Decimal | None


def _top(shown: Quote) -> Top:
    return Top(shown.bid, shown.ask)


@dataclass(frozen=True, slots=True, kw_only=True)
class PriceCheck:
    """What comparing one instrument's ticker with its book has shown so far, by a clock nobody sets."""

    checked_s: float | None = None
    #: When a comparison was last begun, whatever came of it.
    tried_s: float | None = None
    #: When both last agreed, and the ticker then; None when they never did.
    agreed_s: float | None = None
    agreed: Top | None = None
    #: Whether a guard would have been sold by one of both alone when they last agreed.
    sells_alone: bool = False
    #: The ticker when they last disagreed; None while they agree.
    disagreed: Top | None = None
    #: Since when they disagree; None while they agree.
    differs_since_s: float | None = None
    #: Since when books have moved that the ticker, which stood still since before, did not follow; None if it may live.
    frozen_since_s: float | None = None
    #: The last two books that disagreed with it, read a moment apart.
    books: tuple[OrderBook, OrderBook] | None = None

    @property
    def differs(self) -> bool:
        """Return whether the ticker is no price now."""
        return self.differs_since_s is not None

    def is_still(self, ticker: Quote, *, now_s: float) -> bool:
        """Return whether the ticker has not moved since it was last compared, for longer than a quiet moment."""
        top = _top(ticker)
        had_time = self.agreed_s is not None and now_s - self.agreed_s >= FROZEN_AFTER_S
        return top == self.disagreed or (top == self.agreed and had_time)


def differs(
    ticker: Quote, book: OrderBook, requests: Collection[MarkRequest], *, is_still: bool = False
) -> bool:
    """Return whether ticker and book differ by more than two looks at one price may, in what guards are judged by.

    A price that is missing or garbage in the ticker is none anyway; one that only the book lacks contradicts it.
    Of a ticker that stands still a book may differ by less, and not at all in whether a guard is to be sold.
    """
    tolerance = STILL_RATIO if is_still else AGREEMENT_RATIO
    if is_still and sells_alone(ticker, book, requests):
        return True
    return any(_is_apart(one, ticker, book, tolerance) for one in requests)


def sells_alone(ticker: Quote, book: OrderBook, requests: Collection[MarkRequest]) -> bool:
    """Return whether a guard would be sold by one of both and not by the other, however old they are."""
    return any(_sells_alone(one, ticker, book) for one in requests)


def plan_checks(
    checks: Mapping[str, PriceCheck], symbols: Collection[str], *, now_s: float, due_s: float
) -> list[str]:
    """Choose which instruments to compare now: of those that differ or were not compared lately, a few in turn.

    The turn goes by when each was last tried, so that neither many that differ nor some that never answer
    keep any other from being compared.
    """
    known = {symbol: checks.get(symbol, PriceCheck()) for symbol in symbols}
    due = [
        symbol
        for symbol, check in known.items()
        if check.differs or check.checked_s is None or now_s - check.checked_s >= due_s
    ]
    in_turn = sorted(due, key=lambda symbol: (_turn(known[symbol]), symbol))
    waiting = [symbol for symbol in in_turn if known[symbol].differs][DIFFERING_A_LOOK:]
    return [symbol for symbol in in_turn if symbol not in waiting][:CHECKS_A_LOOK]


def affordable(due: Sequence[str], checks: Mapping[str, PriceCheck], *, calls: float) -> list[str]:
    """Return the first of the instruments that are due for which the calls suffice; the others wait their turn."""
    chosen = list[str]()
    for symbol in due:
        calls -= FIRST_CALLS + (SECOND_CALLS if checks.get(symbol, PriceCheck()).differs else 0)
        if calls < 0:
            break
        chosen.append(symbol)
    return chosen


def after_agreement(ticker: Quote, *, now_s: float, sells_alone: bool = False) -> PriceCheck:
    """Return what is known once ticker and book agree, perhaps not in whether a guard is to be sold."""
    return PriceCheck(
        checked_s=now_s, tried_s=now_s, agreed_s=now_s, agreed=_top(ticker), sells_alone=sells_alone
    )


def after_difference(
    check: PriceCheck, ticker: Quote, books: tuple[OrderBook, OrderBook], *, now_s: float
) -> PriceCheck:
    """Return what is known once two books in a row disagreed with the ticker."""
    shown = _top(ticker)
    return replace(
        check,
        checked_s=now_s,
        tried_s=now_s,
        differs_since_s=now_s if check.differs_since_s is None else check.differs_since_s,
        disagreed=shown,
        frozen_since_s=_frozen_since_s(check, shown, books, now_s=now_s),
        books=books,
    )


def _frozen_since_s(
    check: PriceCheck,
    shown: Top,
    books: tuple[OrderBook, OrderBook],
    *,
    now_s: float,
) -> float | None:
    """Return since when the books move while the ticker shows what it did; a book that never moved may be the wrong one."""
    if not check.differs:
        return now_s if shown == check.agreed else None
    if shown != check.disagreed:
        return None
    if check.frozen_since_s is None and check.books is not None and _has_moved(check.books[-1], books[-1]):
        return now_s
    return check.frozen_since_s


def _has_moved(before: OrderBook, after: OrderBook) -> bool:
    return _top(before.top) != _top(after.top)


def unknown_for_s(check: PriceCheck, *, now_s: float) -> float:
    """Return for how long the price may have been unknown: since both were last seen to agree."""
    since_s = check.differs_since_s if check.agreed_s is None else check.agreed_s
    return 0.0 if since_s is None else now_s - since_s


def living_marks(
    check: PriceCheck, request: MarkRequest, *, quote: Quote | None, looked_since_s: float, now: datetime
) -> tuple[Mark, Mark] | None:
    """Return the marks of two books that agree and moved away from a frozen ticker; None when it may be the book.

    Neither is a lone reading: the ticker stands still in this look, too, which began at `looked_since_s`; an earlier
    look saw that the books had moved without it, and this one saw it again in two books read a moment apart.
    """
    if quote is None or check.disagreed != _top(quote):
        return None
    if not _is_seen_again(check, looked_since_s):
        return None
    marks = _marks_of_books(check, request, now)
    if marks is None or not is_within(marks[1].price, marks[0].price, AGREEMENT_RATIO):
        return None
    return marks


def marks_of_both(
    check: PriceCheck, request: MarkRequest, *, quote: Quote | None, looked_since_s: float, now: datetime
) -> tuple[Mark, Mark, Mark] | None:
    """Return the traded side's price by the ticker and by two books of this look; None if one has none.

    Where they differ and each of them is past a threshold, it does not matter which of them is right.
    """
    if quote is None or check.checked_s is None or check.checked_s < looked_since_s:
        return None
    shown, marks = mark_from_side(request, quote=quote, now=now), _marks_of_books(check, request, now)
    return (shown, *marks) if isinstance(shown, Mark) and marks is not None else None


def _marks_of_books(check: PriceCheck, request: MarkRequest, now: datetime) -> tuple[Mark, Mark] | None:
    if check.books is None:
        return None
    first, second = (mark_from_book(request, book=book, now=now) for book in check.books)
    return (first, second) if isinstance(first, Mark) and isinstance(second, Mark) else None


def _is_seen_again(check: PriceCheck, looked_since_s: float) -> bool:
    """Return whether this look's own comparison found the ticker frozen that an earlier look had found so."""
    if check.checked_s is None or check.frozen_since_s is None or check.checked_s < looked_since_s:
        return False
    return check.checked_s - check.frozen_since_s >= FROZEN_AFTER_S


def _is_apart(request: MarkRequest, ticker: Quote, book: OrderBook, tolerance: Decimal) -> bool:
    """Return whether a book lacks the figure that the ticker is judged by, or shows another one."""
    basis = judged_by(request, ticker)
    shown, top = figure_of(ticker, basis), figure_of(book.top, basis)
    if not is_price(shown):
        return False
    return top is None or not top.is_finite() or not is_within(top, shown, tolerance)


def _sells_alone(request: MarkRequest, ticker: Quote, book: OrderBook) -> bool:
    shown = judge_quote(request, quote=ticker, now=ticker.at)
    in_book = mark_from_book(request, book=book, now=book.at)
    if isinstance(shown, NeedsBook):
        # Its top is too thin to be judged by, so a book is walked whatever it shows; its side shows whether it is live.
        shown = mark_from_side(request, quote=ticker, now=ticker.at)
        in_book = mark_from_side(request, quote=book.top, now=book.at)
    if not (isinstance(shown, Mark) and isinstance(in_book, Mark)):
        return False
    return request.is_past(shown.price) != request.is_past(in_book.price)


def _turn(check: PriceCheck) -> float:
    return float("-inf") if check.tried_s is None else check.tried_s
