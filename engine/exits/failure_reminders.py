"""Reminds an owner of an exit that does not get through: at once, then in growing pauses until it does."""

import asyncio
from collections import OrderedDict
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime
from types import TracebackType
from typing import Self

from engine import wall_time
from engine.alerts.kinds import AlertKind
from engine.alerts.messages import ExitFailing
from engine.alerts.outbox import append_alert, load_times, load_written
from engine.alerts.reminder_state import ReminderState
from engine.clock import Clock, Moment, moment
from engine.model.delays import HeldUp
from engine.orders.intents import Intent
from engine.orders.under_way import is_under_way, load_orders_under_way
from engine.storage.database import Database

CHECK_EVERY_S = 1.0
#: Exits whose reminders are remembered; those of others are read from the outbox.
_MOST_EXITS = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class _Sent:
    """What was sent of one exit: when, and since when it does not get through by that."""

    state: ReminderState = field(default_factory=ReminderState)
    since: datetime | None = None


class FailureReminders:
    """The reminders of all exits, as the outbox has them: an exit goes on failing over any number of restarts."""

    def __init__(self, *, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock
        #: By intent, the last one used last.
        self._sent = OrderedDict[str, _Sent]()
        #: By intent, why it does not get through now and since when that is known, whatever was told.
        self._reasons = OrderedDict[str, HeldUp]()

    async def send_if_due(self, intent: Intent, why: str, doing: str, *, is_urgent: bool = False) -> None:
        """Remind the owner, unless the last reminder was too short a time ago; an urgent one is always due."""
        self.keep_reason(intent, why)
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
            quantity=intent.quantity,
            why=why,
            doing=doing,
            since=since,
            asked=trigger.asked is not None,
        )
        await self._write(intent, message, number=sent.state.count, now=now)
        # Only what is written down was told.
        self._remember(intent, _Sent(state=sent.state.noted(now), since=since))

    def keep_reason(self, intent: Intent, why: str, *, since: datetime | None = None) -> None:
        """Keep why an exit does not get through now, for whoever asks before its owner is told.

        `since` is when the first of what did not get through was begun, if not now.
        """
        before = self._reasons.get(intent.intent_id)
        began = before.since if before is not None else since or self._clock.now()
        self._reasons[intent.intent_id] = HeldUp(why=why, since=began)
        self._reasons.move_to_end(intent.intent_id)
        if len(self._reasons) > _MOST_EXITS:
            self._reasons.popitem(last=False)

    def why(self, intent_id: str) -> HeldUp | None:
        """Return why an exit was last said not to get through by this process; None where it said nothing."""
        reason = self._reasons.get(intent_id)
        return reason and replace(reason, since=self._since(intent_id, reason.since))

    def _since(self, intent_id: str, now: datetime) -> datetime:
        reason, sent = self._reasons.get(intent_id), self._sent.get(intent_id)
        # An earlier process may have told of it before.
        known = (reason.since if reason else None, sent.since if sent else None)
        return wall_time.earliest(at for at in known if at is not None) or now

    async def _load(self, intent: Intent) -> _Sent:
        known = self._sent.get(intent.intent_id)
        if known is not None:
            return known
        async with self._database.read() as session:
            times = await load_times(session, key_prefix=failing_key(intent))
            first = await load_written(session, f"{failing_key(intent)}0") if times else None
        state = ReminderState.from_times(times, last=None)
        since = first.since if isinstance(first, ExitFailing) else state.first_at
        return self._remember(intent, _Sent(state=state, since=since))

    def _remember(self, intent: Intent, sent: _Sent) -> _Sent:
        self._sent[intent.intent_id] = sent
        self._sent.move_to_end(intent.intent_id)
        if len(self._sent) > _MOST_EXITS:
            self._sent.popitem(last=False)
        return sent

    async def _write(self, intent: Intent, message: ExitFailing, *, number: int, now: Moment) -> None:
        async with self._database.write() as session:
            order_ids = await load_orders_under_way(session, intent)
            await append_alert(
                session,
                replace(message, order_ids=order_ids),
                user_id=intent.user_id,
                account_id=intent.account_id,
                dedup_key=f"{failing_key(intent)}{number}",
                now=now.at,
            )


def failing_key(intent: Intent) -> str:
    """Return what the keys of all reminders of a failing exit begin with."""
    return f"{AlertKind.EXIT_FAILING}:{intent.intent_id}:"


class FailureReminder:
    """Reminds the owner of one exit while it is failing; leaving the block ends the reminders."""

    def __init__(self, intent: Intent, *, reminders: FailureReminders, clock: Clock) -> None:
        self._intent = intent
        self._reminders = reminders
        self._clock = clock
        # What was found under way did not get through since it left.
        self._began = clock.now()
        if is_under_way(intent) and intent.sent_at is not None:
            self._began = wall_time.at_most(intent.sent_at, self._began)
        self._why = ""
        self._doing = ""
        self._unreadable: tuple[str, ...] = ()
        self._task: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def note(self, why: str, doing: str, *, is_urgent: bool = False) -> None:
        """Say what is wrong now and what is being done; the first time, or where it is urgent, it is sent at once."""
        self._why, self._doing = why, doing
        self._reminders.keep_reason(self._intent, why + self._in_the_way(), since=self._began)
        if self._task is None or is_urgent:
            await self._send_if_due(is_urgent=is_urgent)
        if self._task is None:
            self._task = asyncio.create_task(self._remind())

    @property
    def held_up(self) -> HeldUp | None:
        """Return since when and why the exit did not get through; None where nothing was in its way."""
        return self._reminders.why(self._intent.intent_id)

    def name_unreadable(self, orders: tuple[str, ...]) -> None:
        """Name with every reminder the open orders that could not be read: they may be what is in the way."""
        self._unreadable = orders

    async def _remind(self) -> None:
        while True:
            await self._clock.sleep(CHECK_EVERY_S)
            # Whatever keeps one reminder from being written, the next second tries again.
            with suppress(Exception):
                await self._send_if_due()

    async def _send_if_due(self, *, is_urgent: bool = False) -> None:
        why = self._why + self._in_the_way()
        await self._reminders.send_if_due(self._intent, why, self._doing, is_urgent=is_urgent)

    def _in_the_way(self) -> str:
        if not self._unreadable:
            return ""
        named = ", ".join(self._unreadable)
        return (
            f"; {self._intent.venue.label} also lists what NIJA cannot read and what may hold it ({named}): "
            "cancel that there yourself"
        )
