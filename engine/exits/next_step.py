"""Pure: what an exit does next, given what there is to be sold.

What follows a refusal is decided in `after_refusal`, and why an exit ends before its next order in `why_end`.
"""

from dataclasses import replace
from decimal import Decimal

from engine.exits.exit_quantity import (
    Dust,
    ExitQuantity,
    Sell,
    plan_sale,
    vanished,
)
from engine.exits.manual_close import wanted_of
from engine.exits.position_reading import PositionReading
from engine.exits.steps import (
    Abandon,
    AwaitRelease,
    AwaitRest,
    EndSoldExternally,
    FollowOwnOrder,
    FreeFirst,
    PauseForSplit,
    PresumeFilled,
    ReadAgain,
    ReadOvertaken,
    SellNow,
    Step,
    View,
)
from engine.guards.changes import changed_without_trade
from engine.guards.guard import GuardState, Seen
from engine.model.instruments import AssetClass
from engine.model.money import ZERO, exact
from engine.orders.balance_verdict import is_about_all
from engine.orders.too_small import price_of_a_unit


def next_step(view: View) -> Step:
    """Decide what an exit does next."""
    if view.available.own_order is not None:
        return FollowOwnOrder(view.available.own_order)
    if view.available.is_overtaken:
        return ReadOvertaken()
    step = _step_by_quantity(view)
    if isinstance(step, SellNow | FreeFirst) and _is_presumed_filled(view, step.exit_quantity):
        return PresumeFilled(_left_of_presumed(view, step.exit_quantity), view.available.owned)
    hindrance = view.available.hindrance
    if hindrance is None:
        return step
    return replace(step, hindrance=hindrance) if isinstance(step, SellNow) else AwaitRelease(hindrance)


def _step_by_quantity(view: View) -> Step:
    if _has_other_units(view):
        return PauseForSplit(view.available.owned)
    exit_quantity = _exit_quantity(view)
    if exit_quantity.is_unconfirmed and not _may_go_in_part(view, exit_quantity):
        return ReadAgain(is_contradictory=view.quantity_check.is_contradictory(view.now_s))
    if exit_quantity.guard.state is GuardState.CLOSED:
        return EndSoldExternally()
    wanted = _wanted(view, exit_quantity)
    if view.may_free and _is_held(view.available, wanted):
        return FreeFirst(exit_quantity, wanted)
    return _sell(view, exit_quantity)


def _is_presumed_filled(view: View, exit_quantity: ExitQuantity) -> bool:
    """Return whether what counts as filled is still counted as guarded, so that it could be sold twice."""
    return view.presumed_filled is not None and not is_about_all(exit_quantity.gone, of=view.presumed_filled)


def _left_of_presumed(view: View, exit_quantity: ExitQuantity) -> Decimal:
    with exact():
        return max(ZERO, view.guard.quantity - max(view.presumed_filled or ZERO, exit_quantity.gone))


def depends_on_trades(view: View) -> bool:
    """Return whether its owner's latest trades decide if these are the units that were guarded."""
    return not _has_other_units(view) and _has_other_units(replace(view, is_untraded=True))


def _has_other_units(view: View) -> bool:
    return changed_without_trade(
        view.guard,
        before=view.expected,
        seen=view.available.owned,
        venue_entry=view.available.venue_entry,
        price=view.price,
        # What nobody lists now may be a stock.
        asset_class=view.instrument.asset_class if view.instrument else AssetClass.STOCK,
        is_untraded=view.is_untraded,
    )


def _exit_quantity(view: View) -> ExitQuantity:
    available, gone = view.available, vanished(expected=view.expected, owned=view.available.owned)
    is_certain = view.quantity_check.is_over(view.now_s)
    seen = None
    if gone and is_certain and available.owned is not None and available.at is not None:
        seen = Seen(quantity=available.owned, at=available.at, step=available.step)
    return ExitQuantity(
        whole=view.guard,
        # What its owner sold or moved at the venue came off the guarded part first.
        guard=view.guard.reduced_by(gone),
        gone=gone,
        seen=seen,
        is_unconfirmed=not is_certain,
    )


def _may_go_in_part(view: View, exit_quantity: ExitQuantity) -> bool:
    """Return whether what is there in any case can be sold at once; the rest stays guarded until readings agree."""
    if (
        view.manual is not None
        or view.available.owned is None
        or exit_quantity.guard.state is GuardState.CLOSED
    ):
        return False
    return isinstance(_plan(view, exit_quantity, there=None), Sell)


def _wanted(view: View, exit_quantity: ExitQuantity) -> Decimal:
    return wanted_of(exit_quantity.guard.quantity, view.manual)


def _is_held(available: PositionReading, wanted: Decimal) -> bool:
    if available.held is None or available.free is None or available.free >= wanted:
        return False
    # A total of zero is not believed: orders may hold what a venue wrongly shows as gone.
    return available.held > ZERO or available.owned == ZERO


def _sell(view: View, exit_quantity: ExitQuantity) -> SellNow | Abandon | AwaitRest:
    plan = _plan(view, exit_quantity, there=view.available.free)
    if isinstance(plan, Dust) and not view.available.is_fresh:
        # Too little was there some time ago; only the venue knows whether there is more now.
        plan = _plan(view, exit_quantity, there=None)
    whole = _plan(view, exit_quantity, there=view.available.owned)
    if isinstance(plan, Sell):
        quantity = plan.quantity if view.most is None else min(plan.quantity, view.most)
        return SellNow(
            quantity,
            exit_quantity,
            is_all=not exit_quantity.is_unconfirmed and quantity >= whole.quantity,
            unknown_hold=view.available.unknown_hold,
        )
    if isinstance(whole, Sell):
        return AwaitRest(plan.quantity, view.available.unknown_hold)
    return Abandon(plan, exit_quantity)


def _plan(view: View, exit_quantity: ExitQuantity, *, there: Decimal | None) -> Sell | Dust:
    price = price_of_a_unit(price=view.price, entry=view.guard.entry)
    return plan_sale(
        guarded=_wanted(view, exit_quantity), there=there, instrument=view.instrument, price=price
    )
