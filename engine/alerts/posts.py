"""What of the critical alerts went to the owner's second address, what waits, and what was given up."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, func
from sqlmodel import col, select

from engine.alerts.batches import Alert
from engine.alerts.kinds import PostState
from engine.alerts.outbox import load_alerts, load_critical_after, load_last_gone
from engine.alerts.posts_table import AlertPostRow
from engine.alerts.table import AlertRow
from engine.storage.session import DatabaseSession
from engine.storage.statements import Prepared, replace_row


@dataclass(frozen=True, slots=True, kw_only=True)
class Post:
    """A critical alert that the second address has not taken."""

    alert: Alert
    #: How often the address refused the alert, or it could not be rendered.
    refusals: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class PostCounts:
    """What one user's second address has not received."""

    refused: int = 0
    #: Why the last of those was.
    last_refusal: str = ""
    given_up: int = 0
    last_error: str = ""


async def begin_posts(session: DatabaseSession, *, now: datetime) -> None:
    """Begin with what Telegram has not taken, where no address was set until now."""
    if await _load_highest(session) is None:
        await note_post(session, await load_last_gone(session), PostState.PASSED_OVER, now=now)


async def forget_posts(session: DatabaseSession) -> None:
    """Let an address that is set later begin anew."""
    await session.exec(delete(AlertPostRow))


_WAITING = select(AlertPostRow.alert_id, AlertPostRow.refusals).where(
    col(AlertPostRow.state) == PostState.WAITING
)
_SET_ASIDE = Prepared(
    select(AlertRow)
    .where(col(AlertRow.alert_id).in_(_WAITING.with_only_columns(col(AlertPostRow.alert_id))))
    .order_by(col(AlertRow.alert_id))
)


async def load_unposted(session: DatabaseSession) -> tuple[Post, ...]:
    """Return what the address has not taken, in order, whatever became of it in the chat."""
    refusals = {row.alert_id: row.refusals for row in await session.send(_WAITING)}
    waiting = await load_alerts(session, _SET_ASIDE) if refusals else ()
    new = await load_critical_after(session, await _load_highest(session) or 0)
    return tuple(Post(alert=one, refusals=refusals.get(one.alert_id, 0)) for one in (*waiting, *new))


async def note_post(
    session: DatabaseSession,
    alert_id: int,
    state: PostState,
    *,
    now: datetime,
    refusals: int = 0,
    error: str | None = None,
) -> None:
    """Note what became of an alert at the address."""
    row = AlertPostRow(alert_id=alert_id, state=state, refusals=refusals, at=now, last_error=error)
    await replace_row(session, row)


async def count_posts(session: DatabaseSession, user_id: int) -> PostCounts:
    """Count what a user's address refuses and what was given up, with why the last of each was."""
    theirs = select(AlertRow.alert_id).where(col(AlertRow.user_id) == user_id)
    mine = col(AlertPostRow.alert_id).in_(theirs)
    refused = col(AlertPostRow.state) == PostState.WAITING, col(AlertPostRow.refusals) > 0
    given_up = col(AlertPostRow.state) == PostState.GIVEN_UP
    errors = select(AlertPostRow.last_error).where(mine).order_by(col(AlertPostRow.alert_id).desc()).limit(1)
    return PostCounts(
        refused=(await session.exec(select(func.count()).where(mine, *refused))).one(),
        last_refusal=(await session.exec(errors.where(*refused))).first() or "",
        given_up=(await session.exec(select(func.count()).where(mine, given_up))).one(),
        last_error=(await session.exec(errors.where(given_up))).first() or "",
    )


async def _load_highest(session: DatabaseSession) -> int | None:
    highest: int | None = (await session.exec(select(func.max(AlertPostRow.alert_id)))).first()
    return highest
