"""The bot's own memory, read from its database file without writing."""

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path


@dataclass(frozen=True, slots=True, kw_only=True)
class GuardSeen:
    """A guard as it stands in the database."""

    asset: str
    quantity: Decimal
    cost: Decimal
    state: str


@dataclass(frozen=True, slots=True, kw_only=True)
class IntentSeen:
    """An exit's intent as it stands in the database."""

    intent_id: str
    asset: str
    state: str
    attempt: int
    client_order_id: str
    venue_order_id: str | None
    quantity: Decimal
    #: what was guarded when it triggered
    guarded: Decimal
    filled: Decimal


def read_guards(database: Path) -> tuple[GuardSeen, ...]:
    """Every guard, oldest first."""
    with _reading(database) as connection:
        rows = connection.execute(
            "SELECT asset, quantity, cost, state FROM guards ORDER BY created_at, asset"
        )
        return tuple(
            GuardSeen(asset=asset, quantity=Decimal(quantity), cost=Decimal(cost), state=state)
            for asset, quantity, cost, state in rows
        )


def read_intents(database: Path) -> tuple[IntentSeen, ...]:
    """Every exit's intent, oldest first."""
    columns = (
        "intent_id, asset, state, attempt, client_order_id, venue_order_id, quantity, trigger_json, "
        "filled_quantity"
    )
    with _reading(database) as connection:
        rows = connection.execute(
            f"SELECT {columns} FROM intents WHERE kind = 'exit' ORDER BY created_at"  # noqa: S608 - fixed above
        )
        return tuple(_intent(row) for row in rows)


def count_snapshots(database: Path) -> int:
    """How much history of balances there is."""
    with _reading(database) as connection:
        return int(connection.execute("SELECT count(*) FROM snapshots").fetchone()[0])


def count_unsent_alerts(database: Path) -> int:
    """How many alerts the bot does not know to have arrived."""
    with _reading(database) as connection:
        return int(connection.execute("SELECT count(*) FROM alerts WHERE state <> 'sent'").fetchone()[0])


def _intent(row: tuple[str, ...]) -> IntentSeen:
    intent_id, asset, state, attempt, client_id, order_id, quantity, trigger, filled = row
    return IntentSeen(
        intent_id=intent_id,
        asset=asset,
        state=state,
        attempt=int(attempt),
        client_order_id=client_id,
        venue_order_id=order_id,
        quantity=Decimal(quantity),
        guarded=Decimal(json.loads(trigger)["quantity"]),
        filled=Decimal(filled),
    )


@contextmanager
def _reading(database: Path) -> Iterator[sqlite3.Connection]:
    with closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True)) as connection:
        yield connection
