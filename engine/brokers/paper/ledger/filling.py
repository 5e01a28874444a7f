"""One execution of an order turned into its fill, its payments and its effect on positions; pure."""

from collections.abc import Callable, Iterable
from dataclasses import replace
from decimal import Decimal

from engine.brokers.paper.book import Level
from engine.brokers.paper.ledger.change import Draw, Posting
from engine.brokers.paper.ledger.matching import cost_of, fee_of
from engine.brokers.paper.ledger.values import EntryKind, Fill, Order, Position
from engine.model.money import ZERO
from engine.model.orders import Side

NewId = Callable[[str], str]


def fill_spot(order: Order, level: Level, draw: Draw, *, maker: bool, new_id: NewId, at: float) -> Order:
    """Exchange base and quote for one execution; returns the order's next version."""
    fill = _fill(order, level, maker=maker, fill_id=new_id("fill"), at=at)
    draw.fills.append(fill)
    draw.postings.extend(_exchange(fill))
    return _filled(order, fill)


def fill_margin(
    order: Order,
    level: Level,
    positions: Iterable[Position],
    draw: Draw,
    *,
    maker: bool,
    new_id: NewId,
    at: float,
) -> Order:
    """Close opposite positions first in, first out, then open one with the rest."""
    left = level.size
    for position in [draw.positions.get(position.id, position) for position in positions]:
        size = min(left, position.open_quantity)
        if size > 0:
            part = Level(level.price, size)
            order = _close(order, part, position, draw, maker=maker, new_id=new_id, at=at)
            left -= size
    if left > 0:
        part = Level(level.price, left)
        order = _open(order, part, draw, maker=maker, new_id=new_id, at=at)
    return order


def _fill(
    order: Order, level: Level, *, maker: bool, fill_id: str, at: float, position_id: str | None = None
) -> Fill:
    draft, cost = order.draft, cost_of(level.size, level.price)
    ratio = order.fees.maker if maker else order.fees.taker
    in_base = position_id is None and order.fees.on.is_base(draft.side)
    return Fill(
        id=fill_id,
        order_id=order.id,
        listing=draft.listing,
        side=draft.side,
        quantity=level.size,
        price=level.price,
        cost=cost,
        fee=fee_of(level.size if in_base else cost, ratio),
        fee_asset=draft.listing.base if in_base else draft.listing.quote,
        maker=maker,
        position_id=position_id,
        at=at,
    )


def _filled(order: Order, fill: Fill) -> Order:
    return replace(
        order,
        filled=order.filled + fill.quantity,
        cost=order.cost + fill.cost,
        fee=order.fee + fill.fee,
        fill_ids=(*order.fill_ids, fill.id),
    )


def _exchange(fill: Fill) -> Iterable[Posting]:
    sign = 1 if fill.side is Side.BUY else -1
    for asset, amount in ((fill.listing.base, sign * fill.quantity), (fill.listing.quote, -sign * fill.cost)):
        fee = fill.fee if asset == fill.fee_asset else ZERO
        yield Posting(kind=EntryKind.TRADE, asset=asset, amount=amount, fee=fee, reference=fill.id)


def _close(
    order: Order, part: Level, position: Position, draw: Draw, *, maker: bool, new_id: NewId, at: float
) -> Order:
    fill = _fill(order, part, maker=maker, fill_id=new_id("fill"), at=at, position_id=position.id)
    closed = replace(position, closed_quantity=position.closed_quantity + part.size)
    gain = fill.cost - cost_of(position.cost, part.size / position.quantity)
    _book(draw, fill, closed, gain if position.side is Side.BUY else -gain)
    return _filled(order, fill)


def _open(order: Order, part: Level, draw: Draw, *, maker: bool, new_id: NewId, at: float) -> Order:
    position_id = new_id("position")
    fill = _fill(order, part, maker=maker, fill_id=new_id("fill"), at=at, position_id=position_id)
    opened = Position(
        id=position_id,
        order_id=order.id,
        listing=order.draft.listing,
        side=order.draft.side,
        leverage=order.draft.leverage or 1,
        quantity=fill.quantity,
        cost=fill.cost,
        fee=fill.fee,
        opened_at=at,
    )
    _book(draw, fill, opened, ZERO)
    return _filled(order, fill)


def _book(draw: Draw, fill: Fill, position: Position, gain: Decimal) -> None:
    draw.fills.append(fill)
    draw.positions[position.id] = position
    draw.postings.append(
        Posting(
            kind=EntryKind.MARGIN,
            asset=fill.listing.quote,
            amount=gain,
            fee=fill.fee,
            reference=fill.id,
        )
    )
