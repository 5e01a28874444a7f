"""The outbox: alerts are rows written with their event, and leave in order until each is delivered."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, func
from sqlmodel import col, select

from engine import wall_time
from engine.alerts.batches import Alert, Batch, pack
from engine.alerts.kinds import CRITICAL, AlertKind, AlertState
from engine.alerts.messages import Message, dump_message, load_message
from engine.alerts.table import AlertRow
from engine.storage.readable import Read, parsing, read_rows, readable_row, readable_rows
from engine.storage.session import DatabaseSession
from engine.storage.statements import Prepared, begins_with, insert_row, prefix_range

#: An alert that will not leave again has no time to leave. The time itself is for whoever reads the table: the
#: process that tried knows by its steady clock what it waits with, and after a start everything may leave.
_PENDING = col(AlertRow.not_before).is_not(None)

#: The mark of a session that has put an alert into the outbox: delivery is notified of its commit.
NEW_ALERT = "new alert"


@dataclass(frozen=True, slots=True, kw_only=True)
class Depth:
    """How much waits in the outbox."""

    waiting: int
    oldest_at: datetime | None
    #: Of these, how many the chat server refused as they are.
    refused: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class GivenUp:
    """What one user never received."""

    alerts: int = 0
    #: An AlertKind, or that of a newer version.
    last_kind: str | None = None
    last_error: str = ""


_OF_KEY = Prepared(select(AlertRow).where(col(AlertRow.dedup_key) == bindparam("dedup_key")))
_NUMBER_OF_KEY = select(AlertRow.alert_id).where(col(AlertRow.dedup_key) == bindparam("dedup_key"))


async def append_alert(
    session: DatabaseSession,
    message: Message,
    *,
    user_id: int,
    account_id: str | None,
    dedup_key: str,
    now: datetime,
    chat_id: int | None = None,
) -> bool:
    """Put an alert into the outbox, in the transaction of its event; one of the same key is written once."""
    known = await session.send(_NUMBER_OF_KEY, dedup_key=dedup_key)
    if known.first() is not None:
        return False
    kind = AlertKind(message.kind)
    await insert_row(
        session,
        AlertRow(
            user_id=user_id,
            account_id=account_id,
            # A private chat has its user's id.
            chat_id=user_id if chat_id is None else chat_id,
            kind=kind,
            data=dump_message(message),
            critical=kind in CRITICAL,
            dedup_key=dedup_key,
            state=AlertState.WAITING,
            attempts=0,
            not_before=now,
            created_at=now,
        ),
    )
    session.info[NEW_ALERT] = True
    return True


_DUE = Prepared(
    select(AlertRow).where(_PENDING).order_by(col(AlertRow.critical).desc(), col(AlertRow.alert_id))
)


async def load_due(
    session: DatabaseSession, *, now: datetime, held: Collection[int] = frozenset()
) -> tuple[Batch, ...]:
    """Return the next message of each chat that may leave now, critical alerts first; `held` have to wait."""
    return pack(await readable_rows(session, _DUE, _alert), now=now, held=held)


_CRITICAL_AFTER = Prepared(
    select(AlertRow)
    .where(col(AlertRow.critical), col(AlertRow.alert_id) > bindparam("alert_id"))
    .order_by(col(AlertRow.alert_id))
)


async def load_critical_after(session: DatabaseSession, alert_id: int) -> tuple[Alert, ...]:
    """Return the critical alerts written after another one, in order, whatever became of them."""
    return await readable_rows(session, _CRITICAL_AFTER, _alert, alert_id=alert_id)


async def load_alerts(session: DatabaseSession, chosen: Prepared[AlertRow]) -> tuple[Alert, ...]:
    """Return the alerts that a statement finds, whatever became of them."""
    return await readable_rows(session, chosen, _alert)


_IS_UNDER_PREFIX = begins_with(col(AlertRow.dedup_key))
#: What was written under keys that begin with a prefix, and these keys alone.
UNDER_PREFIX = Prepared(select(AlertRow).where(_IS_UNDER_PREFIX).order_by(col(AlertRow.alert_id)))
_KEYS_UNDER_PREFIX = select(AlertRow.dedup_key).where(_IS_UNDER_PREFIX).order_by(col(AlertRow.alert_id))


async def load_keys(session: DatabaseSession, *, key_prefix: str) -> tuple[tuple[str, datetime | None], ...]:
    """Return the keys that begin so with when each was written, whatever became of it, oldest first.

    A row that is damaged elsewhere still has its key; when it was written is None where that cannot be read.
    """
    found = await readable_rows(
        session, UNDER_PREFIX, lambda row: (row.dedup_key, row.created_at), **prefix_range(key_prefix)
    )
    times = dict(found)
    keys = await session.send(_KEYS_UNDER_PREFIX, **prefix_range(key_prefix))
    return tuple((str(key), times.get(key)) for key in keys.scalars())


async def load_written(session: DatabaseSession, dedup_key: str) -> Message | None:
    """Return what was written under a key, whatever became of it; None when nothing was, or it cannot be read."""
    return await readable_row(session, _OF_KEY, message_of, dedup_key=dedup_key)


async def load_written_under(session: DatabaseSession, *, key_prefix: str) -> tuple[Message, ...]:
    """Return what was written under keys that begin so, whatever became of it, oldest first."""
    return await readable_rows(session, UNDER_PREFIX, message_of, **prefix_range(key_prefix))


_OF_KIND_SINCE = Prepared(
    select(AlertRow)
    .where(
        col(AlertRow.user_id) == bindparam("user_id"),
        col(AlertRow.kind) == bindparam("kind"),
        col(AlertRow.created_at) >= bindparam("since"),
    )
    .order_by(col(AlertRow.alert_id))
)


async def load_since(
    session: DatabaseSession, user_id: int, kind: AlertKind, *, since: datetime
) -> Read[Message]:
    """Return what of one kind was written for a user since a moment, whatever became of it, and what cannot be read."""
    return await read_rows(session, _OF_KIND_SINCE, message_of, user_id=user_id, kind=kind, since=since)


async def load_dated(session: DatabaseSession, *, key_prefix: str) -> tuple[tuple[Message, datetime], ...]:
    """Return what was written under keys that begin so with when it was, whatever became of it, oldest first."""
    return await readable_rows(
        session, UNDER_PREFIX, lambda row: (message_of(row), row.created_at), **prefix_range(key_prefix)
    )


async def load_last_gone(session: DatabaseSession) -> int:
    """Return the number up to which no alert is to leave any more; zero when there is none."""
    number = col(AlertRow.alert_id)
    first_pending = (await session.exec(select(number).where(_PENDING).order_by(number))).first()
    if first_pending is not None:
        return first_pending - 1
    return (await session.exec(select(number).order_by(number.desc()))).first() or 0


_IN_ORDER = Prepared(select(AlertRow).where(_PENDING).order_by(col(AlertRow.alert_id)))


async def depth(session: DatabaseSession, *, user_id: int | None = None) -> Depth:
    """Return how many alerts wait and since when; of one user, or of all and those that cannot be read."""
    read = await read_pending(session)
    waiting = [alert for alert in read.readable if user_id in {None, alert.user_id}]
    return Depth(
        waiting=len(waiting) + (len(read.unreadable) if user_id is None else 0),
        oldest_at=wall_time.earliest(alert.created_at for alert in waiting),
        refused=sum(alert.state is AlertState.REFUSED for alert in waiting),
    )


_FAILED = Prepared(select(AlertRow).where(_PENDING, col(AlertRow.last_error).is_not(None)))


async def load_last_errors(session: DatabaseSession) -> Mapping[int, tuple[str, ...]]:
    """Return of each chat why its waiting alerts did not leave, one reason an alert."""
    errors = dict[int, tuple[str, ...]]()
    for chat_id, error in await readable_rows(session, _FAILED, lambda row: (row.chat_id, row.last_error)):
        errors[chat_id] = (*errors.get(chat_id, ()), error or "")
    return errors


async def load_given_up_alerts(session: DatabaseSession, user_id: int) -> GivenUp:
    """Return how many of a user's alerts were given up, and the last of them."""
    theirs = (col(AlertRow.user_id) == user_id, col(AlertRow.state) == AlertState.DEAD)
    alerts = (await session.exec(select(func.count()).where(*theirs))).one()
    if not alerts:
        return GivenUp()
    last = select(AlertRow.kind, AlertRow.last_error).where(*theirs).order_by(col(AlertRow.alert_id).desc())
    kind, error = (await session.exec(last.limit(1))).one()
    return GivenUp(alerts=alerts, last_kind=str(kind), last_error=str(error or ""))


async def read_pending(session: DatabaseSession) -> Read[Alert]:
    """Read the alerts that are still to leave, in order."""
    return await read_rows(session, _IN_ORDER, _alert)


def message_of(row: AlertRow) -> Message:
    with parsing():
        return load_message(row.data)


def _alert(row: AlertRow) -> Alert:
    return Alert(
        alert_id=row.alert_id,
        user_id=row.user_id,
        chat_id=row.chat_id,
        message=message_of(row),
        critical=row.critical,
        # In a state of a newer version it may have left.
        state=AlertState(row.state) if row.state in set(AlertState) else AlertState.UNKNOWN,
        attempts=row.attempts,
        created_at=row.created_at,
    )
