"""What the watch saw of each guard last: written by the watch alone, read by exits and screens."""

from collections.abc import Collection, Mapping
from decimal import Decimal

from engine.guards.guard import Guard
from engine.guards.guard_mark import GuardMark, is_past
from engine.market.mark import Mark


class GuardMarks:
    """Keeps them by guard id."""

    def __init__(self) -> None:
        self._by_id: dict[str, GuardMark] = {}
        #: What earlier processes told of prices and spreads; None until it was read.
        self._told_before: Mapping[str, GuardMark] | None = None

    @property
    def by_id(self) -> Mapping[str, GuardMark]:
        """Return what was seen of each guard that was looked at."""
        return self._by_id

    @property
    def is_restored(self) -> bool:
        """Tell whether what earlier processes told is known."""
        return self._told_before is not None

    def restore(self, told_before: Mapping[str, GuardMark]) -> None:
        """Take up what earlier processes told, for guards that were not looked at yet."""
        self._told_before = told_before

    def of(self, guard: Guard) -> GuardMark:
        """Return what was seen of a guard, or told of it before."""
        told_before = (self._told_before or {}).get(guard.guard_id, GuardMark())
        return self._by_id.get(guard.guard_id, told_before)

    def put(self, guard_id: str, guard_mark: GuardMark) -> None:
        """Replace what was seen of a guard."""
        self._by_id[guard_id] = guard_mark

    def keep(self, guard_ids: Collection[str]) -> None:
        """Forget all other guards."""
        self._by_id = {guard_id: one for guard_id, one in self._by_id.items() if guard_id in guard_ids}

    def is_breached(self, guard: Guard) -> bool | None:
        """Tell whether a guard is past its threshold at its current mark; None without a price."""
        current = self.of(guard).current
        return is_past(guard, current) if isinstance(current, Mark) else None

    def price_of(self, guard: Guard) -> Decimal | None:
        """Return a guard's current mark; None without one."""
        current = self.of(guard).current
        return current.price if isinstance(current, Mark) else None
