"""Buys for tests of what comes of them."""

from decimal import Decimal

from engine.model.orders import Side
from engine.orders.intents import EntryTerms, IntentKind, Trigger
from engine.orders.states import IntentState
from tests.builders import NOW, an_exit_intent


def a_buy(quantity="0.1", *, filled="0", cost=None, state=IntentState.ACCEPTED, taker="0.0025", **changes):
    """A buy at 50,000 with a stop at a hundredth less."""
    wanted = Decimal(quantity)
    terms = EntryTerms(usd=Decimal(5050), target=Decimal("0.012"), taker=Decimal(taker))
    trigger = Trigger(
        price=Decimal(50_000),
        basis="walked",
        ratio=Decimal(0),
        threshold=Decimal("-0.01"),
        quantity=wanted,
        cost=wanted * 50_000,
        at=NOW,
        entry=terms,
    )
    values = {
        "kind": IntentKind.ENTRY,
        "guard_id": None,
        "side": Side.BUY,
        "quantity": wanted,
        "trigger": trigger,
        "state": state,
        "filled_quantity": Decimal(filled),
        "cost": None if cost is None else Decimal(cost),
    }
    return an_exit_intent(**values | changes)
