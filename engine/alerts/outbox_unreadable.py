"""Alerts in the outbox that cannot be read: given up, and reported where they may be critical."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import update
from sqlmodel import col

from engine.alerts.damaged import number_of, plain_data, written_at
from engine.alerts.kinds import AlertKind, AlertState
from engine.alerts.messages import AlertUnreadable
from engine.alerts.outbox import append_alert, read_pending
from engine.alerts.table import AlertRow
from engine.storage.readable import UnreadableRow
from engine.storage.session import DatabaseSession
from engine.users.store import load_readers

_UNREADABLE = "its stored data cannot be read"


async def has_unreadable(session: DatabaseSession) -> bool:
    """Return whether an alert waits that cannot be read."""
    return bool((await read_pending(session)).unreadable)


async def give_up_unreadable(session: DatabaseSession, *, now: datetime) -> tuple[int, ...]:
    """Give up alerts that cannot be read; return the numbers.

    Each critical alert among it is reported, and each whose kind is not known: it may be one.
    """
    lost = (await read_pending(session)).unreadable
    for row in lost:
        given_up = {"state": AlertState.DEAD, "not_before": None, "last_error": _UNREADABLE}
        await session.exec(update(AlertRow).where(col(AlertRow.alert_id) == row.key[0]).values(**given_up))
        if row.values["critical"] or row.text("kind") not in set(AlertKind):
            await _report_lost(session, row, readers=await load_readers(session, row.user_id), now=now)
    return tuple(number_of(row) for row in lost)


async def _report_lost(
    session: DatabaseSession, row: UnreadableRow, *, readers: Collection[int], now: datetime
) -> None:
    number = number_of(row)
    message = AlertUnreadable(
        alert_id=number,
        lost=row.text("kind"),
        written_at=written_at(row, now),
        text=plain_data(row.text("data_json")),
    )
    for user_id in readers:
        is_theirs, chat_id = user_id == row.user_id, row.values.get("chat_id")
        await append_alert(
            session,
            message,
            user_id=user_id,
            account_id=None,
            dedup_key=f"alert_unreadable:{number}" + ("" if is_theirs else f":{user_id}"),
            now=now,
            chat_id=chat_id if is_theirs and isinstance(chat_id, int) else None,
        )
