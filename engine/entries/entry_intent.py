"""Pure: the order that an approved plan becomes."""

from datetime import datetime

from engine.entries.plan import EntryPlan
from engine.market.mark import MarkBasis
from engine.model.money import ZERO
from engine.model.orders import Side
from engine.orders.intents import EntryTerms, Intent, IntentKind, Trigger
from engine.orders.states import IntentState, client_order_id


def entry_intent(plan: EntryPlan, *, user_id: int, intent_id: str, now: datetime) -> Intent:
    """Return the intent to buy what was planned; until it is over, the journal keeps its cash from other buys.

    Its quantity is the largest whose price and fee on the order book are within the amount.
    """
    instrument, bought, account = plan.instrument, plan.execution, plan.route.account
    return Intent(
        intent_id=intent_id,
        user_id=user_id,
        account_id=account.account_id,
        venue=account.venue,
        # A guard's intents are its sales; what this one brings is guarded as it fills.
        guard_id=None,
        kind=IntentKind.ENTRY,
        symbol=instrument.symbol,
        asset=instrument.base,
        side=Side.BUY,
        quantity=bought.quantity,
        state=IntentState.PLANNED,
        attempt=1,
        client_order_id=client_order_id(intent_id, 1),
        trigger=Trigger(
            price=bought.price,
            basis=MarkBasis.WALKED,
            ratio=ZERO,
            threshold=plan.stop,
            quantity=bought.quantity,
            cost=bought.total,
            at=now,
            price_at=plan.at,
            entry=EntryTerms(
                usd=plan.size.usd, target=plan.route.profit_target, taker=plan.route.cost.fees.taker
            ),
        ),
        created_at=now,
        updated_at=now,
    )
