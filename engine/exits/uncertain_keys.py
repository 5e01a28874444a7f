"""Names what waits until it is certain which account a changed key opens: one name for one time that it waits."""

from dataclasses import dataclass
from datetime import timedelta

from engine import wall_time
from engine.alerts.kinds import AlertKind
from engine.alerts.outbox import load_keys
from engine.clock import Clock, Moment, moment
from engine.guards.guard import Guard
from engine.model.reminder_state import REMIND_AFTER
from engine.storage.database import Database

#: What nobody waited for or was reminded of for so long is over: reminders come once an hour at least.
OVER_AFTER = REMIND_AFTER[-1] + timedelta(minutes=10)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Waiting:
    name: str
    seen: Moment


class UncertainKeys:
    """Distinguishes the times that a guard waits for its key, over any number of restarts.

    Nothing is written down of such an exit but its reminders: they go on under its name.
    """

    def __init__(self, *, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock
        #: By guard id.
        self._waiting: dict[str, _Waiting] = {}

    async def name(self, guard: Guard) -> str:
        """Return what the waiting of a guard is called in its reminders."""
        now = moment(self._clock)
        self._waiting = {key: one for key, one in self._waiting.items() if now - one.seen < OVER_AFTER}
        known = self._waiting.get(guard.guard_id)
        name = (
            known.name if known else await self._load_name(guard) or f"{_of(guard)}{now.at.timestamp():.0f}"
        )
        self._waiting[guard.guard_id] = _Waiting(name=name, seen=now)
        return name

    async def _load_name(self, guard: Guard) -> str | None:
        """Return under which name it was reminded of lately; None where it was not."""
        prefix = f"{AlertKind.EXIT_FAILING}:"
        async with self._database.read() as session:
            written = await load_keys(session, key_prefix=f"{prefix}{_of(guard)}")
        now = self._clock.now()
        lately = [key for key, at in written if at is not None and wall_time.is_younger(at, now, OVER_AFTER)]
        return lately[-1].removeprefix(prefix).partition(":")[0] if lately else None


def _of(guard: Guard) -> str:
    return f"{guard.guard_id} uncertain since "
