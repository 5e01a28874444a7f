"""Alerts about prices: written however damaged the ones before them are, and read again after a restart."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
from sqlmodel import select

from engine.alerts.messages import PriceTrouble
from engine.alerts.table import AlertRow
from engine.clock import Moment, moment
from engine.guards.guard_mark import GuardMark
from engine.market.mark import Mark, MarkBasis, PriceProblem, PriceUnknown
from engine.model.price_event import PriceEvent
from engine.model.venues import Venue
from engine.watch.price_alerts import PriceAlerts, restore_guard_marks
from tests.builders import NOW


@pytest.mark.parametrize("damaged", [0, 1, 2])
async def test_a_damaged_alert_keeps_no_later_one_from_being_written(room, damaged):
    guard, alerts = await room.arm("0.1", "6000"), PriceAlerts(database=room.database, clock=room.clock)
    missing = GuardMark(
        current=PriceUnknown(problem=PriceProblem.NO_ANSWER), unknown_since=moment(room.clock)
    )
    for _ in range(3):
        await alerts.write([guard], PriceEvent.UNKNOWN, [missing])
        missing = replace(missing, reminders=missing.reminders.noted(moment(room.clock)))
    await room.damage("alerts", "created_at = 'never'", f"dedup_key LIKE 'price:%:{damaged}'")
    restored = (await alerts.load_reported())[guard.guard_id]

    await alerts.write([guard], PriceEvent.UNKNOWN, [replace(missing, reminders=restored.reminders)])

    async with room.database.read() as session:
        keys = (await session.exec(select(AlertRow.dedup_key))).all()
    assert sorted(key.rpartition(":")[2] for key in keys) == ["0", "1", "2", "3"]


async def test_a_missing_price_is_reported_with_the_last_one_and_where_its_guard_sells(room):
    guard, alerts = await room.arm("0.1", "6000"), PriceAlerts(database=room.database, clock=room.clock)
    last = Mark(price=Decimal(60500), basis=MarkBasis.BID, at=NOW)
    unknown = PriceUnknown(problem=PriceProblem.NO_ANSWER)

    await alerts.write(
        [guard, guard],
        PriceEvent.UNKNOWN,
        [GuardMark(current=unknown, last=last), GuardMark(current=unknown)],
    )

    [alert] = await room.alerts(PriceTrouble)
    first, second = alert.at_stake
    assert (first.quantity, first.price, first.at) == (Decimal("0.1"), Decimal(60500), NOW)
    assert (first.currency, first.sells_at) == ("USD", Decimal(59400))
    assert (second.price, second.at) == (None, None)


async def test_those_nearest_to_their_trigger_are_named_first(room):
    alerts = PriceAlerts(database=room.database, clock=room.clock)
    lasts = {"ADA/USD": "70000", "BTC/USD": "59500", "ETH/USD": None, "SOL/USD": "60500", "XRP/USD": "59000"}
    guard = await room.arm("0.1", "6000")
    guards = [replace(guard, guard_id=symbol, symbol=symbol) for symbol in lasts]
    unknown = PriceUnknown(problem=PriceProblem.NO_ANSWER)
    marks = [
        GuardMark(current=unknown, last=last and Mark(price=Decimal(last), basis=MarkBasis.BID, at=NOW))
        for last in lasts.values()
    ]

    await alerts.write(guards, PriceEvent.UNKNOWN, marks)

    [alert] = await room.alerts(PriceTrouble)
    nearest_first = ("XRP/USD", "BTC/USD", "SOL/USD", "ADA/USD", "ETH/USD")
    assert (alert.symbol, *alert.others) == nearest_first
    assert tuple(one.symbol for one in alert.at_stake) == alert.guard_ids == nearest_first


def a_trouble(what, *guard_ids, since=NOW):
    return PriceTrouble(
        venue=Venue.KRAKEN, symbol="BTC/USD", what=what, why="", since=since, guard_ids=guard_ids
    )


@pytest.mark.parametrize(
    ("written", "counts"),
    [
        pytest.param([], {}, id="nothing"),
        pytest.param([("unknown", "a", "b")], {"a": 1, "b": 1}, id="reported once for both"),
        pytest.param([("unknown", "a"), ("unknown", "b", "a")], {"a": 2, "b": 1}, id="joined later"),
        pytest.param([("unknown", "a", "b"), ("back", "b")], {"a": 1}, id="one is back"),
        pytest.param([("unknown", "a"), ("back", "a"), ("unknown", "a")], {"a": 1}, id="missing again"),
        pytest.param([("wide_spread", "a")], {}, id="a wide spread of a version that reported no end"),
        pytest.param([("unknown",), ("back",)], {}, id="of a version that named no guards"),
    ],
)
def test_a_missing_price_that_was_reported_and_not_as_back_is_known_again(written, counts):
    alerts = [(a_trouble(*one), NOW + timedelta(minutes=minute)) for minute, one in enumerate(written)]

    found = restore_guard_marks(alerts, Moment(NOW + timedelta(hours=1), 5000.0))

    assert {guard_id: guard_mark.reminders.count for guard_id, guard_mark in found.items()} == counts
    assert {guard_mark.unknown_since.at for guard_mark in found.values()} <= {NOW}
    assert not any(guard_mark.is_unknown for guard_mark in found.values())


@pytest.mark.parametrize(
    ("written", "wide"),
    [
        pytest.param(["wide_spread"], True, id="wide"),
        pytest.param(["wide_spread", "narrow_spread"], False, id="narrow again"),
        pytest.param(["wide_spread", "narrow_spread", "wide_spread"], True, id="wide again"),
        pytest.param(["wide_spread", "unknown", "back"], True, id="without a price meanwhile"),
    ],
)
def test_a_wide_spread_that_was_reported_and_not_reported_as_over_is_known_again(written, wide):
    alerts = [
        (replace(a_trouble(what, "a"), has_end=what == "wide_spread"), NOW + timedelta(minutes=minute))
        for minute, what in enumerate(written)
    ]

    found = restore_guard_marks(alerts, Moment(NOW + timedelta(hours=1), 5000.0)).get("a", GuardMark())

    assert found.spread.reported is wide
    assert found.spread.wide_since == (Moment(NOW, 1400.0) if wide else None)
