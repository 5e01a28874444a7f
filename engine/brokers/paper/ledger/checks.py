"""Whether a draft keeps its listing's steps and minimums; pure."""

from decimal import Decimal

from engine.brokers.paper.book import Book, Level, Listing
from engine.brokers.paper.ledger.errors import BelowMinimumError, OffStepError
from engine.brokers.paper.ledger.values import Draft
from engine.model.orders import Side


def check_draft(draft: Draft, book: Book) -> None:
    """Raise OffStepError or BelowMinimumError for a draft its listing does not allow."""
    listing = draft.listing
    if draft.limit is not None:
        _check_step("price", draft.limit, listing.tick)
    if draft.quantity is not None:
        _check_step("quantity", draft.quantity, listing.lot)
        if not draft.reduce_only:
            check_quantity(listing, draft.quantity)
    notional = _notional(draft, book)
    if notional is not None and not draft.reduce_only:
        _check_minimum("notional", notional, listing.minimum_notional)


def check_quantity(listing: Listing, quantity: Decimal) -> None:
    """Raise BelowMinimumError for less than the listing's smallest quantity."""
    _check_minimum("quantity", quantity, listing.minimum_quantity)


def _notional(draft: Draft, book: Book) -> Decimal | None:
    if draft.quantity is None:
        return draft.spend
    if draft.limit is not None:
        return draft.quantity * draft.limit
    best = opposite(draft.side, book)
    return draft.quantity * best[0].price if best else None


def opposite(side: Side, book: Book) -> tuple[Level, ...]:
    """The levels that an order of this side fills against."""
    return book.asks if side is Side.BUY else book.bids


def _check_step(what: str, value: Decimal, step: Decimal) -> None:
    if not value.is_finite() or value <= 0 or value % step != 0:
        raise OffStepError(what, step=step, was=value)


def _check_minimum(what: str, value: Decimal, minimum: Decimal) -> None:
    if value < minimum:
        raise BelowMinimumError(what, minimum=minimum, was=value)
