"""Set guards in one transaction; what a guard covers already is never covered twice."""

from collections.abc import Callable, Iterable
from dataclasses import replace

from sqlmodel.ext.asyncio.session import AsyncSession

from engine.clock import Clock
from engine.guards.arming import Arming
from engine.guards.guard import Guard, GuardState, Seen
from engine.guards.plan import guard_from
from engine.money import ZERO, exact
from engine.storage.database import Database
from engine.storage.repositories import guards as rows


class GuardSetter:
    """Turns armings into guards."""

    def __init__(self, *, database: Database, clock: Clock, new_id: Callable[[], str]) -> None:
        self._database = database
        self._clock = clock
        self._new_id = new_id

    async def arm(self, armings: Iterable[Arming], *, cause: str) -> tuple[Guard, ...]:
        """Set guards and return them."""
        async with self._database.write() as session:
            return await self.arm_in(session, armings, cause=cause)

    async def arm_in(
        self, session: AsyncSession, armings: Iterable[Arming], *, cause: str
    ) -> tuple[Guard, ...]:
        """Set guards within a transaction; one that changed since its arming was planned is left out."""
        now, armed = self._clock.now(), list[Guard]()
        for arming in armings:
            fresh = guard_from(arming, guard_id=self._new_id(), now=now)
            existing = await rows.load_open_guard(session, fresh.key)
            if (existing.quantity if existing else ZERO) != arming.candidate.guarded:
                continue
            guard = _joined(existing, fresh) if existing else fresh
            if guard is not None:
                await rows.save_guard(session, guard, now=now, cause=cause)
                if existing is None:
                    # One that is there is compared with what was seen of it before.
                    seen = Seen(quantity=arming.candidate.quantity, at=arming.candidate.as_of)
                    await rows.note_seen(session, guard.guard_id, seen)
                armed.append(guard)
        return tuple(armed)


def _joined(existing: Guard, fresh: Guard) -> Guard | None:
    if existing.state is not GuardState.ARMED or existing.symbol != fresh.symbol:
        return None
    with exact():
        return replace(existing, quantity=existing.quantity + fresh.quantity, cost=existing.cost + fresh.cost)
