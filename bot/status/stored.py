"""What the database holds of the state of the process."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from engine import wall_time
from engine.alerts.messages import ExitFailing
from engine.alerts.outbox import Depth, GivenUp, depth, load_given_up_alerts
from engine.alerts.posts import PostCounts, count_posts
from engine.alerts.series import load_series
from engine.exits.failure_reminders import failing_key
from engine.guards import store as guard_rows
from engine.guards.guard import Guard
from engine.model.delays import HeldUp
from engine.offers.questions_store import count_open_questions
from engine.orders import store as intent_rows
from engine.orders.intents import Intent, IntentKind
from engine.orders.under_way import load_orders_under_way
from engine.status import FailingExit
from engine.storage.session import DatabaseSession


@dataclass(frozen=True, slots=True, kw_only=True)
class Stored:
    """What the database holds about the process: every watched guard, and one user's exits, questions and alerts."""

    watched: tuple[Guard, ...]
    outbox: Depth
    given_up: GivenUp
    posts: PostCounts
    exits: tuple[Intent, ...]
    failing: tuple[FailingExit, ...]
    open_questions: int


async def load_stored(
    session: DatabaseSession,
    user_id: int,
    why_failing: Callable[[str], HeldUp | None],
    *,
    is_owner: bool,
    now: datetime,
) -> Stored:
    """Read it; `why_failing` is what an exit itself says of its present delay, and owners see all that waits."""
    live = [one for one in await intent_rows.load_live_intents(session) if one.user_id == user_id]
    failing = [await _find_failing(session, one, why_failing(one.intent_id)) for one in live]
    return Stored(
        watched=await guard_rows.load_watched(session),
        outbox=await depth(session, user_id=None if is_owner else user_id),
        given_up=await load_given_up_alerts(session, user_id),
        posts=await count_posts(session, user_id),
        exits=tuple(one for one in live if one.kind is IntentKind.EXIT),
        failing=tuple(one for one in failing if one is not None),
        open_questions=await count_open_questions(session, user_id, now),
    )


async def _find_failing(
    session: DatabaseSession, intent: Intent, present: HeldUp | None
) -> FailingExit | None:
    """Return why an exit does not get through, as it is now or else as it was reported last; None while it does."""
    series = await load_series(session, key_prefix=failing_key(intent))
    if not series.count and present is None:
        return None
    last = next(reversed(series.messages), None)
    reported = _held_up(last) if isinstance(last, ExitFailing) else None
    latest = present or reported
    known = [one.since for one in (reported, present) if one is not None]
    return FailingExit(
        intent_id=intent.intent_id,
        guard_id=intent.guard_id,
        symbol=intent.symbol,
        venue_label=intent.venue.label,
        why=latest.why if latest else "",
        since=wall_time.earliest(known or series.times) or intent.created_at,
        order_ids=await load_orders_under_way(session, intent),
        wait=latest.wait if latest else None,
        unreadable=latest.unreadable if latest else (),
    )


def _held_up(message: ExitFailing) -> HeldUp:
    return HeldUp(why=message.why, since=message.since, wait=message.wait, unreadable=message.unreadable)
