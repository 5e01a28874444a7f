from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
from sqlmodel import select

from engine.guards import store as guards
from engine.guards.guard import AtTarget, Guard, GuardSource, GuardState, Seen
from engine.guards.store import StaleGuardError
from engine.guards.table import GuardEventRow
from engine.model.guard_reasons import GuardReason
from engine.model.holdings import Direction, PositionKey, PositionKind
from engine.model.venues import Venue
from tests.engine.storage.stored import ALPACA, KRAKEN, NOW, OWNER
from tests.rows import load_rows

GUARD = Guard(
    guard_id="g1",
    user_id=OWNER,
    account_id=KRAKEN.account_id,
    venue=Venue.KRAKEN,
    kind=PositionKind.MARGIN,
    direction=Direction.SHORT,
    asset="ETH",
    symbol="ETH/USD",
    quantity=Decimal("1.000000000000000001"),
    cost=Decimal("3000.10"),
    currency="USD",
    threshold=Decimal("-0.01"),
    target=Decimal("0.020000000000000001"),
    trail=Decimal("0.015"),
    stop=Decimal("3045.00000000000000001"),
    at_target=AtTarget.BREAK_EVEN,
    source=GuardSource.BOUGHT,
    created_at=NOW,
    leverage=2,
    venue_entry=Decimal("3000.1"),
)


async def save(database, guard, *, was=None, cause, now=NOW):
    async with database.write() as session:
        await guards.save_guard(session, guard, was=was, now=now, cause=cause)


async def test_a_guard_comes_back_as_the_same_value(database):
    await save(database, GUARD, cause="bought")

    async with database.read() as session:
        assert await guards.load_guard(session, "g1") == GUARD
        assert await guards.load_guard(session, "g2") is None


async def test_every_change_is_added_to_the_history_with_what_was_before(database):
    half = GUARD.with_quantity(Decimal("0.5"))
    await save(database, GUARD, cause="bought")
    await save(database, half, was=GUARD, cause="sold at the venue", now=NOW + timedelta(hours=1))

    async with database.read() as session:
        history = [
            (row.cause, row.what, row.quantity_before, row.quantity_after, row.cost_after)
            for row in await load_rows(session, select(GuardEventRow).order_by(GuardEventRow.event_id))
        ]
        assert await guards.load_guard(session, "g1") == half
    assert history == [
        ("bought", "armed", Decimal(0), GUARD.quantity, GUARD.cost),
        ("sold at the venue", "armed", GUARD.quantity, Decimal("0.5"), half.cost),
    ]


STALE = [
    replace(GUARD, state=GuardState.CLOSED, reason=GuardReason.TAKEN_OFF),
    replace(GUARD, quantity=Decimal(2)),
    replace(GUARD, threshold=Decimal("-0.02")),
    replace(GUARD, target=None),
    replace(GUARD, stop=Decimal(3040)),
    replace(GUARD, reason=GuardReason.ENTRY_CHANGED),
]


@pytest.mark.parametrize("stored", STALE)
async def test_a_guard_that_somebody_else_changed_is_not_written_over(database, stored):
    await save(database, stored, cause="owner")

    with pytest.raises(StaleGuardError, match="g1"):
        await save(database, replace(GUARD, quantity=Decimal("0.5")), was=GUARD, cause="sold at the venue")

    async with database.read() as session:
        assert await guards.load_guard(session, "g1") == stored
        assert len(await load_rows(session, select(GuardEventRow))) == 1


async def test_a_guard_is_not_set_twice_and_one_that_is_not_there_not_changed(database):
    with pytest.raises(StaleGuardError):
        await save(database, GUARD, was=GUARD, cause="changed")
    await save(database, GUARD, cause="bought")
    with pytest.raises(StaleGuardError):
        await save(database, GUARD, cause="bought again")


async def test_the_same_amounts_in_other_digits_are_no_change(database):
    await save(database, replace(GUARD, quantity=Decimal("1.50")), cause="bought")

    await save(database, GUARD, was=replace(GUARD, quantity=Decimal("1.5")), cause="grown")

    async with database.read() as session:
        assert await guards.load_guard(session, "g1") == GUARD


async def test_a_reason_of_a_newer_version_is_read_and_kept_as_it_is(database):
    paused = GUARD.in_state(GuardState.PAUSED, "a_newer_reason", "with its detail")
    await save(database, paused, cause="by a newer version")
    less = replace(paused, quantity=Decimal("0.5"))
    await save(database, less, was=paused, cause="sold late")

    async with database.read() as session:
        assert await guards.load_watched(session) == (less,)


async def test_only_guards_that_are_not_closed_are_watched(database):
    paused = replace(GUARD, guard_id="g2", state=GuardState.PAUSED, reason=GuardReason.ENTRY_CHANGED)
    closed = replace(GUARD, guard_id="g3", state=GuardState.CLOSED)
    elsewhere = replace(GUARD, guard_id="g4", account_id=ALPACA.account_id, venue=Venue.ALPACA)
    for guard in (GUARD, paused, closed, elsewhere):
        await save(database, guard, cause="test")

    async with database.read() as session:
        assert await guards.load_watched(session) == (GUARD, paused, elsewhere)
        assert await guards.load_open_guards(session, KRAKEN.account_id) == (GUARD, paused)


async def test_a_position_has_one_open_guard(database):
    closed = replace(GUARD, guard_id="g0", state=GuardState.CLOSED)
    spot = replace(GUARD, guard_id="g2", kind=PositionKind.SPOT, direction=Direction.LONG)
    for guard in (closed, GUARD, spot):
        await save(database, guard, cause="test")

    async with database.read() as session:
        assert await guards.load_open_guard(session, GUARD.key) == GUARD
        assert await guards.load_open_guard(session, spot.key) == spot
        assert await guards.load_open_guard(session, replace(spot.key, asset="BTC")) is None


def test_a_margin_position_is_a_pair_and_what_is_owned_is_an_asset():
    spot = replace(GUARD, kind=PositionKind.SPOT)

    assert GUARD.key == PositionKey(
        account_id=KRAKEN.account_id, kind=PositionKind.MARGIN, asset="ETH", symbol="ETH/USD"
    )
    assert spot.key == PositionKey(account_id=KRAKEN.account_id, kind=PositionKind.SPOT, asset="ETH")


async def test_what_was_seen_of_a_position_outlives_changes_of_its_guard(database):
    await save(database, GUARD, cause="bought")
    seen = Seen(quantity=Decimal("2.000000000000000001"), at=NOW)

    async with database.read() as session:
        assert await guards.load_seen(session, "g1") is None
        assert await guards.load_seen(session, "g9") is None
    async with database.write() as session:
        await guards.note_seen(session, "g1", seen)
    await save(database, GUARD.with_quantity(Decimal("0.5")), was=GUARD, cause="sold at the venue")

    async with database.read() as session:
        assert await guards.load_seen(session, "g1") == seen


async def test_open_guards_come_with_what_was_last_seen_of_them(database):
    other = replace(GUARD, guard_id="g2", asset="BTC", symbol="BTC/USD", created_at=NOW + timedelta(hours=1))
    closed = replace(GUARD, guard_id="g3", quantity=Decimal(0), cost=Decimal(0), state=GuardState.CLOSED)
    for guard in (other, GUARD, closed):
        await save(database, guard, cause="bought")
    async with database.write() as session:
        await guards.note_seen(session, "g2", Seen(quantity=Decimal(2), at=NOW, venue_at=NOW))

    async with database.read() as session:
        found = await guards.load_open_with_seen(session, KRAKEN.account_id)
        assert found == ((GUARD, None), (other, await guards.load_seen(session, "g2")))
