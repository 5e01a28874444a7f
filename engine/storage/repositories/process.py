"""Who runs, since when, and until when it watched."""

from datetime import datetime

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from engine.storage.records import Lease, ProcessRun
from engine.storage.tables import HandledUpdateRow, LeaseRow, ProcessRunRow


async def take_lease(session: AsyncSession, name: str, *, owner: str, now: datetime) -> Lease:
    """Take a name over with a higher epoch; who held it before may not write any more."""
    row = await session.get(LeaseRow, name)
    epoch = row.epoch + 1 if row else 1
    lease = Lease(name=name, owner=owner, epoch=epoch, acquired_at=now, heartbeat_at=now)
    await session.merge(LeaseRow(name=name, owner=owner, epoch=epoch, acquired_at=now, heartbeat_at=now))
    return lease


async def beat(session: AsyncSession, lease: Lease, *, now: datetime) -> bool:
    """Say that the holder lives; False when somebody else has taken over."""
    row = await session.get(LeaseRow, lease.name)
    if row is None or row.epoch != lease.epoch:
        return False
    row.heartbeat_at = now
    session.add(row)
    return True


async def begin_run(session: AsyncSession, *, now: datetime) -> int:
    """Note that a process starts and return its number."""
    row = ProcessRunRow(started_at=now, clean=False)
    session.add(row)
    await session.flush()
    return row.run_id


async def note_cycle(session: AsyncSession, run_id: int, *, at: datetime, ratios: dict[str, str]) -> None:
    """Note that all guards were looked at, and where each stood, by guard id."""
    row = await session.get(ProcessRunRow, run_id)
    if row is not None:
        row.last_guard_cycle_at, row.last_ratios = at, ratios
        session.add(row)


async def end_run(session: AsyncSession, run_id: int, *, now: datetime) -> None:
    """Note that a process stopped on purpose."""
    row = await session.get(ProcessRunRow, run_id)
    if row is not None:
        row.stopped_at, row.clean = now, True
        session.add(row)


async def load_last_watched(session: AsyncSession) -> ProcessRun | None:
    """Return the latest run that looked at guards."""
    found = await session.exec(
        select(ProcessRunRow)
        .where(col(ProcessRunRow.last_guard_cycle_at).is_not(None))
        .order_by(col(ProcessRunRow.run_id).desc())
        .limit(1)
    )
    row = found.first()
    if row is None:
        return None
    return ProcessRun(
        run_id=row.run_id,
        started_at=row.started_at,
        last_guard_cycle_at=row.last_guard_cycle_at,
        stopped_at=row.stopped_at,
        clean=row.clean,
        last_ratios=row.last_ratios or {},
    )


async def note_update(session: AsyncSession, update_id: int, *, now: datetime) -> bool:
    """Note that a chat update is being handled; False when it was before."""
    if await session.get(HandledUpdateRow, update_id) is not None:
        return False
    session.add(HandledUpdateRow(update_id=update_id, at=now))
    return True
