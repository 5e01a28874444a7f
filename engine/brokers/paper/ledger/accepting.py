"""Orders that a venue has taken and not filled yet, and what they keep meanwhile; pure."""

from dataclasses import replace
from decimal import Decimal

from engine.brokers.paper.ledger.change import Draw
from engine.brokers.paper.ledger.matching import hold_of
from engine.brokers.paper.ledger.values import Kind, Order
from engine.model.money import ZERO
from engine.model.orders import OrderStatus, Side


def accepted(placed: Order) -> Order:
    """The order as it stands before its first fill, given how it would be filled now."""
    asset, hold = hold_of(placed) if placed.draft.kind is Kind.LIMIT else _needed(placed)
    return replace(
        placed,
        status=OrderStatus.OPEN,
        filled=ZERO,
        cost=ZERO,
        fee=ZERO,
        fill_ids=(),
        closed_at=None,
        reason="",
        hold_asset=asset,
        hold=hold,
    )


def still_held(order: Order, draw: Draw) -> Order:
    """The order after a part of it was filled: what that part paid is held no more."""
    paid = -sum((p.net for p in draw.postings if p.asset == order.hold_asset), ZERO)
    return replace(order, hold=max(order.hold - paid, ZERO))


def _needed(placed: Order) -> tuple[str, Decimal]:
    draft = placed.draft
    fee_in_base = placed.fee if placed.fees.on.is_base(draft.side) else ZERO
    if draft.side is Side.SELL:
        return draft.listing.base, placed.quantity + fee_in_base
    if draft.spend is not None and draft.spend_includes_fee:
        return draft.listing.quote, draft.spend
    return draft.listing.quote, placed.cost + placed.fee - fee_in_base
