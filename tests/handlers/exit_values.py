"""What the chat tests of closing and history show, with figures a reader can check."""

from datetime import timedelta
from decimal import Decimal

from engine.exits.audit import ExitRecord
from engine.model.holdings import Direction
from engine.model.orders import CancelledOrder, Fill, Side
from engine.model.venues import Venue
from engine.offers.closing_preview import (
    CloseLine,
    ClosePreview,
    Obstacle,
    ObstacleKind,
    PartChoice,
    PartsPreview,
    Stays,
)
from engine.orders.intents import Intent, IntentKind, IntentStep, ManualClose, StepNote, Trigger
from engine.orders.states import IntentState
from engine.orders.step_cause import cause_of
from tests.handlers.values import NOW, OWNER, ago

STARTED = ago(minutes=5)


def close_line(**changes):
    values = {
        "venue": Venue.KRAKEN,
        "symbol": "BTC/USD",
        "direction": Direction.LONG,
        "quantity": Decimal("0.12"),
        "read_at": ago(seconds=3),
        "locked": Decimal(0),
        "currency": "USD",
        "price": Decimal(63500),
        "price_at": ago(seconds=1),
        "value": Decimal(7620),
        "fee": Decimal("19.812"),
        "result": Decimal("-79.812"),
    }
    return CloseLine(**values | changes)


def unsellable(kind=ObstacleKind.LOCKED, detail="", problem=None, **changes):
    values = {"symbol": "DOT", "price": None, "price_at": None, "value": None, "fee": None, "result": None}
    return close_line(**{**values, "obstacle": Obstacle(kind, detail, problem), **changes})


def close_preview(*lines, **changes):
    values = {
        "lines": lines or (close_line(),),
        "confirmation_id": "sell1",
        "as_of": NOW,
        "expires_at": NOW + timedelta(seconds=60),
    }
    return ClosePreview(**values | changes)


def part_choice(percent, quantity, **changes):
    quantity = Decimal(quantity)
    stays = Stays(quantity=Decimal("0.12") - quantity, guarded=Decimal("0.12") - quantity)
    figures = {"value": quantity * 63500, "fee": quantity * 165, "result": quantity * -665}
    return PartChoice(
        percent=percent, lines=(close_line(**{"quantity": quantity, "stays": stays, **figures, **changes}),)
    )


def parts_preview(*choices, **changes):
    usual = (part_choice(25, "0.03"), part_choice(50, "0.06"), part_choice(100, "0.12", stays=None))
    return PartsPreview(whole=close_preview(**changes), choices=choices or usual)


def cancelled(quantity="0.1", price="70000"):
    return CancelledOrder(side=Side.SELL, quantity=Decimal(quantity), price=price and Decimal(price))


def trigger(**changes):
    values = {
        "price": Decimal(63040),
        "basis": "bid",
        "ratio": Decimal("-0.015"),
        "threshold": Decimal("-0.01"),
        "quantity": Decimal("0.12"),
        "cost": Decimal(7680),
        "at": STARTED,
        "price_at": STARTED - timedelta(milliseconds=1200),
    }
    return Trigger(**values | changes)


def manual():
    return ManualClose(guarded=Decimal(0), guarded_cost=Decimal(0), entry_known=False)


def intent(**changes):
    values = {
        "intent_id": "5a0c9d5e-6a4e-4a35-9d3f-0f6f7a2a1b11",
        "user_id": OWNER,
        "account_id": "kraken-1",
        "venue": Venue.KRAKEN,
        "guard_id": "g1",
        "kind": IntentKind.EXIT,
        "symbol": "BTC/USD",
        "asset": "BTC",
        "side": Side.SELL,
        "quantity": Decimal("0.12"),
        "state": IntentState.FILLED,
        "attempt": 2,
        "client_order_id": "c0ffee00-aaaa-5bbb-8ccc-1234567890ab",
        "venue_order_id": "OABC12-XYZ",
        "trigger": trigger(),
        "filled_quantity": Decimal("0.12"),
        "cost": Decimal("7562.40"),
        "fee": Decimal("19.66224"),
        "fee_asset": "USD",
        "created_at": STARTED,
        "updated_at": STARTED,
    }
    return Intent(**values | changes)


def steps(*reported):
    """Return steps from (milliseconds since the trigger, from, to, cause, words or the order it cancels)."""
    return tuple(
        IntentStep(
            intent_id="i",
            user_id=OWNER,
            account_id="kraken-1",
            seq=seq,
            at=STARTED + timedelta(milliseconds=after),
            from_state=before,
            to_state=state,
            cause="" if before is state else cause_of(cause),
            detail=detail if isinstance(detail, str) else detail.venue_order_id,
            note=StepNote(cause) if before is state else None,
            cancelled=None if isinstance(detail, str) else detail,
        )
        for seq, (after, before, state, cause, detail) in enumerate(reported)
    )


LIFE = (
    (3, None, IntentState.PLANNED, "triggered", ""),
    (15, IntentState.PLANNED, IntentState.PLANNED, "release", cancelled("0.1", "70000")),
    (140, IntentState.PLANNED, IntentState.SENT, "send", ""),
    (260, IntentState.SENT, IntentState.PLANNED, "not taken now", "EService: <Busy>"),
    (1270, IntentState.PLANNED, IntentState.SENT, "send", ""),
    (1390, IntentState.SENT, IntentState.ACCEPTED, "accepted", ""),
    (1450, IntentState.ACCEPTED, IntentState.FILLED, "filled", ""),
)


def exit_record(*, life=LIFE, fills=None, **changes):
    one = Fill(
        trade_id="TABC-1",
        venue_order_id="OABC12-XYZ",
        symbol="BTC/USD",
        base="BTC",
        quote="USD",
        side=Side.SELL,
        price=Decimal(63020),
        quantity=Decimal("0.12"),
        fee=Decimal("19.66224"),
        fee_asset="USD",
        at=STARTED + timedelta(milliseconds=1385),
    )
    return ExitRecord(intent=intent(**changes), steps=steps(*life), fills=(one,) if fills is None else fills)
