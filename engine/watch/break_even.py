"""At a target that sells nothing, the stop of a guard moves to where nothing is lost any more."""

from engine.alerts.messages import TargetReached
from engine.alerts.outbox import append_alert
from engine.clock import Clock
from engine.guards import store as guard_rows
from engine.guards.guard import Guard
from engine.guards.sale_costs import CostsOfSales
from engine.guards.store import StaleGuardError
from engine.guards.verdict import at_break_even
from engine.market.mark import Mark
from engine.storage.database import Database


class BreakEven:
    """Writes the moved stop down with its alert, all or nothing."""

    def __init__(self, *, database: Database, costs: CostsOfSales, clock: Clock) -> None:
        self._database = database
        self._costs = costs
        self._clock = clock

    async def secure(self, guard: Guard, seen: Mark) -> bool:
        """Move the stop of a guard that has reached its target; False where that has changed meanwhile."""
        secured, now = at_break_even(guard, self._costs.of(guard)), self._clock.now()
        if secured.stop is None or guard.target is None:
            return False
        message = TargetReached(
            venue=guard.venue,
            symbol=guard.symbol,
            quantity=guard.quantity,
            target=guard.target,
            price=seen.price,
            stop=secured.stop,
            currency=guard.currency,
        )
        try:
            async with self._database.write() as session:
                await guard_rows.save_guard(
                    session, secured, was=guard, now=now, cause="its target was reached"
                )
                await append_alert(
                    session,
                    message,
                    user_id=guard.user_id,
                    account_id=guard.account_id,
                    dedup_key=f"target_reached:{guard.guard_id}:{now.isoformat()}",
                    now=now,
                )
        except StaleGuardError:
            return False
        return True
