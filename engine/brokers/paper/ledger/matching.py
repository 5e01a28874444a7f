"""How much of an order fills at which prices, and what that costs; pure."""

from collections.abc import Iterable
from decimal import ROUND_DOWN, ROUND_UP, Decimal

from engine.brokers.paper.book import Book, Level, floor_to
from engine.brokers.paper.ledger.checks import opposite
from engine.brokers.paper.ledger.values import Draft, Order
from engine.model.money import ZERO
from engine.model.orders import Side
from engine.model.venue_fees import Fees

#: Payments are rounded down and holds up to this, so that a hold always covers its payments.
QUANTUM = Decimal("1E-10")
ONE = Decimal(1)


def executions(draft: Draft, fees: Fees, book: Book) -> list[Level]:
    """The prices and sizes at which a new order fills at once."""
    levels = opposite(draft.side, book)
    if draft.quantity is not None:
        return take(levels, draft.quantity, draft)
    budget = draft.spend or ZERO
    return _take_for(levels, budget / (ONE + fees.taker) if draft.spend_includes_fee else budget, draft)


def take(levels: Iterable[Level], quantity: Decimal, draft: Draft) -> list[Level]:
    """Walk the levels up to the draft's limit until the quantity is reached."""
    taken, left = [], quantity
    for level in levels:
        size = floor_to(min(level.size, left), draft.listing.lot)
        if size <= 0 or not _acceptable(level.price, draft):
            break
        taken.append(Level(level.price, size))
        left -= size
    return taken


def _take_for(levels: Iterable[Level], budget: Decimal, draft: Draft) -> list[Level]:
    taken, left = [], budget
    for level in levels:
        size = floor_to(min(level.size, left / level.price), draft.listing.lot)
        if size <= 0:
            break
        taken.append(Level(level.price, size))
        left -= size * level.price
    return taken


def _acceptable(price: Decimal, draft: Draft) -> bool:
    if draft.limit is None:
        return True
    return price <= draft.limit if draft.side is Side.BUY else price >= draft.limit


def cost_of(quantity: Decimal, price: Decimal) -> Decimal:
    """The quote paid for a quantity."""
    return (quantity * price).quantize(QUANTUM, ROUND_DOWN)


def fee_of(amount: Decimal, ratio: Decimal) -> Decimal:
    """The fee on an amount, in the amount's own asset."""
    return (amount * ratio).quantize(QUANTUM, ROUND_DOWN)


def hold_of(order: Order) -> tuple[str, Decimal]:
    """What a resting order keeps from being spent; margin orders keep nothing."""
    draft = order.draft
    if draft.leverage is not None or draft.limit is None:
        return "", ZERO
    fee, in_base = max(order.fees.taker, order.fees.maker), order.fees.on.is_base(draft.side)
    if draft.side is Side.SELL:
        return draft.listing.base, with_fee(order.remaining, fee) if in_base else order.remaining
    return draft.listing.quote, with_fee(order.remaining * draft.limit, ZERO if in_base else fee)


def with_fee(amount: Decimal, ratio: Decimal) -> Decimal:
    """An amount and the most that a fee on it can be."""
    return (amount * (ONE + ratio)).quantize(QUANTUM, ROUND_UP)
