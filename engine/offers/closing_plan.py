"""Pure: what closing a position would sell and bring, and whether that still holds."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal

from engine.exits.manual_close import is_worse
from engine.exits.release_plan import plan_release
from engine.exits.result import Results, Traded, results_of
from engine.guards.guard import GuardState
from engine.market.closing_price import ClosingPrice
from engine.market.mark import PriceUnknown
from engine.model.holdings import Direction
from engine.model.money import ZERO, exact
from engine.model.orders import CancelledOrder, Order
from engine.model.venues import Venue
from engine.offers.closing_preview import CloseLine, Obstacle, ObstacleKind, ShownAgain, Worsening
from engine.offers.part import Part, part_quantity, what_stays
from engine.offers.shown_sale import ShownSale
from engine.portfolio.position import Position
from engine.portfolio.why_never import Never, why_never

_ONE = Decimal(1)
_NEVER = {
    Never.SHORT: ObstacleKind.SHORT,
    Never.NOT_LISTED: ObstacleKind.NOT_LISTED,
    Never.TOKENIZED: ObstacleKind.TOKENIZED,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class ClosingFacts:
    """Everything gathered about one position that is to be closed."""

    position: Position
    #: What can be sold without cancelling anything; None for margin positions.
    free: Decimal | None
    #: A price, or why there is none.
    priced: ClosingPrice | Obstacle
    open_orders: tuple[Order, ...]
    #: Open orders of its account that could not be read, each as its owner finds it at the venue.
    unreadable: tuple[str, ...] = ()
    #: Why its account cannot be trusted now; None when it answers.
    trouble: Obstacle | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ClosePlan:
    """What closing one position means."""

    position: Position
    line: CloseLine
    #: To be sold, before it is cut to whole lots.
    quantity: Decimal
    #: Open orders to be cancelled, by the venue's ids.
    cancels: frozenset[str]
    #: Whether that is a part, so that what is left is meant to stay.
    is_part: bool = False
    #: Whether it is sold whatever the price is by then.
    at_any_price: bool = False

    @property
    def shown(self) -> ShownSale | None:
        """Return what its preview shows to be confirmed; None where nothing can be sold."""
        price = self.line.price
        if price is None or self.line.obstacle:
            return None
        return ShownSale(
            key=self.position.key,
            quantity=self.quantity,
            price=price,
            cancels=tuple(sorted(self.cancels)),
            symbol=self.line.symbol,
            is_part=self.is_part,
        )


def plan_closing(facts: ClosingFacts, *, most: Decimal | None = None) -> ClosePlan:
    """Work out what closing a position now would do; `most` caps it at what was confirmed."""
    sellable = facts.position.sellable
    quantity = sellable if most is None else min(sellable, most)
    return _plan(facts, quantity, next(_obstacles(facts, quantity), None))


def plan_part(facts: ClosingFacts, part: Part) -> ClosePlan:
    """Work out what selling a part of a position now would do; all of it is a close."""
    quantity = part_quantity(part, facts.position, facts.priced)
    if quantity is None:
        return plan_closing(facts)
    if isinstance(quantity, Obstacle):
        # What keeps all of it from being sold is said first.
        obstacle = next(_obstacles(facts, facts.position.sellable), quantity)
        return _plan(facts, facts.position.sellable, obstacle)
    return _plan_part(facts, quantity)


def _plan_part(facts: ClosingFacts, quantity: Decimal) -> ClosePlan:
    position, sold = facts.position, min(quantity, facts.position.sellable)
    if position.instrument is not None:
        # What stays is known to the last lot.
        sold = position.instrument.floor_quantity(sold)
    plan = _plan(facts, sold, next(_obstacles(facts, sold), None))
    if plan.line.price is None or plan.line.obstacle:
        return replace(plan, is_part=True)
    stays = what_stays(position, sold, price=plan.line.price)
    return replace(plan, line=replace(plan.line, stays=stays), is_part=True)


def _plan(facts: ClosingFacts, quantity: Decimal, obstacle: Obstacle | None) -> ClosePlan:
    orders = () if obstacle else _in_the_way(facts, quantity)
    line = _line(facts, quantity, orders, obstacle)
    cancels = frozenset(str(order.venue_order_id) for order in orders)
    return ClosePlan(position=facts.position, line=line, quantity=quantity, cancels=cancels)


def plan_confirmed(facts: ClosingFacts, shown: ShownSale) -> ClosePlan:
    """Work out what of a position is closed that was confirmed as shown.

    A guard is sold whole, so one that covers more than was shown is planned for all of it and shown again.
    """
    if shown.is_part:
        return _plan_part(facts, shown.quantity)
    guard = facts.position.guard
    is_within = guard is None or guard.quantity <= shown.quantity
    return plan_closing(facts, most=shown.quantity if is_within else None)


def gone_line(shown: ShownSale, *, venue: Venue, now: datetime) -> CloseLine:
    """Return the line of what was shown and is not there any more."""
    return CloseLine(
        venue=venue,
        symbol=shown.key.symbol or shown.key.asset,
        direction=Direction.LONG,
        quantity=ZERO,
        read_at=now,
        locked=ZERO,
        currency="USD",
        price=None,
        price_at=None,
        value=None,
        fee=None,
        result=None,
        obstacle=Obstacle(ObstacleKind.NOT_HELD),
    )


def why_again(plan: ClosePlan, shown: ShownSale) -> ShownAgain | None:
    """Return what changed to the owner's disadvantage since the preview; None when nothing did, or nothing is sold."""
    why = None if plan.line.obstacle else _worsening(plan, shown)
    return ShownAgain(why=why, symbol=plan.line.symbol, shown_symbol=shown.symbol) if why else None


def _worsening(plan: ClosePlan, shown: ShownSale) -> Worsening | None:
    line = plan.line
    if shown.symbol not in {"", line.symbol}:
        return Worsening.OTHER_PAIR
    if line.price is not None and is_worse(line.price, shown.price, line.direction):
        return Worsening.PRICE
    if plan.quantity > shown.quantity:
        return Worsening.MORE
    return None if plan.cancels <= frozenset(shown.cancels) else Worsening.OTHER_ORDER


def _obstacles(facts: ClosingFacts, quantity: Decimal) -> Iterator[Obstacle]:
    position, priced = facts.position, facts.priced
    instrument = position.instrument
    if position.guard is not None and position.guard.state is GuardState.CLOSING:
        yield Obstacle(ObstacleKind.BEING_SOLD)
    if facts.trouble:
        yield facts.trouble
    if never := why_never(position):
        yield Obstacle(_NEVER[never])
    if instrument is None:
        yield Obstacle(ObstacleKind.LISTING_UNKNOWN)
        return
    if position.sellable <= ZERO:
        yield Obstacle(ObstacleKind.LOCKED if position.locked else ObstacleKind.NOTHING_LEFT)
    if not instrument.status.takes_exits:
        yield Obstacle(ObstacleKind.NO_MARKET_ORDERS, instrument.status)
    if isinstance(priced, Obstacle):
        yield priced
    elif too_small := instrument.why_too_small_to_sell(quantity, priced.price):
        yield Obstacle(ObstacleKind.TOO_SMALL, too_small)


def _is_held(facts: ClosingFacts, quantity: Decimal) -> bool:
    return facts.free is not None and facts.free < quantity


def _in_the_way(facts: ClosingFacts, quantity: Decimal) -> tuple[Order, ...]:
    if facts.free is None or not _is_held(facts, quantity):
        return ()
    return plan_release(facts.position.asset, needed=quantity, free=facts.free, open_orders=facts.open_orders)


def _line(
    facts: ClosingFacts, quantity: Decimal, orders: tuple[Order, ...], obstacle: Obstacle | None
) -> CloseLine:
    position = facts.position
    priced = facts.priced if isinstance(facts.priced, ClosingPrice) else None
    instrument = position.instrument
    sold = position.quantity if obstacle or instrument is None else instrument.floor_quantity(quantity)
    proceeds = None if priced is None or obstacle else _proceeds(position, sold, priced.price)
    results = Results() if proceeds is None else _results(position, sold, proceeds)
    return CloseLine(
        venue=position.account.venue,
        symbol=instrument.symbol if instrument else position.asset,
        direction=position.direction,
        quantity=sold,
        read_at=position.as_of,
        locked=position.locked,
        currency=instrument.quote if instrument else "USD",
        price=priced.price if priced else None,
        price_at=priced.at if priced else None,
        thin=priced is not None and priced.thin,
        contradicted=priced is not None and priced.contradicted,
        value=proceeds.value if proceeds else None,
        fee=proceeds.fee if proceeds else None,
        is_fee_own=position.is_fee_own,
        result=results.realised,
        entry=results.entry,
        against_guard=results.against_guard,
        cancels=tuple(_cancelled_order(order) for order in orders),
        unreadable=facts.unreadable if _is_held(facts, quantity) else (),
        obstacle=obstacle,
        opens_at=position.mark.opens_at if obstacle and isinstance(position.mark, PriceUnknown) else None,
    )


@dataclass(frozen=True, slots=True)
class _Proceeds:
    """What a sale would bring, and what the venue takes of it."""

    value: Decimal
    fee: Decimal


def _proceeds(position: Position, quantity: Decimal, price: Decimal) -> _Proceeds:
    with exact():
        value = quantity * price
        return _Proceeds(value, value * position.taker.ratio)


def _cancelled_order(order: Order) -> CancelledOrder:
    return CancelledOrder(
        side=order.side,
        quantity=order.remaining_quantity,
        price=order.price,
        venue_order_id=order.venue_order_id,
        symbol=order.symbol,
    )


def _results(position: Position, quantity: Decimal, proceeds: _Proceeds) -> Results:
    guard, quote = position.guard, position.quote or ""
    traded = Traded(
        quantity=quantity,
        value=proceeds.value,
        is_sale=position.direction is Direction.LONG,
        currency=quote,
        fee=proceeds.fee,
        fee_asset=quote,
        rate=_ONE,
    )
    return results_of(
        traded,
        paid=position.paid_or_remembered(quantity),
        of_quantity=quantity,
        guarded=(guard.quantity, guard.cost) if guard and guard.currency == quote else (ZERO, ZERO),
    )
