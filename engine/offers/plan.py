"""Plans which holdings can be guarded, from which cost, and which of them would be sold at once."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from engine.accounts.cost_basis import share
from engine.guards.guard import Guard, GuardSource
from engine.guards.rule import is_breached, pnl
from engine.market.mark import Mark, PriceProblem, PriceUnknown
from engine.model.holdings import Direction, PositionKind
from engine.model.instruments import AssetClass, Instrument
from engine.model.money import ZERO, exact
from engine.offers.arming import (
    Arming,
    ArmingCandidate,
    ArmingMode,
    ArmingPlan,
    Excluded,
    Exclusion,
    NoEntry,
    WithoutEntry,
    WouldSell,
)


def plan_arming(candidates: Iterable[ArmingCandidate], mode: ArmingMode) -> ArmingPlan:
    """Sort what was found into what can be guarded, what would be sold, and what cannot be guarded."""
    found = [(candidate, _assess(candidate)) for candidate in candidates]
    guardable = [(candidate, option) for candidate, option in found if isinstance(option, _Options)]
    from_cost = tuple(option.from_cost for _, option in guardable if isinstance(option.from_cost, Arming))
    would_sell = tuple(option.from_cost for _, option in guardable if isinstance(option.from_cost, WouldSell))
    return ArmingPlan(
        arm_now=from_cost if mode is ArmingMode.ALL else (),
        from_cost=from_cost,
        from_price=tuple(option.from_price for _, option in guardable),
        would_sell=would_sell,
        without_entry=tuple(
            WithoutEntry(candidate=candidate, reason=option.from_cost)
            for candidate, option in guardable
            if isinstance(option.from_cost, NoEntry)
        ),
        excluded=tuple(
            Excluded(candidate=candidate, reason=option)
            for candidate, option in found
            if isinstance(option, Exclusion)
        ),
        ask=bool(guardable if mode is ArmingMode.ASK else would_sell) and mode is not ArmingMode.NONE,
    )


def guard_from(arming: Arming, *, guard_id: str, now: datetime) -> Guard:
    """Return the guard that an arming sets."""
    candidate = arming.candidate
    return Guard(
        guard_id=guard_id,
        user_id=candidate.account.user_id,
        account_id=candidate.account.account_id,
        venue=candidate.account.venue,
        kind=candidate.kind,
        direction=candidate.direction,
        asset=candidate.asset,
        symbol=arming.symbol,
        quantity=arming.quantity,
        cost=arming.cost,
        currency=arming.currency,
        paid=_paid(arming),
        threshold=candidate.threshold,
        source=arming.source,
        created_at=now,
        leverage=candidate.leverage,
        venue_entry=candidate.venue_entry,
    )


def _paid(arming: Arming) -> Decimal | None:
    """Return what was paid for what is guarded from the price of a day; None is unknown, or its cost."""
    candidate, quantity = arming.candidate, arming.quantity
    if arming.source is not GuardSource.EXISTING_PRICE or candidate.fills_pending:
        return None
    if candidate.entry_currency != arming.currency or candidate.entry_cost <= ZERO:
        return None
    if candidate.entry_quantity < quantity:
        return None
    return share(candidate.entry_cost, quantity, candidate.entry_quantity)


def coverable(candidate: ArmingCandidate, source: GuardSource) -> Decimal:
    """Return how much of a position can still be guarded, from today's price or from its cost."""
    with exact():
        unguarded = candidate.quantity - candidate.locked - candidate.guarded
        explained = candidate.entry_quantity - candidate.guarded
    return unguarded if source is GuardSource.EXISTING_PRICE else min(unguarded, explained)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Options:
    from_price: Arming
    from_cost: Arming | WouldSell | NoEntry


def _assess(candidate: ArmingCandidate) -> _Options | Exclusion:
    instrument, mark, quantity = (
        candidate.instrument,
        candidate.mark,
        coverable(candidate, GuardSource.EXISTING_PRICE),
    )
    if why_never := _why_never(candidate):
        return why_never
    if candidate.is_unread or quantity <= ZERO:
        return _why_nothing(candidate)
    if instrument is None or isinstance(mark, PriceUnknown):
        return _why_no_price(mark)
    if instrument.why_too_small_to_sell(quantity, mark.price):
        return Exclusion.DUST
    with exact():
        value = mark.price * quantity
    return _Options(
        from_price=_arming(candidate, instrument, GuardSource.EXISTING_PRICE, quantity, value),
        from_cost=_from_cost(candidate, instrument, mark.price),
    )


def _why_never(candidate: ArmingCandidate) -> Exclusion | None:
    """Say what keeps a position from being guarded whatever its quantity and price."""
    instrument = candidate.instrument
    if candidate.kind is PositionKind.SPOT and candidate.direction is Direction.SHORT:
        return Exclusion.SHORT
    if instrument is None:
        return Exclusion.NOT_LISTED if candidate.is_listing_known else None
    return Exclusion.TOKENIZED if instrument.asset_class is AssetClass.TOKENIZED else None


def _why_nothing(candidate: ArmingCandidate) -> Exclusion:
    if candidate.is_unread:
        return Exclusion.UNREAD_SALE
    return Exclusion.ALREADY_GUARDED if candidate.guarded else Exclusion.CANNOT_BE_SOLD


def _why_no_price(mark: Mark | PriceUnknown) -> Exclusion:
    is_closed = isinstance(mark, PriceUnknown) and mark.problem is PriceProblem.MARKET_CLOSED
    return Exclusion.MARKET_CLOSED if is_closed else Exclusion.PRICE_UNKNOWN


def _from_cost(
    candidate: ArmingCandidate, instrument: Instrument, price: Decimal
) -> Arming | WouldSell | NoEntry:
    quantity = coverable(candidate, GuardSource.EXISTING_COST)
    if candidate.fills_pending:
        return NoEntry.FILLS_PENDING
    if quantity <= ZERO or candidate.entry_cost <= ZERO:
        return NoEntry.ENTRY_UNKNOWN
    if candidate.entry_currency != instrument.quote:
        return NoEntry.OTHER_CURRENCY
    if instrument.why_too_small_to_sell(quantity, price):
        return NoEntry.DUST
    cost = share(candidate.entry_cost, quantity, candidate.entry_quantity)
    arming = _arming(candidate, instrument, GuardSource.EXISTING_COST, quantity, cost)
    return _would_sell(arming, price) or arming


def _would_sell(arming: Arming, price: Decimal) -> WouldSell | None:
    candidate = arming.candidate
    if not is_breached(
        mark=price,
        quantity=arming.quantity,
        cost=arming.cost,
        threshold=candidate.threshold,
        direction=candidate.direction,
    ):
        return None
    loss = pnl(mark=price, quantity=arming.quantity, cost=arming.cost, direction=candidate.direction)
    return WouldSell(
        arming=arming,
        pnl=loss,
        pnl_ratio=loss / arming.cost,
    )


def _arming(
    candidate: ArmingCandidate, instrument: Instrument, source: GuardSource, quantity: Decimal, cost: Decimal
) -> Arming:
    return Arming(
        candidate=candidate,
        symbol=instrument.symbol,
        source=source,
        quantity=quantity,
        cost=cost,
        currency=instrument.quote,
    )
