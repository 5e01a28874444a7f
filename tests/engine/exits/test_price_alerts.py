"""Alerts about missing prices are written however damaged the ones before them are."""

from dataclasses import replace

import pytest
from sqlmodel import select

from engine.alerts.table import AlertRow
from engine.clock import moment
from engine.exits.price_alerts import PriceAlerts
from engine.guards.guard_mark import GuardMark
from engine.market.mark import PriceProblem, PriceUnknown


@pytest.mark.parametrize("damaged", [0, 1, 2])
async def test_a_damaged_alert_keeps_no_later_one_from_being_written(room, damaged):
    guard, alerts = await room.arm("0.1", "6000"), PriceAlerts(database=room.database, clock=room.clock)
    missing = GuardMark(
        current=PriceUnknown(problem=PriceProblem.NO_ANSWER), unknown_since=moment(room.clock)
    )
    for _ in range(3):
        await alerts.write([guard], "unknown", [missing])
        missing = replace(missing, reminders=missing.reminders.noted(moment(room.clock)))
    await room.damage("alerts", "created_at = 'never'", f"dedup_key LIKE 'price:%:{damaged}'")
    restored = (await alerts.load_reported())[guard.guard_id]

    await alerts.write([guard], "unknown", [replace(missing, reminders=restored.reminders)])

    async with room.database.read() as session:
        keys = (await session.exec(select(AlertRow.dedup_key))).all()
    assert sorted(key.rpartition(":")[2] for key in keys) == ["0", "1", "2", "3"]
