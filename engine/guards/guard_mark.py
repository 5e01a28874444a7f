"""What the watch last saw of one guard: the accepted mark, and since when there is none."""

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from decimal import Decimal

from engine import wall_time
from engine.clock import Moment
from engine.guards.guard import Guard, GuardSource
from engine.guards.rule import is_breached, pnl_ratio
from engine.guards.spread_watch import SpreadWatch, watch_spread
from engine.guards.stop import is_at_stop, sells_at, trigger_price_of
from engine.market.mark import Mark, MarkRequest, PriceProblem, PriceUnknown
from engine.market.stream_check import is_overtaken
from engine.model.delays import Away, Unseen, UnseenReason
from engine.model.price_event import PriceEvent
from engine.model.reminder_state import ReminderState
from engine.orders.intents import Trigger

#: Looks that one price takes are no gap.
_NOT_LATE_WITHIN = timedelta(seconds=1)
#: A poll answers within so long; what is dated further ahead was dated before the clock was set back.
_OVERTAKES_WITHIN = timedelta(seconds=15)
#: Between the last look of a process and its last sign of life; more of it is a price that was missing.
_LAST_LOOK_WITHIN = timedelta(seconds=15)


@dataclass(frozen=True, slots=True, kw_only=True)
class GuardMark:
    """A guard as the watch sees it now."""

    #: The latest answer: a mark, no price, or nothing yet.
    current: Mark | PriceUnknown | None = None
    #: The last mark that was accepted, however old.
    last: Mark | None = None
    #: When the first of the looks was begun that brought no price since.
    unknown_since: Moment | None = None
    #: The alerts that there is none.
    reminders: ReminderState = field(default_factory=ReminderState)
    spread: SpreadWatch = field(default_factory=SpreadWatch)

    @property
    def unknown_reported(self) -> bool:
        """Return whether its owner was alerted that there is no price."""
        return self.reminders.count > 0

    @property
    def is_unknown(self) -> bool:
        """Return whether there is no price now although there should be one."""
        return isinstance(self.current, PriceUnknown) and self.unknown_since is not None


def after_look(
    guard_mark: GuardMark, seen: Mark | PriceUnknown, *, now: Moment, begun: Moment | None = None
) -> tuple[GuardMark, PriceEvent | None]:
    """Return the next mark of a guard and what to report of its spread; `begun` is when the look began, if not now.

    Whether a missing price or its return is to be reported is `due_event`'s to say, of all guards together.
    """
    if isinstance(seen, PriceUnknown):
        return _without_price(guard_mark, seen, now, begun or now), None
    if _is_known_newer(guard_mark, seen, now):
        return guard_mark, None
    if guard_mark.unknown_reported:
        # Changes of its spread are reported by the look after the one that reports its return.
        return replace(guard_mark, current=seen, last=seen), None
    spread = watch_spread(guard_mark.spread, mark=seen, now=now)
    after = GuardMark(current=seen, last=seen, spread=spread)
    if spread.report_end:
        return after, PriceEvent.NARROW_SPREAD
    return after, PriceEvent.WIDE_SPREAD if spread.report_now else None


def due_event(
    guard_mark: GuardMark, *, now: Moment, alarm_after: timedelta, is_closing: bool = False
) -> PriceEvent | None:
    """Return whether the owner is to be told now that there is no price, again too, or that there is one again."""
    if guard_mark.unknown_reported and isinstance(guard_mark.current, Mark):
        return PriceEvent.BACK
    if is_closing and guard_mark.unknown_reported:
        # Its exit has reminders of its own.
        return None
    return PriceEvent.UNKNOWN if is_alarm_due(guard_mark, now=now, alarm_after=alarm_after) else None


def after_report(guard_mark: GuardMark, event: PriceEvent, *, now: Moment) -> GuardMark:
    """Return a guard's mark once a missing price or its return was reported; it may show something newer than that."""
    if event is PriceEvent.UNKNOWN:
        return replace(guard_mark, reminders=guard_mark.reminders.noted(now))
    since = guard_mark.unknown_since if guard_mark.is_unknown else None
    return replace(guard_mark, reminders=ReminderState(), unknown_since=since)


def is_alarm_due(guard_mark: GuardMark, *, now: Moment, alarm_after: timedelta) -> bool:
    """Return whether the owner is to be alerted (again) that there is no price."""
    if not guard_mark.is_unknown or guard_mark.unknown_since is None:
        return False
    if guard_mark.unknown_reported:
        return guard_mark.reminders.is_due(now)
    return now - guard_mark.unknown_since >= alarm_after


def ratio_of(guard: Guard, mark: Mark) -> Decimal:
    """Return a guard's result at a mark as a fraction of its cost."""
    return pnl_ratio(mark=mark.price, quantity=guard.quantity, cost=guard.cost, direction=guard.direction)


def is_past(guard: Guard, mark: Mark) -> bool:
    """Return whether a mark takes a guard to its threshold or its stop."""
    return sells_at(guard, mark.price)


def mark_request(guard: Guard, *, max_age_s: float) -> MarkRequest:
    """Return the price that a guard is judged by.

    How wide a spread may be goes by the nearer of its threshold and the distance at which its stop trails.
    """
    trail = guard.threshold if guard.trail is None else -guard.trail
    return MarkRequest(
        symbol=guard.symbol,
        direction=guard.direction,
        quantity=guard.quantity,
        threshold=max(guard.threshold, trail),
        trigger_price=trigger_price_of(guard),
        max_age_s=max_age_s,
    )


def unseen_before(guard_mark: GuardMark, *, now: Moment) -> Unseen | None:
    """Return for how long and why nobody could see a price until now; `guard_mark` is as it was before this look."""
    current, last, since = guard_mark.current, guard_mark.last, guard_mark.unknown_since
    if isinstance(current, PriceUnknown) and current.problem is PriceProblem.MARKET_CLOSED:
        return Unseen(since=last.at, until=now.at, why=current.problem) if last else None
    if since is None or now - since < _NOT_LATE_WITHIN:
        return None
    return Unseen(since=since.at, until=now.at, why=_why_blind(current))


def unseen_over_restart(guard_mark: GuardMark, *, last_seen: datetime, away: Away, now: Moment) -> Unseen:
    """Return the same where no process has seen a price since `last_seen`, and none ran for a part of the time."""
    missing = wall_time.between(last_seen, away.since)
    blind = missing if missing > _LAST_LOOK_WITHIN else timedelta(0)
    since_start = wall_time.between(away.until, now.at)
    if isinstance(guard_mark.current, PriceUnknown) and since_start >= _NOT_LATE_WITHIN:
        blind += since_start
    if not blind:
        return Unseen(since=last_seen, until=now.at, why=UnseenReason.NOT_WATCHING)
    return Unseen(
        since=last_seen,
        until=now.at,
        why=_why_blind(guard_mark.current),
        away_s=max(timedelta(0), wall_time.between(last_seen, now.at) - blind).total_seconds(),
    )


def _why_blind(current: Mark | PriceUnknown | None) -> PriceProblem | UnseenReason:
    return current.problem if isinstance(current, PriceUnknown) else UnseenReason.NO_PRICE


def trigger_of(
    guard: Guard, mark: Mark, *, now: datetime, unseen: Unseen | None = None, target: Decimal | None = None
) -> Trigger:
    """Return why a guard is sold, for the journal and the alert: its target where one is given, its threshold, or its stop."""
    is_threshold = is_breached(
        mark=mark.price,
        quantity=guard.quantity,
        cost=guard.cost,
        threshold=guard.threshold,
        direction=guard.direction,
    )
    is_stop = target is None and not is_threshold and is_at_stop(guard, mark.price)
    return Trigger(
        price=mark.price,
        basis=mark.basis,
        ratio=ratio_of(guard, mark),
        threshold=guard.threshold,
        target=target,
        stop=guard.stop if is_stop else None,
        quantity=guard.quantity,
        cost=guard.cost,
        paid=guard.paid,
        since_guarded=guard.source is GuardSource.EXISTING_PRICE,
        at=now,
        price_at=mark.at,
        unseen=unseen,
    )


def _is_known_newer(guard_mark: GuardMark, seen: Mark, now: Moment) -> bool:
    """Return whether a tick has shown what came after: an answer may have been on its way meanwhile."""
    current, last = guard_mark.current, guard_mark.last
    if last is None or not isinstance(current, Mark):
        return False
    return is_overtaken(seen, last) and wall_time.is_near(last.at, now.at, _OVERTAKES_WITHIN)


def _without_price(guard_mark: GuardMark, seen: PriceUnknown, now: Moment, begun: Moment) -> GuardMark:
    if seen.problem is PriceProblem.MARKET_CLOSED:
        # Every evening brings it; it is shown, but nobody needs to be called for it.
        return replace(guard_mark, current=seen, unknown_since=None)
    since = guard_mark.unknown_since or min(begun, now + timedelta(seconds=-seen.for_s))
    return replace(guard_mark, current=seen, unknown_since=since)
