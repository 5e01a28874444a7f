"""What the watch saw of each guard last: written by polls and ticks, read by exits and screens."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from decimal import Decimal

from engine import wall_time
from engine.clock import Moment
from engine.guards.guard import Guard
from engine.guards.guard_mark import GuardMark, is_past, unseen_before, unseen_over_restart
from engine.guards.nearest import nearest_first
from engine.market.mark import Mark
from engine.model.delays import Away, Unseen


class GuardMarks:
    """Holds the latest mark of each guard by its id, and when it was last seen if another process saw it."""

    def __init__(self) -> None:
        self._by_id: dict[str, GuardMark] = {}
        #: The alarms of earlier processes; None until they were read.
        self._restored: Mapping[str, GuardMark] | None = None
        #: By guard id: when an earlier process saw it last.
        self._last_seen: Mapping[str, datetime] = {}
        self._away: Away | None = None
        #: By guard id: where each stood when an earlier process saw it last.
        self._results: Mapping[str, Decimal] = {}

    @property
    def by_id(self) -> Mapping[str, GuardMark]:
        """Return what was seen of each guard that was looked at."""
        return self._by_id

    @property
    def is_restored(self) -> bool:
        """Return whether the alarms of earlier processes were read."""
        return self._restored is not None

    def restore(self, restored: Mapping[str, GuardMark]) -> None:
        """Take over the alarms of earlier processes, for guards that were not looked at yet."""
        self._restored = restored

    def of(self, guard: Guard) -> GuardMark:
        """Return a guard's latest mark, or its alarms of before."""
        restored = (self._restored or {}).get(guard.guard_id, GuardMark())
        return self._by_id.get(guard.guard_id, restored)

    def note_away(self, away: Away, last_seen: Mapping[str, datetime]) -> None:
        """Take it that no process ran for a time, and when an earlier one saw each guard last, by guard id."""
        self._away, self._last_seen = away, last_seen

    def note_results(self, results: Mapping[str, Decimal]) -> None:
        """Take it that an earlier process saw guards last at these results, by guard id."""
        self._results = results

    def in_order(self, guards: Sequence[Guard]) -> Sequence[Guard]:
        """Return guards in the order to judge them in, which matters until this process has seen each of them."""
        if all(guard.guard_id in self._by_id for guard in guards):
            return guards
        return nearest_first(guards, self._results)

    def unseen(self, guard: Guard, now: Moment) -> Unseen | None:
        """Return since when and why nobody could see whether a guard was breached; None if somebody did."""
        before, last_seen = self.of(guard), self._last_seen.get(guard.guard_id)
        is_usable = last_seen is not None and not wall_time.is_ahead(last_seen, now.at)
        if before.last is not None or last_seen is None or self._away is None or not is_usable:
            return unseen_before(before, now=now)
        return unseen_over_restart(before, last_seen=last_seen, away=self._away, now=now)

    def put(self, guard_id: str, guard_mark: GuardMark) -> None:
        """Replace what was seen of a guard."""
        self._by_id[guard_id] = guard_mark

    def keep(self, guard_ids: Collection[str]) -> None:
        """Forget all other guards."""
        self._by_id = {guard_id: one for guard_id, one in self._by_id.items() if guard_id in guard_ids}

    def is_breached(self, guard: Guard) -> bool | None:
        """Return whether a guard is past its threshold at its current mark; None without a price."""
        current = self.of(guard).current
        return is_past(guard, current) if isinstance(current, Mark) else None

    def price_of(self, guard: Guard) -> Decimal | None:
        """Return a guard's current mark; None without one."""
        current = self.of(guard).current
        return current.price if isinstance(current, Mark) else None
