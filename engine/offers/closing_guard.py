"""Pure: the guard that covers all of what a manual close sells, and why it is sold."""

from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal

from engine.guards.guard import Guard, GuardSource, GuardState
from engine.guards.rule import pnl_ratio
from engine.model.guard_reasons import GuardReason
from engine.model.holdings import PositionKind
from engine.model.instruments import Instrument
from engine.model.money import ZERO, exact
from engine.offers.closing_plan import ClosePlan
from engine.offers.closing_preview import CloseLine
from engine.orders.intents import MANUAL, ManualClose, Trigger
from engine.portfolio.position import Position


@dataclass(frozen=True, slots=True, kw_only=True)
class _Covered:
    """What a new guard covers."""

    guard_id: str
    quantity: Decimal
    cost: Decimal
    threshold: Decimal
    now: datetime


def guard_to_close(
    plan: ClosePlan, *, guard_id: str, threshold: Decimal, now: datetime
) -> tuple[Guard, Trigger]:
    """Return the guard that covers all of what is to be sold, and why it is sold."""
    position, before = plan.position, plan.position.guard
    instrument, price = position.instrument, plan.line.price
    if instrument is None or price is None:
        message = f"{position.asset} cannot be sold: {plan.line.obstacle}"
        raise ValueError(message)
    guarded = before.quantity if before else ZERO
    with exact():
        extra = max(plan.quantity - guarded, ZERO)
    extra_cost, entry_known = _paid_or_worth(position, instrument, extra, guarded=guarded, price=price)
    if before is None:
        covered = _Covered(guard_id=guard_id, quantity=extra, cost=extra_cost, threshold=threshold, now=now)
        guard = _new_guard(position, instrument, covered)
    else:
        with exact():
            quantity = guarded + extra
            cost = before.cost + extra_cost
        guard = replace(before, quantity=quantity, cost=cost, paid=position.paid_or_remembered(quantity))
    manual = ManualClose(
        guarded=guarded,
        guarded_cost=before.cost if before else ZERO,
        paid=before.paid if before else None,
        paused=_paused(before),
        paused_detail=before.detail if before else "",
        entry_known=entry_known,
        most=plan.quantity,
        is_part=plan.is_part,
        at_any_price=plan.at_any_price,
        there=position.quantity,
        step=position.step_at_request,
    )
    return guard, _trigger(guard, plan.line, manual, now)


def _paid_or_worth(
    position: Position, instrument: Instrument, extra: Decimal, *, guarded: Decimal, price: Decimal
) -> tuple[Decimal, bool]:
    """Return what the unguarded part cost; its value now stands in for an unknown cost."""
    if extra == ZERO:
        return ZERO, True
    with exact():
        whole, worth = guarded + extra, extra * price
    # What fills explain is the guarded part first.
    is_known = position.paid_for(whole, currency=instrument.quote) is not None
    paid = position.paid_for(extra, currency=instrument.quote) if is_known else None
    return (worth, False) if paid is None else (paid, True)


def _new_guard(position: Position, instrument: Instrument, covered: _Covered) -> Guard:
    return Guard(
        guard_id=covered.guard_id,
        user_id=position.account.user_id,
        account_id=position.account.account_id,
        venue=position.account.venue,
        kind=position.kind,
        direction=position.direction,
        asset=position.asset,
        symbol=instrument.symbol,
        quantity=covered.quantity,
        cost=covered.cost,
        currency=instrument.quote,
        threshold=covered.threshold,
        source=GuardSource.MANUAL,
        created_at=covered.now,
        leverage=position.leverage if position.kind is PositionKind.MARGIN else None,
        venue_entry=position.venue_entry,
    )


def _trigger(guard: Guard, line: CloseLine, manual: ManualClose, now: datetime) -> Trigger:
    price = line.price or ZERO
    return Trigger(
        price=price,
        basis=MANUAL,
        ratio=pnl_ratio(mark=price, quantity=guard.quantity, cost=guard.cost, direction=guard.direction),
        threshold=guard.threshold,
        quantity=guard.quantity,
        cost=guard.cost,
        paid=guard.paid,
        since_guarded=guard.source is GuardSource.EXISTING_PRICE,
        at=now,
        price_at=line.price_at,
        manual=manual,
    )


def _paused(before: Guard | None) -> GuardReason | str | None:
    if before is None or before.state is not GuardState.PAUSED:
        return None
    return before.reason or GuardReason.OTHER
