"""The text of /target and /stop: a guard before and after, and its button."""

from collections.abc import Iterator

from engine.guards.guard import AtTarget, Guard
from engine.guards.rule import trigger_price
from engine.guards.verdict import target_price_of
from engine.model.holdings import Direction
from engine.model.money import exact
from engine.offers.levels import LevelsPreview, LevelsSet
from engine.offers.levels_plan import LevelsPlan
from handlers.render.html import bold, escape, rows
from handlers.render.numbers import (
    cost_percent,
    in_currency,
    loss_percent,
    percent_beside,
    price,
    quantity,
    target_percent,
    threshold_percent,
)
from handlers.render.position_results import UNKNOWN, guarded_from
from handlers.render.screen import LEVELS, Screen, ScreenButton
from handlers.render.standing import position_name
from handlers.render.times import Reader

_STOP_OFF = "Take this stop off"


def render_levels(preview: LevelsPreview, reader: Reader) -> Screen:
    """Show a guard as it is and as the button would set it."""
    plan = preview.plan
    head = (
        bold(_question(plan)),
        position_name(plan.position),
        rows(_figures(plan)),
        *_means(plan),
    )
    end = [reader.as_of(preview.as_of)]
    keyboard: tuple[tuple[ScreenButton, ...], ...] = ()
    if preview.confirmation_id is not None:
        end.append(f"The button counts once, until {reader.clock(preview.expires_at)}")
        keyboard = ((ScreenButton(label=_label(plan), data=f"{LEVELS}:{preview.confirmation_id}"),),)
    return Screen(text="\n".join(head) + "\n\n" + "\n".join(end), keyboard=keyboard)


def render_levels_set(done: LevelsSet, reader: Reader) -> Screen:
    """Say how a guard stands now."""
    guard = done.guard
    return Screen(
        text="\n".join(
            (
                bold("Changed"),
                f"{bold(guard.symbol)} · {guard.venue.label}",
                rows(_levels(guard)),
                reader.as_of(reader.now),
            )
        )
    )


def _levels(guard: Guard) -> Iterator[tuple[str, str]]:
    yield "Stop", _stop(guard)
    if guard.stop is not None:
        yield stop_name(guard), trailing_text(guard)
    yield "Target", _target(guard)


def _question(plan: LevelsPlan) -> str:
    if not plan.is_change:
        return "Stop and target"
    return "Change the stop?" if plan.changed.target == plan.guard.target else "Change the target?"


def _label(plan: LevelsPlan) -> str:
    changed = plan.changed
    if changed.threshold != plan.guard.threshold:
        return f"Set stop {threshold_percent(changed.threshold)}"
    if changed.trail != plan.guard.trail:
        trail = changed.trail
        return _STOP_OFF if trail is None else f"Set trailing stop {cost_percent(trail)}"
    if plan.is_stop_looser:
        return _STOP_OFF
    if changed.target is None:
        return "Take the target off"
    even = ", then break-even" if changed.at_target is AtTarget.BREAK_EVEN else ""
    return f"Set target {target_percent(changed.target)}{even}"


def _figures(plan: LevelsPlan) -> Iterator[tuple[str, str]]:
    guard, changed, ratio = plan.guard, plan.changed, plan.position.guard_ratio
    yield "Guarded", quantity(guard.quantity)
    yield "Guarded from", guarded_from(guard)
    yield "Now against that", UNKNOWN if ratio is None else percent_beside(ratio, changed.threshold)
    yield "Stop", _stop(guard)
    if changed.threshold != guard.threshold:
        yield "New stop", _stop(changed)
    if guard.stop is not None:
        yield stop_name(guard), trailing_text(guard)
    if (changed.trail, changed.stop) != (guard.trail, guard.stop):
        yield "New trailing", trailing_text(changed)
    yield "Target", _target(guard)
    if (changed.target, changed.at_target) != (guard.target, guard.at_target):
        yield "New target", _target(changed)
    if changed.target is not None and changed.at_target is AtTarget.BREAK_EVEN:
        yield "Break-even", price(plan.break_even, guard.currency)


def _stop(guard: Guard) -> str:
    at = trigger_price(
        quantity=guard.quantity, cost=guard.cost, threshold=guard.threshold, direction=guard.direction
    )
    return f"{threshold_percent(guard.threshold)}, {_sign(guard, is_loss=True)} {price(at, guard.currency)}"


def trailing_text(guard: Guard) -> str:
    """Return how far a guard's stop trails, and where it is now."""
    if guard.stop is None:
        return "none"
    at = f"{_sign(guard, is_loss=True)} {price(guard.stop, guard.currency)}"
    return at if guard.trail is None else f"{loss_percent(guard.trail)}, {at}"


def stop_name(guard: Guard) -> str:
    """Return what the stop of a guard is called that is a price."""
    return "Break-even" if guard.trail is None else "Trailing"


def _target(guard: Guard) -> str:
    at = target_price_of(guard)
    if guard.target is None or at is None:
        return "none"
    return f"{target_percent(guard.target)}, {_sign(guard, is_loss=False)} {price(at, guard.currency)}"


def _sign(guard: Guard, *, is_loss: bool) -> str:
    return "≤" if is_loss is (guard.direction is Direction.LONG) else "≥"


def _means(plan: LevelsPlan) -> Iterator[str]:
    guard, changed = plan.guard, plan.changed
    if not plan.is_change:
        name = escape(plan.position.asset)
        yield (
            f"/target {name} 3 has it sold at a gain of 3 %, /stop {name} 2 at a loss of 2 %, /stop {name} trail 2 when "
            "it is 2 % below its highest."
        )
    if changed.threshold != guard.threshold:
        yield f"It is sold at market once it has lost {loss_percent(changed.threshold)}."
    if (changed.trail, changed.stop) != (guard.trail, guard.stop):
        yield from _trailing_means(plan)
    if changed.threshold < guard.threshold:
        yield f"Looser than now: {_loss(changed)} may be lost before it is sold, instead of {_loss(guard)}."
    if (changed.target, changed.at_target) != (guard.target, guard.at_target):
        yield from _target_means(plan)


def _trailing_means(plan: LevelsPlan) -> Iterator[str]:
    trail = plan.changed.trail
    if trail is not None:
        behind = "below its highest" if plan.guard.direction is Direction.LONG else "above its lowest"
        yield (
            f"It is sold at market once the price is {loss_percent(trail)} {behind} from now on, even at a loss; "
            "its stop above stays and goes first where it is nearer."
        )
    if plan.is_stop_looser:
        yield "Looser than now: this stop is further away than before, or gone."


def _loss(guard: Guard) -> str:
    with exact():
        return in_currency(-guard.threshold * guard.cost, guard.currency)


def _target_means(plan: LevelsPlan) -> Iterator[str]:
    target, label = plan.changed.target, plan.guard.venue.label
    if target is None:
        yield "No gain sells it any more; its stop stays."
        return
    is_even = plan.changed.at_target is AtTarget.BREAK_EVEN
    gained = f"once it has gained {cost_percent(target)}, if something is left of that after every fee"
    if is_even:
        yield f"Its stop moves to break-even, what it cost with all fees, {gained}; nothing is sold then."
    else:
        yield f"All of it is sold at market {gained}."
    if plan.is_below_profitable:
        yield (
            f"Buying and selling costs about {cost_percent(plan.fees.round_trip)} at {label}, and a move of less than "
            f"{cost_percent(plan.fees.minimum_profitable)} hardly pays: this target is below that."
        )
    if plan.is_at_target:
        done = "its stop moves" if is_even else "it is sold"
        yield f"It is there now: {done} as soon as this is set, once the order book shows it for all of it."
