"""An exit as the journal keeps it: the intent, and the guard it closes."""

from dataclasses import dataclass
from datetime import datetime

from engine.exits.manual_close import wanted_of
from engine.guards.guard import Guard
from engine.model.holdings import Direction, PositionKind
from engine.model.orders import Side
from engine.orders.intents import Intent, IntentKind, Trigger
from engine.orders.states import IntentState, client_order_id


@dataclass(frozen=True, slots=True, kw_only=True)
class LiveExit:
    """An unfinished exit and the guard it closes."""

    intent: Intent
    guard: Guard


def exit_of(guard: Guard, trigger: Trigger, *, intent_id: str, now: datetime) -> Intent:
    """Return the intent to sell (or buy back) what a guard guards, or the owner wants of it; nothing of it is written down."""
    return Intent(
        intent_id=intent_id,
        user_id=guard.user_id,
        account_id=guard.account_id,
        venue=guard.venue,
        guard_id=guard.guard_id,
        kind=IntentKind.EXIT,
        symbol=guard.symbol,
        asset=guard.asset,
        side=Side.SELL if guard.direction is Direction.LONG else Side.BUY,
        quantity=wanted_of(guard.quantity, trigger.manual),
        reduce_only=guard.kind is PositionKind.MARGIN,
        leverage=guard.leverage,
        state=IntentState.PLANNED,
        attempt=1,
        client_order_id=client_order_id(intent_id, 1),
        trigger=trigger,
        created_at=now,
        updated_at=now,
    )
