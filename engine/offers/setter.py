"""Set guards in one transaction; what a guard covers already is never covered twice."""

from collections.abc import Callable, Iterable
from dataclasses import replace

from engine.clock import Clock
from engine.guards import store as rows
from engine.guards.guard import Guard, GuardSource, GuardState
from engine.model.guard_reasons import GuardReason
from engine.model.money import ZERO, exact
from engine.offers.arming import Arming
from engine.offers.arming_plan import guard_from
from engine.orders.filled_intents_store import has_changed_after
from engine.portfolio.position import Position
from engine.storage.database import Database
from engine.storage.session import DatabaseSession


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
        self, session: DatabaseSession, armings: Iterable[Arming], *, cause: str
    ) -> tuple[Guard, ...]:
        """Set guards within a transaction; one that changed since its arming was planned is left out."""
        now, armed = self._clock.now(), list[Guard]()
        for arming in armings:
            fresh = guard_from(arming, guard_id=self._new_id(), now=now)
            existing = await rows.load_open_guard(session, fresh.key)
            guard = _set(existing, fresh, arming.position)
            if guard is None or await _is_outdated(session, arming.position):
                continue
            if guard is fresh and existing is not None:
                ended = existing.closed(GuardReason.GUARDED_ANEW)
                await rows.save_guard(session, ended, was=existing, now=now, cause=cause)
            was = None if guard is fresh else existing
            await rows.save_guard(session, guard, was=was, now=now, cause=cause)
            if guard is fresh:
                # One that goes on is compared with what was seen of it before.
                await rows.note_seen(session, guard.guard_id, arming.position.seen)
            armed.append(guard)
        return tuple(armed)


async def _is_outdated(session: DatabaseSession, position: Position) -> bool:
    """Return whether an order of ours changed a position since the reading that an arming was planned on."""
    # While its price is confirmed, which takes seconds, another button may have sold it.
    # A reading that no step dates may be older than every order: the next one dates itself.
    return await has_changed_after(session, position.key, step=position.step_at_request or 0)


def _set(existing: Guard | None, fresh: Guard, position: Position) -> Guard | None:
    """Return what is guarded from now on; None when it is not what the arming was planned for any more."""
    if position.paused_guard is not None or existing is None:
        return fresh if existing == position.paused_guard and position.guarded == ZERO else None
    is_same = existing.state is GuardState.ARMED and existing.symbol == fresh.symbol
    if not is_same or existing.quantity != position.guarded:
        return None
    both = (existing, fresh)
    is_from_price = any(one.source is GuardSource.EXISTING_PRICE for one in both)
    paid = [one.paid_cost for one in both if one.paid_cost is not None]
    with exact():
        return replace(
            existing,
            quantity=existing.quantity + fresh.quantity,
            cost=existing.cost + fresh.cost,
            paid=sum(paid, ZERO) if is_from_price and len(paid) == len(both) else None,
            source=GuardSource.EXISTING_PRICE if is_from_price else existing.source,
        )
