"""What became of alerts on their way to the chat, noted in their rows."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import update
from sqlmodel import col, select

from engine.alerts.batches import Batch
from engine.alerts.kinds import AlertState
from engine.alerts.messages import load_message
from engine.alerts.outbox import append_alert
from engine.alerts.table import AlertRow
from engine.storage.session import DatabaseSession
from engine.storage.statements import Prepared


async def mark_sent(session: DatabaseSession, batch: Batch, *, message_id: int | None, now: datetime) -> None:
    """Note that alerts were delivered."""
    await _change(
        session,
        batch,
        state=AlertState.SENT,
        sent_at=now,
        message_id=message_id,
        not_before=None,
        last_error=None,
    )


async def mark_retry(session: DatabaseSession, batch: Batch, *, not_before: datetime, error: str) -> None:
    """Note that alerts did not arrive this time and when they leave again; what may have arrived before still may have."""
    await _change(
        session,
        batch,
        state=AlertState.UNKNOWN if batch.may_be_repetition else AlertState.WAITING,
        attempts=AlertRow.attempts + 1,
        not_before=not_before,
        last_error=error,
    )


async def mark_unknown(session: DatabaseSession, batch: Batch, *, not_before: datetime, error: str) -> None:
    """Note that alerts may have arrived, and when they are repeated."""
    await _change(
        session,
        batch,
        state=AlertState.UNKNOWN,
        attempts=AlertRow.attempts + 1,
        not_before=not_before,
        last_error=error,
    )


async def mark_refused(session: DatabaseSession, batch: Batch, *, not_before: datetime, error: str) -> None:
    """Note that the content of alerts was refused; `attempts` counts such refusals from now on."""
    await _change(
        session,
        batch,
        state=AlertState.REFUSED,
        attempts=batch.refusals + 1,
        not_before=not_before,
        last_error=error,
    )


async def mark_leaving(session: DatabaseSession, batch: Batch, *, again_at: datetime) -> None:
    """Note that alerts are on their way: a process that dies now leaves them as possibly delivered."""
    await _change(session, batch, state=AlertState.UNKNOWN, not_before=again_at)


async def mark_dead(session: DatabaseSession, batch: Batch, *, error: str) -> None:
    """Give alerts up; /status counts them and names the last."""
    await _change(session, batch, state=AlertState.DEAD, not_before=None, last_error=error)


async def readdress(session: DatabaseSession, batch: Batch, *, to: Sequence[int], now: datetime) -> None:
    """Let alerts wait for other readers: the first of them takes each over, the others get it too."""
    first, *others = to
    await _change(session, batch, user_id=first, chat_id=first, state=AlertState.WAITING, not_before=now)
    chosen = Prepared(select(AlertRow).where(col(AlertRow.alert_id).in_(batch.alert_ids)))
    found = await session.send(chosen.all)
    for row in found.all():
        for user_id in others:
            await append_alert(
                session,
                load_message(row.data),
                user_id=user_id,
                account_id=row.account_id,
                dedup_key=f"{row.dedup_key}:{user_id}",
                now=now,
            )


async def _change(session: DatabaseSession, batch: Batch, **values: object) -> None:
    chosen = col(AlertRow.alert_id).in_(batch.alert_ids)
    await session.exec(update(AlertRow).where(chosen).values(**values))
