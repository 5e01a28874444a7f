"""A database that wakes up in another file than it was written into, or older than it was: what happened is not in it."""

import asyncio
from collections import defaultdict
from collections.abc import Collection, Mapping

import structlog
from sqlalchemy import text

from engine.alerts.messages import DatabaseCopied
from engine.alerts.outbox import append_alert
from engine.alerts.questions import Choice, ChoiceKind
from engine.clock import Clock
from engine.exits.interrupted_close import restore_interrupted
from engine.guards import store as rows
from engine.guards.guard import Guard
from engine.model.guard_reasons import GuardReason
from engine.offers.outcomes import ComparedFirst, Nothing, Outdated
from engine.offers.questions import UNSOLICITED_VALID
from engine.offers.shown import GUARD_BUTTONS, ShownPositions
from engine.orders.step_cause import StepCause
from engine.storage.database import Database
from engine.storage.high_water import high_water_note
from engine.storage.process_store import bind_file, load_origin, raise_high_water
from engine.storage.restored import disarming
from engine.storage.session import DatabaseSession

_WAITING = {"armed": GuardReason.COPIED, "closing": GuardReason.COPIED_AND_CHANGED}
#: What its owner's answer lets each of them go on with.
_ONCE_ANSWERED: Mapping[str | None, GuardReason] = {
    GuardReason.COPIED: GuardReason.RESTORED,
    GuardReason.COPIED_AND_CHANGED: GuardReason.RESTORED_IN_SALE,
}

log = structlog.get_logger(__name__)


async def disarm_copy(database: Database, mark: str | None, *, clock: Clock) -> None:
    """Suspend every guard and exit where the database is a copy or older than it was, until its owner confirms.

    `mark` identifies the file; None where its file system does not.
    """
    now, note = clock.now(), high_water_note(database.url)
    noted = await asyncio.to_thread(note.read) if note else None
    async with database.write() as session:
        is_other = (await load_origin(session)).is_other_than(mark, noted)
        if is_other:
            await _disarm(session, clock=clock)
        await restore_interrupted(session, now=now)
        if is_other:
            await _ask_all(session, mark, clock=clock)
        await bind_file(session, mark, now=now)
        reached = await raise_high_water(session, above=noted or 0, now=now)
    if is_other:
        log.critical(
            "the database is a copy, was moved or is older than it was: its guards wait for their owners"
        )
    if note:
        await asyncio.to_thread(note.write, reached)


async def _disarm(session: DatabaseSession, *, clock: Clock) -> None:
    for statement, values in disarming(_WAITING, cause=StepCause.COPIED, now=clock.now()):
        await session.send(text(statement), **values)


async def _ask_all(session: DatabaseSession, mark: str | None, *, clock: Clock) -> None:
    for user_id, guards in (await _waiting(session)).items():
        await _ask(session, user_id, guards, mark=mark, clock=clock)


async def _waiting(session: DatabaseSession) -> Mapping[int, list[Guard]]:
    theirs = defaultdict[int, list[Guard]](list)
    for guard in await rows.load_watched(session):
        if guard.reason in _ONCE_ANSWERED:
            theirs[guard.user_id].append(guard)
    return theirs


async def _ask(
    session: DatabaseSession, user_id: int, guards: Collection[Guard], *, mark: str | None, clock: Clock
) -> None:
    now = clock.now()
    confirmation_id = await GUARD_BUTTONS.store(
        session,
        # It is about whatever still waits when it is pressed.
        ShownPositions(positions=()),
        user_id=user_id,
        action=ChoiceKind.GUARD_HERE,
        now=now,
        valid_for=UNSOLICITED_VALID,
    )
    await append_alert(
        session,
        DatabaseCopied(
            guarded=tuple(sorted({f"{guard.symbol} at {guard.venue.label}" for guard in guards})),
            choice=Choice(kind=ChoiceKind.GUARD_HERE, confirmation_id=confirmation_id),
            at=now,
        ),
        user_id=user_id,
        account_id=None,
        dedup_key=f"database_copied:{user_id}:{mark}:{now.isoformat()}",
        now=now,
    )


async def guard_here(database: Database, user_id: int, *, clock: Clock) -> ComparedFirst | Nothing:
    """Compare the guards of a copied database with their venues, after which they watch again."""
    async with database.write() as session:
        waiting = (await _waiting(session)).get(user_id, [])
        for guard in waiting:
            compared = guard.in_state(guard.state, _ONCE_ANSWERED[guard.reason])
            cause = "guarded here by its owner"
            await rows.save_guard(session, compared, was=guard, now=clock.now(), cause=cause)
    if waiting:
        return ComparedFirst(guards=tuple(waiting))
    return Nothing(why=Outdated.NONE_WAITS)
