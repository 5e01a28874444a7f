"""The stop and target of a planned buy, and what a sale at the stop loses."""

from collections.abc import Iterator

from engine.entries.plan import EntryPlan
from engine.guards.guard import AtTarget
from engine.model.money import exact
from handlers.render.levels import stop_name, trailing_text
from handlers.render.numbers import cost_percent, estimated, percent, threshold_percent


def plan_levels(plan: EntryPlan) -> Iterator[tuple[str, str]]:
    """Yield the levels that count once it is bought: those of the guard that covers it as well, if there is one."""
    yield "Stop", threshold_percent(plan.sold_at)
    guard = plan.joins
    if guard is not None and guard.stop is not None:
        yield stop_name(guard), trailing_text(guard)
    is_even = guard is not None and guard.at_target is AtTarget.BREAK_EVEN
    even = ", then break-even" if is_even else ""
    yield "Target", "none" if plan.target is None else f"{percent(plan.target)}{even}"


def stop_loss_text(plan: EntryPlan) -> str:
    """Say what a sale at the stop loses; of all that its guard covers, where that is more than this buy."""
    ratio, guard = abs(plan.loss_at_stop), plan.joins
    if guard is not None:
        loss = f"about {cost_percent(ratio)} with the fees, of all that its guard covers then."
        return f"A sale at the stop of {threshold_percent(plan.sold_at)} loses {loss}"
    with exact():
        lost = plan.size.usd * ratio
    return f"A sale at the stop loses about {cost_percent(ratio)} with the fees, {estimated(lost)}."
