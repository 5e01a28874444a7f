"""Manual closes that are written down and not driven."""

from dataclasses import replace
from decimal import Decimal

from engine.guards.guard import GuardState
from engine.orders.intents import MANUAL, ManualClose
from sandbox.world import OWNER_ID
from tests.builders import a_guard
from tests.engine_room import a_trigger

D = Decimal
#: What was guarded before, and its cost.
NOTHING, SOME = (D(0), D(0)), (D("0.1"), D(5000))


async def begin(room, guarded, *, paused=None):
    """Write a manual close of all four tenths down; return what drives it."""
    quantity, cost = guarded
    before = None
    if quantity:
        before = await room.arm(quantity, cost)
    if paused is not None:
        before = replace(before, state=GuardState.PAUSED, reason=paused)
        await room.put(before)
    manual = ManualClose(guarded=quantity, guarded_cost=cost, paused=paused, entry_known=True, most=D("0.4"))
    trigger = replace(
        a_trigger(quantity="0.4", cost="20000", at=room.clock.now()), basis=MANUAL, manual=manual
    )
    wide = replace(before or a_new_guard(room), quantity=D("0.4"), cost=D(20000))
    return await room.journal.plan_manual_close(wide, trigger, before=before, intent_id="exit-1")


async def press(room, symbol="BTC"):
    """Ask to close a position and press the button at once."""
    preview = await room.engine.closing.offer_close(OWNER_ID, symbol)
    return await room.engine.closing.close(OWNER_ID, preview.confirmation_id)


def a_new_guard(room):
    return replace(
        a_guard(), guard_id="guard-1", user_id=OWNER_ID, account_id="env-kraken", created_at=room.clock.now()
    )
