"""Set a guard past the chat, and remember what it was when it was set."""

from contextlib import closing

from engine.guards import store as guard_rows
from engine.guards.guard import Guard, GuardSource, Seen
from engine.model.holdings import Direction, PositionKind
from engine.orders.steps_store import load_last_step_of_all
from engine.storage.session import DatabaseSession
from tests.simulation.alarms import newest_alert
from tests.simulation.world import THRESHOLD, Armed


async def store_guard(world, truth, symbol, quantity, *, cost):
    guard = _guard(world, truth, symbol, quantity, cost)
    world.armed[guard.guard_id] = Armed(
        guard_id=guard.guard_id,
        venue=truth.venue,
        symbol=symbol,
        quantity=guard.quantity,
        cost=guard.cost,
        threshold=guard.threshold,
        alerts_before=newest_alert(world.store),
    )
    there = truth.total(guard.asset)
    world.trace(f"{guard.guard_id}: {quantity} of {there} {symbol} at {truth.venue}, cost {guard.cost}")
    with world.store.transaction(), closing(DatabaseSession(world.store.connection)) as session:
        await guard_rows.save_guard(session, guard, was=None, now=world.wall.now(), cause="armed")
        # As where it is set in the chat: whatever the clock shows, no order of before is part of what sold since.
        step = await load_last_step_of_all(session)
        seen = Seen(quantity=there, at=guard.created_at, venue_at=world.clock.now(), step=step)
        await guard_rows.note_seen(session, guard.guard_id, seen)
    return world.armed[guard.guard_id]


def _guard(world, truth, symbol, quantity, cost):
    account = world.account(truth.venue)
    return Guard(
        guard_id=f"guard-{len(world.armed) + 1}",
        user_id=account.user_id,
        account_id=account.account_id,
        venue=truth.venue,
        kind=PositionKind.SPOT,
        direction=Direction.LONG,
        asset=symbol.split("/")[0],
        symbol=symbol,
        quantity=quantity,
        cost=cost,
        currency="USD",
        threshold=THRESHOLD,
        source=GuardSource.MANUAL,
        created_at=world.wall.now(),
    )
