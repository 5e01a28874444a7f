"""The reminders of exits that do not get through, written at once and then in growing pauses, over any number of restarts."""

import asyncio
from dataclasses import dataclass, field, replace
from datetime import datetime
from weakref import WeakValueDictionary

import structlog

from engine import wall_time
from engine.alerts.kinds import AlertKind
from engine.alerts.messages import AtStake, ExitFailing
from engine.alerts.series import append_next, load_series
from engine.clock import Clock, Moment, moment
from engine.exits.guard_of_exit import load_guard_of
from engine.exits.recent_exits import RecentExits
from engine.guards.guard import Guard
from engine.model.delays import HeldUp, Wait
from engine.model.failing_actions import Doing
from engine.model.failing_reasons import FailingReason
from engine.model.reminder_state import ReminderState
from engine.orders.intents import Intent
from engine.orders.under_way import load_orders_under_way
from engine.storage.database import Database

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class ExitNews:
    """What is wrong with an exit, and what is being done."""

    why: FailingReason
    doing: Doing
    wait: Wait | None = None
    #: Open orders that could not be read and may be what is in the way.
    unreadable: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Sent:
    """What was sent of one exit: when, and since when it does not get through by that."""

    state: ReminderState = field(default_factory=ReminderState)
    since: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Unsent:
    """Why the last reminder of one exit could not be written, and when it was logged."""

    why: str
    logged: ReminderState = field(default_factory=ReminderState)


class FailureReminders:
    """The reminders of all exits, as the outbox has them: an exit goes on failing over any number of restarts."""

    def __init__(self, *, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock
        #: What was sent of others is in the outbox.
        self._sent = RecentExits[_Sent]()
        #: Why an exit does not get through now and since when that is known, whatever was reported.
        self._reasons = RecentExits[HeldUp]()
        self._unsent = RecentExits[_Unsent]()
        #: By intent, of those that are being reminded of: whether one is due is decided after the last was written.
        self._turns = WeakValueDictionary[str, asyncio.Lock]()

    async def send_if_due(self, intent: Intent, news: ExitNews, *, is_urgent: bool = False) -> None:
        """Remind the owner, unless the last reminder was too short a time ago; an urgent one is always due."""
        self.keep(intent, news)
        async with self._turns.setdefault(intent.intent_id, asyncio.Lock()):
            try:
                await self._send_if_due(intent, news, is_urgent=is_urgent)
            except BaseException:
                # It may be written all the same: the outbox shows it.
                self._sent.drop(intent.intent_id)
                raise
        self._unsent.drop(intent.intent_id)

    async def try_to_send(self, intent: Intent, news: ExitNews, *, is_urgent: bool = False) -> bool:
        """Do the same; what keeps it from being written is logged and no reason for an exit to stop."""
        try:
            await self.send_if_due(intent, news, is_urgent=is_urgent)
        except Exception as e:  # noqa: BLE001 - the edge of reminding: reported, tried again, and no sale stops for it
            self._note_unsent(intent, e)
            return False
        return True

    def keep(self, intent: Intent, news: ExitNews, *, since: datetime | None = None) -> None:
        """Keep why an exit does not get through now, for screens before its owner is alerted.

        `since` is when the first of what did not get through was begun, if not now.
        """
        before = self._reasons.get(intent.intent_id)
        began = before.since if before is not None else since or self._clock.now()
        held_up = HeldUp(why=news.why, since=began, wait=news.wait, unreadable=news.unreadable)
        self._reasons.put(intent.intent_id, held_up)

    def why(self, intent_id: str) -> HeldUp | None:
        """Return why this process last reported an exit as failing; None where it did not."""
        reason = self._reasons.get(intent_id)
        return reason and replace(reason, since=self._since(intent_id, reason.since))

    def why_unsent(self, intent_id: str) -> str:
        """Return why the owner could not be reminded of an exit when it was last tried; empty where that was done."""
        unsent = self._unsent.get(intent_id)
        return unsent.why if unsent else ""

    async def _send_if_due(self, intent: Intent, news: ExitNews, *, is_urgent: bool) -> None:
        sent, now = await self._load(intent), moment(self._clock)
        trigger = intent.trigger
        if trigger is None or not (is_urgent or sent.state.is_due(now)):
            return
        since = self._since(intent.intent_id, now.at)
        message = ExitFailing(
            venue=intent.venue,
            symbol=intent.symbol,
            trigger_ratio=trigger.ratio,
            threshold=trigger.threshold,
            target=trigger.target,
            stop=trigger.stop,
            quantity=intent.quantity,
            why=news.why,
            doing=news.doing,
            since=since,
            manual=trigger.manual is not None,
            wait=news.wait,
            unreadable=news.unreadable,
        )
        await self._write(intent, message, now)
        # Reported means stored in the outbox.
        self._sent.put(intent.intent_id, _Sent(state=sent.state.noted(now), since=since))

    def _note_unsent(self, intent: Intent, error: Exception) -> None:
        """Keep why a reminder was not written; it is logged as often as the owner should have been reminded."""
        before, now = self._unsent.get(intent.intent_id), moment(self._clock)
        logged = before.logged if before else ReminderState()
        if logged.is_due(now):
            log.error(
                "the owner could not be reminded of a failing exit",
                intent=intent.intent_id,
                symbol=intent.symbol,
                exc_info=error,
            )
            logged = logged.noted(now)
        self._unsent.put(intent.intent_id, _Unsent(why=type(error).__name__, logged=logged))

    def _since(self, intent_id: str, now: datetime) -> datetime:
        reason, sent = self._reasons.get(intent_id), self._sent.get(intent_id)
        # An earlier process may have reported it before.
        known = (reason.since if reason else None, sent.since if sent else None)
        return wall_time.earliest(at for at in known if at is not None) or now

    async def _load(self, intent: Intent) -> _Sent:
        known = self._sent.get(intent.intent_id)
        if known is not None:
            return known
        async with self._database.read() as session:
            series = await load_series(session, key_prefix=failing_key(intent))
        state = ReminderState.from_times(series.times, last=None, count=series.count)
        since_times = (message.since for message in series.messages if isinstance(message, ExitFailing))
        since = wall_time.earliest(since_times) or state.first_at
        return self._sent.put(intent.intent_id, _Sent(state=state, since=since))

    async def _write(self, intent: Intent, message: ExitFailing, now: Moment) -> None:
        async with self._database.write() as session:
            order_ids = await load_orders_under_way(session, intent)
            guard = await load_guard_of(session, intent)
            await append_next(
                session,
                replace(message, order_ids=order_ids, at_stake=_at_stake(intent, guard)),
                key_prefix=failing_key(intent),
                user_id=intent.user_id,
                account_id=intent.account_id,
                now=now.at,
            )


def _at_stake(intent: Intent, guard: Guard | None) -> AtStake | None:
    """Return what is still to be sold, at the price that triggered it; its guard names the currency of that."""
    trigger = intent.trigger
    if trigger is None or guard is None:
        return None
    return AtStake(
        symbol=guard.symbol,
        direction=guard.direction,
        quantity=intent.quantity,
        currency=guard.currency,
        price=trigger.price,
        at=trigger.price_at,
    )


def failing_key(intent: Intent) -> str:
    """Return what the keys of all reminders of a failing exit begin with."""
    return f"{AlertKind.EXIT_FAILING}:{intent.intent_id}:"
