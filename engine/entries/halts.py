"""The owner's stop for entries: kept over restarts, and never checked by an exit."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from engine.alerts.messages import EntriesChanged
from engine.alerts.outbox import append_alert
from engine.clock import Clock
from engine.entries import halts_store as rows
from engine.storage.database import Database
from engine.storage.session import DatabaseSession


class HaltedBy(StrEnum):
    """Where the halt was ordered."""

    CHAT = "chat"
    SERVER = "server"


@dataclass(frozen=True, slots=True, kw_only=True)
class Halt:
    """Entries are stopped."""

    #: None where it cannot be read any more, as with `by`.
    since: datetime | None
    by: HaltedBy | None


class HaltSwitch:
    """Stops and allows entries; what is guarded is sold all the same."""

    def __init__(self, *, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def fetch_halt(self, user_id: int) -> Halt | None:
        """Return the stop of a user's entries; None while they are allowed."""
        async with self._database.read() as session:
            found = await rows.load_halt(session, user_id)
        if found is None:
            return None
        since, by = found
        return Halt(since=since, by=HaltedBy(by) if by in set(HaltedBy) else None)

    async def halt(self, user_id: int, *, by: HaltedBy) -> Halt | None:
        """Stop a user's entries and return how they stand now."""
        now = self._clock.now()
        async with self._database.write() as session:
            was = await rows.load_halt(session, user_id)
            await rows.save_halt(session, user_id, since=now, by=by)
            if was is None and by is HaltedBy.SERVER:
                await _alert(session, user_id, halted=True, now=now)
        return await self.fetch_halt(user_id)

    async def halt_with(self, session: DatabaseSession, user_id: int) -> None:
        """Stop a user's entries from the chat within a transaction that also writes down why."""
        await rows.save_halt(session, user_id, since=self._clock.now(), by=HaltedBy.CHAT)

    async def resume(self, user_id: int, *, by: HaltedBy = HaltedBy.CHAT) -> Halt | None:
        """Allow a user's entries again and return how they stand now."""
        now = self._clock.now()
        async with self._database.write() as session:
            was = await rows.load_halt(session, user_id)
            await rows.delete_halt(session, user_id)
            if was is not None and by is HaltedBy.SERVER:
                await _alert(session, user_id, halted=False, now=now)
        return await self.fetch_halt(user_id)


async def _alert(session: DatabaseSession, user_id: int, *, halted: bool, now: datetime) -> None:
    await append_alert(
        session,
        EntriesChanged(halted=halted, at=now),
        user_id=user_id,
        account_id=None,
        dedup_key=f"entries {user_id} {now.isoformat()}",
        now=now,
    )
