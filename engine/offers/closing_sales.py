"""Begin the sales of a manual close: each position by itself, so that one that fails keeps no other from being sold."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from decimal import Decimal

from engine.clock import Clock
from engine.exits.execute import Beginning, Exits
from engine.failures import Failures
from engine.offers.closing_guard import guard_to_close
from engine.offers.closing_plan import ClosePlan
from engine.offers.closing_preview import CloseLine, Obstacle, ObstacleKind, Selling

_CHANGED = Obstacle(ObstacleKind.CHANGED)
_NOT_WRITTEN = Obstacle(ObstacleKind.NOT_WRITTEN)


class ClosingSales:
    """Sells what was planned and has no obstacle."""

    def __init__(self, *, exits: Exits, clock: Clock, threshold: Decimal, new_id: Callable[[], str]) -> None:
        self._exits = exits
        self._clock = clock
        self._threshold = threshold
        self._new_id = new_id

    async def begin(self, plans: Sequence[ClosePlan], *, gone: tuple[CloseLine, ...] = ()) -> Selling:
        """Begin every sale and return what is being sold and what is not; `gone` was shown and is not held any more.

        Raises:
            ExceptionGroup: sales that could not be begun; every other one was.

        """
        failures = Failures()
        selling = await self.try_to_begin(plans, failures)
        failures.raise_together("not every sale was begun")
        return replace(selling, left_out=(*selling.left_out, *gone))

    async def try_to_begin(self, plans: Sequence[ClosePlan], failures: Failures) -> Selling:
        """Do the same; what could not be begun is left out, and why is kept with the failures."""
        by_beginning = {beginning: list[CloseLine]() for beginning in Beginning}
        for plan in plans:
            beginning, obstacle = Beginning.NOT_BEGUN, _NOT_WRITTEN
            with failures.turn_of(plan.line.symbol):
                beginning, obstacle = await self._begin(plan), _CHANGED
            is_left = beginning is Beginning.NOT_BEGUN and not plan.line.obstacle
            by_beginning[beginning].append(replace(plan.line, obstacle=obstacle) if is_left else plan.line)
        return Selling(
            lines=tuple(by_beginning[Beginning.BEGUN]),
            left_out=tuple(by_beginning[Beginning.NOT_BEGUN]),
            written_down=tuple(by_beginning[Beginning.WRITTEN_DOWN]),
        )

    async def _begin(self, plan: ClosePlan) -> Beginning:
        if plan.line.obstacle:
            return Beginning.NOT_BEGUN
        before = plan.position.guard
        guard, trigger = guard_to_close(
            plan,
            guard_id=before.guard_id if before else self._new_id(),
            threshold=self._threshold,
            now=self._clock.now(),
        )
        return await self._exits.begin_manual_close(guard, trigger, before=before)
