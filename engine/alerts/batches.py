"""What leaves in one message: a single alert, or the digest of what an outage held up."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice, takewhile

from engine import wall_time
from engine.alerts.kinds import DIGESTIBLE, AlertState
from engine.alerts.messages import Message

#: An alert that waited longer shows when it was written.
LATE_AFTER = timedelta(minutes=2)
#: More than that would be no digest but a book; the rest goes with the next one.
LONGEST_DIGEST = 40


@dataclass(frozen=True, slots=True, kw_only=True)
class Alert:
    """One alert on its way."""

    alert_id: int
    user_id: int
    chat_id: int
    message: Message
    critical: bool
    state: AlertState
    #: Deliveries tried so far.
    attempts: int
    created_at: datetime

    def is_late(self, now: datetime) -> bool:
        """Return whether it waited so long that its reader must know when it was written."""
        return not wall_time.is_younger(self.created_at, now, LATE_AFTER)


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """The alerts of one chat that leave in one message; never empty."""

    alerts: tuple[Alert, ...]

    @property
    def first(self) -> Alert:
        """Return the alert that has waited longest; user and chat are the same for all."""
        return self.alerts[0]

    @property
    def alert_ids(self) -> tuple[int, ...]:
        return tuple(alert.alert_id for alert in self.alerts)

    @property
    def may_be_repetition(self) -> bool:
        """Return whether something of it may have arrived before."""
        return any(alert.state is AlertState.UNKNOWN for alert in self.alerts)

    @property
    def attempts(self) -> int:
        """Return how often it was tried in vain."""
        return max(alert.attempts for alert in self.alerts)

    @property
    def refusals(self) -> int:
        """Return how often its content was refused in a row."""
        return max(alert.attempts if alert.state is AlertState.REFUSED else 0 for alert in self.alerts)

    @property
    def is_critical(self) -> bool:
        """Return whether something of it must never be given up."""
        return any(alert.critical for alert in self.alerts)


def pack(
    pending: Sequence[Alert], *, now: datetime, held: Collection[int] = frozenset()
) -> tuple[Batch, ...]:
    """Return what may leave now, one batch a chat; `pending` is in the order in which alerts leave.

    A chat whose first alert must wait gets nothing else meanwhile, unless only the content of that one was refused.
    """
    pending = [one for one in pending if one.state is not AlertState.REFUSED or one.alert_id not in held]
    first_of = {alert.chat_id: alert for alert in reversed(pending)}
    return tuple(
        Batch(alerts=tuple(_together(first, pending, now)))
        for first in first_of.values()
        if first.alert_id not in held
    )


def _together(first: Alert, pending: Sequence[Alert], now: datetime) -> Iterator[Alert]:
    if not _is_digested(first, now):
        return iter((first,))
    of_chat = (alert for alert in pending if (alert.chat_id, alert.user_id) == (first.chat_id, first.user_id))
    return islice(takewhile(lambda alert: _is_digested(alert, now), of_chat), LONGEST_DIGEST)


def _is_digested(alert: Alert, now: datetime) -> bool:
    # What was refused goes alone: in a digest it would take the others with it.
    is_refused = alert.state is AlertState.REFUSED
    return alert.message.kind in DIGESTIBLE and alert.is_late(now) and not is_refused
