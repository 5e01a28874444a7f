"""Who runs, since when, and until when it watched."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any

from pydantic import AfterValidator, TypeAdapter
from sqlalchemy import bindparam, delete, update
from sqlmodel import col, select

from engine.storage.process_table import HandledUpdateRow, LeaseRow, ProcessRunRow
from engine.storage.readable import parsing, readable_row
from engine.storage.restored import BACKUP_FILE, FILE_LEASE, HIGH_WATER, KNOWN_TO_BE_OLDER
from engine.storage.session import DatabaseSession
from engine.storage.statements import Prepared, insert_row, plain_table, replace_row

_MOST_REACHED = 2**62


@dataclass(frozen=True, slots=True, kw_only=True)
class Lease:
    """Who holds a name; a higher epoch overrules every lower one."""

    name: str
    owner: str
    epoch: int
    acquired_at: datetime
    heartbeat_at: datetime


def _check_ratio(text: str) -> str:
    if not Decimal(text).is_finite():
        message = f"{text} is no ratio"
        raise ValueError(message)
    return text


_Ratio = Annotated[str, AfterValidator(_check_ratio)]


@dataclass(frozen=True, slots=True, kw_only=True)
class LastSeen:
    """Where a guard stood when it was watched last."""

    #: As a fraction of its cost, in text.
    ratio: _Ratio
    #: None in records of earlier versions.
    at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ProcessRun:
    """One life of the process."""

    run_id: int
    started_at: datetime
    #: When it was last known to run, with its guards looked at as far as their venues answered.
    last_guard_cycle_at: datetime | None
    stopped_at: datetime | None
    #: True when it stopped on purpose.
    clean: bool
    #: By guard id, where each stood when it was seen last.
    last_seen: dict[str, LastSeen] = field(default_factory=dict)


#: A ratio alone was written by earlier versions.
_last_seen: TypeAdapter[dict[str, LastSeen | _Ratio]] = TypeAdapter(dict[str, LastSeen | _Ratio])


async def take_lease(session: DatabaseSession, name: str, *, owner: str, now: datetime) -> Lease:
    """Take a name over with a higher epoch; who held it before may not write any more."""
    same = col(LeaseRow.name) == name
    held = (await session.exec(select(LeaseRow.epoch).where(same))).first()
    # Who held it under a number that cannot be read may not write any more either: it is another than this one.
    epoch = held + 1 if isinstance(held, int) else 1
    lease = Lease(name=name, owner=owner, epoch=epoch, acquired_at=now, heartbeat_at=now)
    values: dict[str, Any] = {"owner": owner, "epoch": epoch, "acquired_at": now, "heartbeat_at": now}
    if held is None:
        await insert_row(session, LeaseRow(name=name, **values))
    else:
        await session.exec(update(LeaseRow).where(same).values(**values))
    return lease


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """The file a database records as its own, and how far it had come."""

    #: None: nothing distinguished that file from others, or no bot ran on it.
    file: str | None
    reached: int
    #: It was put back by a restore, which knows that it is older.
    is_restored: bool

    def is_other_than(self, mark: str | None, noted: int | None) -> bool:
        """Return whether it is a copy in the file with this mark, or older than what was noted beside it."""
        is_copy = self.file == BACKUP_FILE or (mark is not None and self.file not in {None, mark})
        is_older = noted is not None and self.reached < noted and not self.is_restored
        return is_copy or is_older


async def load_origin(session: DatabaseSession) -> Origin:
    """Return the origin that the database records."""
    names = col(LeaseRow.name).in_((FILE_LEASE, HIGH_WATER))
    found = await session.exec(select(LeaseRow.name, LeaseRow.owner, LeaseRow.epoch).where(names))
    rows = {name: (owner, epoch) for name, owner, epoch in found.all()}
    file, _ = rows.get(FILE_LEASE, (None, 0))
    owner, reached = rows.get(HIGH_WATER, ("", 0))
    return Origin(file=file, reached=_number(reached), is_restored=owner == KNOWN_TO_BE_OLDER)


async def bind_file(session: DatabaseSession, mark: str | None, *, now: datetime) -> None:
    """Note which file the database is in; None where nothing distinguishes it from others: it is no backup any more."""
    if mark is None:
        is_backup = col(LeaseRow.name) == FILE_LEASE, col(LeaseRow.owner) == BACKUP_FILE
        await session.exec(delete(LeaseRow).where(*is_backup))
    else:
        await replace_row(session, _lease_row(FILE_LEASE, owner=mark, epoch=1, now=now))


async def raise_high_water(session: DatabaseSession, *, above: int = 0, now: datetime) -> int:
    """Count that the database goes on from here, above a number, and return how far it has come."""
    reached = max((await load_origin(session)).reached, above) + 1
    await replace_row(session, _lease_row(HIGH_WATER, owner="", epoch=reached, now=now))
    return reached


def _lease_row(name: str, *, owner: str, epoch: int, now: datetime) -> LeaseRow:
    return LeaseRow(name=name, owner=owner, epoch=epoch, acquired_at=now, heartbeat_at=now)


def _number(stored: object) -> int:
    # A damaged one may be higher than the column can go on from.
    return stored if isinstance(stored, int) and 0 <= stored < _MOST_REACHED else 0


async def beat(session: DatabaseSession, lease: Lease, *, now: datetime) -> bool:
    """Store a sign of life of the lease holder; False when another has taken over."""
    held = col(LeaseRow.name) == lease.name, col(LeaseRow.epoch) == lease.epoch
    beaten = await session.exec(update(LeaseRow).where(*held).values(heartbeat_at=now))
    return beaten.rowcount == 1


async def begin_run(session: DatabaseSession, *, now: datetime) -> int:
    """Note that a process starts and return its number."""
    (run_id,) = await insert_row(session, ProcessRunRow(started_at=now, clean=False))
    return int(run_id)


async def note_cycle(
    session: DatabaseSession, run_id: int, *, at: datetime, seen: Mapping[str, LastSeen]
) -> None:
    """Note that the process runs, and where each guard stood when it was seen last, by guard id."""
    stored = _last_seen.dump_python(dict(seen), mode="json")
    await _change_run(session, run_id, last_guard_cycle_at=at, last_ratios_json=stored)


async def end_run(session: DatabaseSession, run_id: int, *, now: datetime) -> None:
    """Note that a process stopped on purpose."""
    await _change_run(session, run_id, stopped_at=now, clean=True)


_NEWEST_WATCHED = Prepared(
    select(ProcessRunRow)
    .where(col(ProcessRunRow.last_guard_cycle_at).is_not(None))
    .order_by(col(ProcessRunRow.run_id).desc())
)


async def load_last_watched(session: DatabaseSession) -> ProcessRun | None:
    """Return the latest run that looked at guards."""
    return await readable_row(session, _NEWEST_WATCHED, _run)


_RUNS = plain_table(ProcessRunRow)
_CHANGE_RUN = update(_RUNS).where(_RUNS.c.run_id == bindparam("this_run"))


async def _change_run(session: DatabaseSession, run_id: int, **values: object) -> None:
    await session.send(_CHANGE_RUN, this_run=run_id, **values)


def _run(row: ProcessRunRow) -> ProcessRun:
    with parsing():
        stored = _last_seen.validate_python(row.last_ratios or {})
    return ProcessRun(
        run_id=row.run_id,
        started_at=row.started_at,
        last_guard_cycle_at=row.last_guard_cycle_at,
        stopped_at=row.stopped_at,
        clean=row.clean,
        last_seen={
            guard_id: LastSeen(ratio=seen) if isinstance(seen, str) else seen
            for guard_id, seen in stored.items()
        },
    )


async def is_noted(session: DatabaseSession, update_id: int) -> bool:
    """Return whether a chat update was handled before."""
    same = select(HandledUpdateRow.update_id).where(col(HandledUpdateRow.update_id) == update_id)
    return (await session.exec(same)).first() is not None


async def note_update(session: DatabaseSession, update_id: int, *, now: datetime) -> bool:
    """Note that a chat update is being handled; False when it was before."""
    if await is_noted(session, update_id):
        return False
    await insert_row(session, HandledUpdateRow(update_id=update_id, at=now))
    return True
