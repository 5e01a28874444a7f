"""Change the stop or the target of a guarded position: shown first, and set by one button that counts once."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from engine.accounts.costs import Costs
from engine.clock import Clock
from engine.guards import store as rows
from engine.guards.guard import AtTarget, Guard
from engine.guards.sale_costs import CostsOfSales
from engine.guards.store import StaleGuardError
from engine.model.holdings import PositionKey
from engine.model.venues import Venue
from engine.offers.confirmation import Confirmation
from engine.offers.levels_plan import KEEP, Change, LevelsPlan, Same, guarded_ones, plan_levels
from engine.offers.not_held import HoldingUnknown, NotHeld, Wanted
from engine.offers.outcomes import Nothing, Outdated
from engine.portfolio.position import Position
from engine.portfolio.service import PortfolioService
from engine.storage.database import Database

LEVELS = "levels"
#: Its owner presses at the price that was shown.
LEVELS_VALID = timedelta(seconds=60)


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownLevels:
    """What a button sets, and of which guard as it was shown."""

    key: PositionKey
    guard_id: str
    was_threshold: Decimal
    was_target: Decimal | None
    threshold: Decimal
    target: Decimal | None
    was_trail: Decimal | None = None
    trail: Decimal | None = None
    #: Where its trailing stop was shown to begin; None in buttons of earlier versions.
    stop: Decimal | None = None
    #: Whether its stop, one that trails or break-even, is taken off.
    drops_stop: bool = False
    was_at_target: AtTarget = AtTarget.SELL
    at_target: AtTarget = AtTarget.SELL


@dataclass(frozen=True, slots=True, kw_only=True)
class LevelsPreview:
    """A guard as it is and as it would be; without a change there is no button."""

    plan: LevelsPlan
    confirmation_id: str | None
    as_of: datetime
    expires_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class LevelsSet:
    """A guard with its new levels."""

    guard: Guard


_BUTTON = Confirmation(ShownLevels, actions=(LEVELS,))


class LevelService:
    """Answers `/target` and `/stop`, and their button."""

    def __init__(
        self,
        *,
        portfolio: PortfolioService,
        costs: Costs,
        costs_of_sales: CostsOfSales,
        database: Database,
        clock: Clock,
    ) -> None:
        self._portfolio = portfolio
        self._costs = costs
        self._costs_of_sales = costs_of_sales
        self._database = database
        self._clock = clock

    async def offer_levels(
        self, user_id: int, symbol: str, venue: Venue | None, change: Change = KEEP
    ) -> LevelsPreview | Nothing:
        """Show what a change would make of a position's guard, or how it is without one."""
        positions = [one for one in await self._portfolio.find(user_id, symbol, venue) if one.quantity]
        if not positions and (never_read := self._portfolio.why_never_read(user_id, venue)):
            return Nothing(why=HoldingUnknown(symbol=symbol, unread=never_read, wanted=Wanted.CHANGE))
        if not positions:
            return Nothing(why=NotHeld(symbol=symbol, venue=venue, wanted=Wanted.CHANGE))
        found = guarded_ones(positions)
        if isinstance(found, Nothing):
            return found
        plan = self._plan(found, change)
        return plan if isinstance(plan, Nothing) else await self._show(user_id, plan)

    async def set_levels(self, user_id: int, confirmation_id: str) -> LevelsSet | Nothing:
        """Set what the button shows, once, unless its guard has changed or it would be a sale at a loss by now."""
        confirmed = await _BUTTON.confirm(self._database, confirmation_id, user_id=user_id, clock=self._clock)
        if isinstance(confirmed, Nothing):
            return confirmed
        shown = confirmed.shown
        positions = await self._portfolio.find_again(user_id, {shown.key})
        plan = self._plan_again(positions, shown)
        return plan if isinstance(plan, Nothing) else await self._save(plan)

    def _plan_again(self, positions: Sequence[Position], shown: ShownLevels) -> LevelsPlan | Nothing:
        for position in positions:
            guard = position.guard
            if guard is None or guard.guard_id != shown.guard_id:
                continue
            was = (shown.was_threshold, shown.was_target, shown.was_at_target, shown.was_trail)
            if (guard.threshold, guard.target, guard.at_target, guard.trail) == was:
                return self._plan(position, _change(shown))
        return Nothing(why=Outdated.LEVELS)

    def _plan(self, position: Position, change: Change) -> LevelsPlan | Nothing:
        if position.guard is None:
            return Nothing(why=Outdated.LEVELS)
        return plan_levels(
            position,
            position.guard,
            change,
            fees=self._costs.profile(position.account, position.guard.symbol),
            costs=self._costs_of_sales.of(position.guard),
        )

    async def _show(self, user_id: int, plan: LevelsPlan) -> LevelsPreview:
        now, confirmation_id = self._clock.now(), None
        if plan.is_change:
            async with self._database.write() as session:
                confirmation_id = await _BUTTON.store(
                    session,
                    _shown(plan),
                    user_id=user_id,
                    action=LEVELS,
                    now=now,
                    valid_for=LEVELS_VALID,
                )
        return LevelsPreview(
            plan=plan, confirmation_id=confirmation_id, as_of=now, expires_at=now + LEVELS_VALID
        )

    async def _save(self, plan: LevelsPlan) -> LevelsSet | Nothing:
        try:
            async with self._database.write() as session:
                await rows.save_guard(
                    session,
                    plan.changed,
                    was=plan.guard,
                    now=self._clock.now(),
                    cause="changed by its owner",
                )
        except StaleGuardError:
            return Nothing(why=Outdated.LEVELS)
        return LevelsSet(guard=plan.changed)


def _change(shown: ShownLevels) -> Change:
    # A stop that trails already stays where it is by now.
    is_same = shown.trail == shown.was_trail and not shown.drops_stop
    return Change(
        threshold=shown.threshold,
        target=shown.target,
        at_target=shown.at_target,
        trail=Same.SAME if is_same else shown.trail,
        shown_stop=None if is_same else shown.stop,
    )


def _shown(plan: LevelsPlan) -> ShownLevels:
    return ShownLevels(
        key=plan.position.key,
        guard_id=plan.guard.guard_id,
        was_threshold=plan.guard.threshold,
        was_target=plan.guard.target,
        threshold=plan.changed.threshold,
        target=plan.changed.target,
        was_trail=plan.guard.trail,
        trail=plan.changed.trail,
        stop=plan.changed.stop,
        drops_stop=plan.changed.stop is None and plan.guard.stop is not None,
        was_at_target=plan.guard.at_target,
        at_target=plan.changed.at_target,
    )
