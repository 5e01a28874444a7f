"""The outbox: alerts are rows written with their event, and leave in order until each is delivered."""

from dataclasses import dataclass
from datetime import datetime

from pydantic import ValidationError
from sqlalchemy import func, update
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from engine.alerts.kinds import CRITICAL, AlertKind, AlertState
from engine.alerts.messages import Message, dump_message, load_message
from engine.storage.tables import AlertRow

#: An alert that will not leave again has no time to leave.
_PENDING = col(AlertRow.not_before).is_not(None)


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Depth:
    """How much waits in the outbox."""

    waiting: int
    oldest_at: datetime | None


async def append_alert(
    session: AsyncSession,
    message: Message,
    *,
    user_id: int,
    account_id: str | None,
    dedup_key: str,
    now: datetime,
    chat_id: int | None = None,
) -> bool:
    """Put an alert into the outbox, in the transaction of its event; one of the same key is written once."""
    known = await session.exec(select(AlertRow.alert_id).where(col(AlertRow.dedup_key) == dedup_key))
    if known.first() is not None:
        return False
    kind = AlertKind(message.kind)
    session.add(
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
        )
    )
    await session.flush()
    return True


async def claim_due(session: AsyncSession, *, now: datetime) -> tuple[Alert, ...]:
    """Return the next alert of each chat that may leave now, critical ones first.

    A chat whose first alert must wait gets nothing else meanwhile, unless a critical one comes.
    """
    found = await session.exec(
        select(AlertRow).where(_PENDING).order_by(col(AlertRow.critical).desc(), col(AlertRow.alert_id))
    )
    first_of = dict[int, tuple[datetime | None, Alert]]()
    for row in found:
        if row.chat_id not in first_of and (alert := _alert(row)) is not None:
            first_of[row.chat_id] = (row.not_before, alert)
    return tuple(alert for not_before, alert in first_of.values() if not_before and not_before <= now)


async def load_critical_after(session: AsyncSession, alert_id: int) -> tuple[Alert, ...]:
    """Return the critical alerts written after another one, in order, whatever became of them."""
    found = await session.exec(
        select(AlertRow)
        .where(col(AlertRow.critical), col(AlertRow.alert_id) > alert_id)
        .order_by(col(AlertRow.alert_id))
    )
    return tuple(alert for row in found if (alert := _alert(row)) is not None)


async def load_times(session: AsyncSession, *, key_prefix: str) -> tuple[datetime, ...]:
    """Return when everything under keys that begin so was written, whatever became of it, oldest first."""
    same = col(AlertRow.dedup_key).startswith(key_prefix, autoescape=True)
    written = select(AlertRow.created_at).where(same).order_by(col(AlertRow.alert_id))
    return tuple(await session.exec(written))


async def load_last_gone(session: AsyncSession) -> int:
    """Return the number up to which no alert is to leave any more; zero when there is none."""
    number = col(AlertRow.alert_id)
    first_pending = (await session.exec(select(number).where(_PENDING).order_by(number))).first()
    if first_pending is not None:
        return first_pending - 1
    return (await session.exec(select(number).order_by(number.desc()))).first() or 0


async def mark_sent(session: AsyncSession, alert_id: int, *, message_id: int | None, now: datetime) -> None:
    """Note that an alert was delivered."""
    await _change(
        session,
        alert_id,
        state=AlertState.SENT,
        sent_at=now,
        message_id=message_id,
        not_before=None,
        last_error=None,
    )


async def mark_retry(session: AsyncSession, alert_id: int, *, not_before: datetime, error: str) -> None:
    """Note that an alert certainly did not arrive and when it leaves again."""
    await _change(
        session,
        alert_id,
        state=AlertState.WAITING,
        attempts=AlertRow.attempts + 1,
        not_before=not_before,
        last_error=error,
    )


async def mark_unknown(session: AsyncSession, alert_id: int, *, not_before: datetime, error: str) -> None:
    """Note that nobody knows whether an alert arrived, and when it is repeated."""
    await _change(
        session,
        alert_id,
        state=AlertState.UNKNOWN,
        attempts=AlertRow.attempts + 1,
        not_before=not_before,
        last_error=error,
    )


async def mark_leaving(session: AsyncSession, alert_id: int, *, again_at: datetime) -> None:
    """Note that an alert is on its way: a process that dies now leaves it in doubt, not forgotten."""
    await _change(session, alert_id, state=AlertState.UNKNOWN, not_before=again_at)


async def release_doubtful(session: AsyncSession, *, now: datetime) -> None:
    """Let alerts leave at once that a process which is gone had on their way."""
    await session.exec(
        update(AlertRow).where(col(AlertRow.state) == AlertState.UNKNOWN).values(not_before=now)
    )


async def mark_dead(session: AsyncSession, alert_id: int, *, error: str) -> None:
    """Give an alert up: its chat refuses it for good."""
    await _change(session, alert_id, state=AlertState.DEAD, not_before=None, last_error=error)


async def depth(session: AsyncSession) -> Depth:
    """Return how many alerts wait and since when."""
    counted = await session.exec(select(func.count(), func.min(AlertRow.created_at)).where(_PENDING))
    waiting, oldest_at = counted.one()
    return Depth(waiting=waiting, oldest_at=oldest_at)


async def _change(session: AsyncSession, alert_id: int, **values: object) -> None:
    await session.exec(update(AlertRow).where(col(AlertRow.alert_id) == alert_id).values(**values))


def _alert(row: AlertRow) -> Alert | None:
    try:
        message = load_message(row.data)
    except ValidationError:
        # Written by a version with other words: it stays and is counted, but must not hold up the others.
        return None
    return Alert(
        alert_id=row.alert_id,
        user_id=row.user_id,
        chat_id=row.chat_id,
        message=message,
        critical=row.critical,
        state=row.state,
        attempts=row.attempts,
        created_at=row.created_at,
    )
