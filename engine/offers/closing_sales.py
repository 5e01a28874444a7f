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
        by_beginning = {beginning: list[ClosePlan]() for beginning in Beginning}
        failures = Failures()
        for plan in plans:
            with failures.turn_of(plan.line.symbol):
                by_beginning[await self._begin(plan)].append(plan)
        failures.raise_together("not every sale was begun")
        return Selling(
            lines=tuple(plan.line for plan in by_beginning[Beginning.BEGUN]),
            left_out=(
                *(
                    plan.line if plan.line.obstacle else replace(plan.line, obstacle=_CHANGED)
                    for plan in by_beginning[Beginning.NOT_BEGUN]
                ),
                *gone,
            ),
            written_down=tuple(plan.line for plan in by_beginning[Beginning.WRITTEN_DOWN]),
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
