"""Plans which holdings can be guarded, from which cost, and which of them would be sold at once."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from engine.alerts.questions import Exclusion, NoEntry
from engine.guards.guard import Guard, GuardSource
from engine.guards.rule import is_breached, pnl
from engine.market.mark import Mark, PriceProblem, PriceUnknown
from engine.model.instruments import Instrument
from engine.model.money import ZERO, exact
from engine.offers.arming import (
    Arming,
    ArmingMode,
    ArmingPlan,
    Excluded,
    WithoutEntry,
    WouldSell,
)
from engine.portfolio.position import Position
from engine.portfolio.why_never import why_never


def plan_arming(positions: Iterable[Position], mode: ArmingMode, *, threshold: Decimal) -> ArmingPlan:
    """Sort positions into what can be guarded, what would be sold, and what cannot be guarded."""
    assessed = [(position, _assess(position, threshold)) for position in positions]
    guardable = [(position, option) for position, option in assessed if isinstance(option, _Options)]
    from_cost = tuple(option.from_cost for _, option in guardable if isinstance(option.from_cost, Arming))
    would_sell = tuple(option.from_cost for _, option in guardable if isinstance(option.from_cost, WouldSell))
    return ArmingPlan(
        arm_now=from_cost if mode is ArmingMode.ALL else (),
        from_cost=from_cost,
        from_price=tuple(option.from_price for _, option in guardable),
        would_sell=would_sell,
        without_entry=tuple(
            WithoutEntry(position=position, reason=option.from_cost)
            for position, option in guardable
            if isinstance(option.from_cost, NoEntry)
        ),
        excluded=tuple(
            Excluded(position=position, reason=option)
            for position, option in assessed
            if isinstance(option, Exclusion)
        ),
        ask=bool(guardable if mode is ArmingMode.ASK else would_sell) and mode is not ArmingMode.NONE,
    )


def guard_from(arming: Arming, *, guard_id: str, now: datetime) -> Guard:
    """Return the guard that an arming sets."""
    position = arming.position
    return Guard(
        guard_id=guard_id,
        user_id=position.account.user_id,
        account_id=position.account.account_id,
        venue=position.account.venue,
        kind=position.kind,
        direction=position.direction,
        asset=position.asset,
        symbol=arming.symbol,
        quantity=arming.quantity,
        cost=arming.cost,
        currency=arming.currency,
        paid=_paid(arming),
        threshold=arming.threshold,
        source=arming.source,
        created_at=now,
        leverage=position.leverage,
        venue_entry=position.venue_entry,
    )


def _paid(arming: Arming) -> Decimal | None:
    """Return what was paid for what is guarded from the price of a day; None is unknown, or its cost."""
    if arming.source is not GuardSource.EXISTING_PRICE or arming.position.fills_pending:
        return None
    return arming.position.paid_for(arming.quantity, currency=arming.currency)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Options:
    from_price: Arming
    from_cost: Arming | WouldSell | NoEntry


def _assess(position: Position, threshold: Decimal) -> _Options | Exclusion:
    instrument, mark, quantity = position.instrument, position.mark, position.unguarded
    if never := why_never(position):
        return Exclusion(never)
    if position.is_unread or quantity <= ZERO:
        return _why_nothing(position)
    if instrument is None or isinstance(mark, PriceUnknown):
        return _why_no_price(mark)
    if instrument.why_too_small_to_sell(quantity, mark.price):
        return Exclusion.DUST
    with exact():
        value = mark.price * quantity
    return _Options(
        from_price=_arming(
            position, instrument, GuardSource.EXISTING_PRICE, quantity, cost=value, threshold=threshold
        ),
        from_cost=_from_cost(position, instrument, mark.price, threshold),
    )


def _why_nothing(position: Position) -> Exclusion:
    if position.is_unread:
        return Exclusion.UNREAD_SALE
    return Exclusion.ALREADY_GUARDED if position.guarded else Exclusion.CANNOT_BE_SOLD


def _why_no_price(mark: Mark | PriceUnknown) -> Exclusion:
    is_closed = isinstance(mark, PriceUnknown) and mark.problem is PriceProblem.MARKET_CLOSED
    return Exclusion.MARKET_CLOSED if is_closed else Exclusion.PRICE_UNKNOWN


def _from_cost(
    position: Position, instrument: Instrument, price: Decimal, threshold: Decimal
) -> Arming | WouldSell | NoEntry:
    quantity = position.unguarded_explained
    if position.fills_pending:
        return NoEntry.FILLS_PENDING
    cost = position.paid_for(quantity, currency=position.cost_currency)
    if cost is None:
        return NoEntry.ENTRY_UNKNOWN
    if position.cost_currency != instrument.quote:
        return NoEntry.OTHER_CURRENCY
    if instrument.why_too_small_to_sell(quantity, price):
        return NoEntry.DUST
    arming = _arming(
        position, instrument, GuardSource.EXISTING_COST, quantity, cost=cost, threshold=threshold
    )
    return _would_sell(arming, price) or arming


def _would_sell(arming: Arming, price: Decimal) -> WouldSell | None:
    position = arming.position
    if not is_breached(
        mark=price,
        quantity=arming.quantity,
        cost=arming.cost,
        threshold=arming.threshold,
        direction=position.direction,
    ):
        return None
    loss = pnl(mark=price, quantity=arming.quantity, cost=arming.cost, direction=position.direction)
    return WouldSell(
        arming=arming,
        pnl=loss,
        pnl_ratio=loss / arming.cost,
    )


def _arming(
    position: Position,
    instrument: Instrument,
    source: GuardSource,
    quantity: Decimal,
    *,
    cost: Decimal,
    threshold: Decimal,
) -> Arming:
    return Arming(
        position=position,
        symbol=instrument.symbol,
        source=source,
        quantity=quantity,
        cost=cost,
        currency=instrument.quote,
        threshold=threshold,
    )
