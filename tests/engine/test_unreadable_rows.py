"""One stored row that cannot be read: the others are watched, sold and reported, and its owner hears of it."""

from decimal import Decimal

import pytest

from engine.alerts import outbox
from engine.alerts.messages import RecordKind, RecordUnreadable
from engine.exits.execute import Beginning
from engine.model.venues import Venue
from engine.users.roles import Role, StoredUser
from engine.users.store import save_user
from sandbox.faults import FaultKind
from sandbox.world import OWNER_ID
from tests.engine.exits.test_sale_contradicted import sold
from tests.engine_room import a_trigger


async def two_guards(room):
    room.deposit("BTC", "0.1")
    room.deposit("ETH", "1")
    room.set_bid("50000")
    room.set_bid("2000", "ETH/USD")
    await room.arm("0.1", "6000")
    await room.arm("1", "3000", "ETH/USD", guard_id="guard-2")


CHANGES = (
    "source = 'robot'",
    "state = 'snoozed'",
    "kind = 'option'",
    "direction = 'sideways'",
    "venue = 'gemini'",
    "quantity = 'many'",
    "quantity = '-1'",
    "cost = ''",
    "cost = x'ff'",
    "threshold = 'NaN'",
    "quantity = '1E+999999'",
    "quantity = '1E+41', cost = '1E-1001'",
    "threshold = '7'",
    "created_at = 'yesterday'",
    "leverage = 'much'",
    "symbol = x'00'",
    "state = CAST(x'ff61' AS TEXT)",
)


@pytest.mark.fault("P18")
@pytest.mark.parametrize("change", CHANGES)
async def test_a_guard_that_cannot_be_read_keeps_no_other_from_being_sold(rooms, change):
    async with rooms(venues=(Venue.KRAKEN,)) as room:
        await two_guards(room)
        await room.damage("guards", change, "guard_id = 'guard-2'")
        await room.restart()
        await room.sell_off()
        assert sold(room) == Decimal("0.1")
        assert [(reported.record, reported.name) for reported in await room.alerts(RecordUnreadable)] == [
            (RecordKind.GUARD, "guard-2")
        ]
        assert not room.failures


async def test_a_guard_damaged_while_the_bot_runs_is_reported_again_and_again_until_it_can_be_read(rooms):
    async with rooms(venues=(Venue.KRAKEN,)) as room:
        await two_guards(room)
        room.set_bid("70000")
        room.set_bid("4000", "ETH/USD")
        await room.look()
        await room.damage("guards", "quantity = 'many'", "guard_id = 'guard-2'")
        for _ in range(5):
            await room.look()
            await room.clock.sleep(10)
        reported = await room.alerts(RecordUnreadable)
        assert [one.over for one in reported] == [False, False]
        assert (reported[0].symbol, reported[0].venue_label) == ("ETH/USD", "Kraken")
        assert reported[0].why == "its quantity is 'many'"
        assert not await room.watch_log.beat()

        await room.damage("guards", "quantity = '1'", "guard_id = 'guard-2'")
        await room.look()
        assert [one.over for one in await room.alerts(RecordUnreadable)] == [False, False, True]
        assert not tuple(room.database.unreadable)


async def test_a_trader_is_alerted_that_a_damaged_guard_can_be_read_again(rooms):
    async with rooms(venues=(Venue.KRAKEN,)) as room:
        await two_guards(room)
        trader = StoredUser(user_id=OWNER_ID + 1, role=Role.TRADER, created_at=room.clock.now())
        async with room.database.write() as session:
            await save_user(session, trader)
        change = f"quantity = 'many', user_id = {trader.user_id}"
        await room.damage("guards", change, "guard_id = 'guard-2'")
        await room.look()
        await room.damage("guards", "quantity = '1'", "guard_id = 'guard-2'")
        await room.look()

        async with room.database.read() as session:
            alerts = await outbox.load_critical_after(session, 0)
        reported = [
            (alert.user_id, alert.message.over)
            for alert in alerts
            if isinstance(alert.message, RecordUnreadable)
        ]
        assert reported == [(trader.user_id, False), (trader.user_id, True)]


@pytest.mark.fault("P37")
async def test_a_guard_that_can_be_read_again_after_a_restart_is_reported_as_over_once(rooms):
    async with rooms(venues=(Venue.KRAKEN,)) as room:
        await two_guards(room)
        room.set_bid("70000")
        room.set_bid("4000", "ETH/USD")
        await room.damage("guards", "quantity = 'many'", "guard_id = 'guard-2'")
        await room.look()
        for _ in range(2):
            await room.restart()
            await room.look()
        assert [one.over for one in await room.alerts(RecordUnreadable)] == [False]
        await room.damage("guards", "quantity = '1'", "guard_id = 'guard-2'")
        for _ in range(2):
            await room.restart()
            await room.look()

        reported = await room.alerts(RecordUnreadable)
        assert [one.over for one in reported] == [False, True]
        assert (reported[1].symbol, reported[1].name) == ("ETH/USD", "guard-2")


async def test_a_fill_that_cannot_be_read_is_reported_once_over_any_number_of_restarts(rooms):
    async with rooms(venues=(Venue.KRAKEN,)) as room:
        room.deposit("USD", "10000")
        room.trade("buy", "0.1")
        await room.read()
        await room.damage("fills", "price = 'much'")
        for _ in range(3):
            await room.restart()
            await room.look()
            await room.read()
            await room.look()

        assert [one.over for one in await room.alerts(RecordUnreadable)] == [False]


@pytest.mark.fault("P24")
async def test_what_is_over_is_reported_by_a_later_look_when_it_could_not_be_written(rooms):
    async with rooms(venues=(Venue.KRAKEN,)) as room:
        await two_guards(room)
        await room.damage("guards", "quantity = 'many'", "guard_id = 'guard-2'")
        await room.look()
        await room.damage("guards", "quantity = '1'", "guard_id = 'guard-2'")
        records = room.engine.unreadable
        async with room.held_database():
            with pytest.raises(ExceptionGroup) as failure:
                await records.report()
        assert "locked" in str(failure.value.exceptions)

        await records.report()
        assert [one.over for one in await room.alerts(RecordUnreadable)] == [False, True]


async def test_a_look_that_has_nothing_to_report_takes_no_write_from_others(rooms):
    async with rooms(venues=(Venue.KRAKEN,)) as room:
        await two_guards(room)
        await room.damage("guards", "quantity = 'many'", "guard_id = 'guard-2'")
        await room.look()
        async with room.held_database():
            await room.engine.unreadable.report()


@pytest.mark.fault("P19")
@pytest.mark.parametrize(
    "change",
    [
        "kind = 'option'",
        "state = 'teleported'",
        "quantity = 'many'",
        "side = 'sideways'",
        "trigger_json = '{'",
        "created_at = 'yesterday'",
        "finished_at = 'tomorrow'",
        "attempt = 'first'",
        "guard_id = NULL, venue = 'gemini'",
    ],
)
async def test_a_sale_that_cannot_be_read_is_reported_and_never_made_again(rooms, change):
    async with rooms(venues=(Venue.KRAKEN,)) as room:
        room.deposit("BTC", "0.3")
        room.set_bid("50000")
        guard = await room.arm("0.1", "6000")
        room.fault(FaultKind.DELAY_AFTER, delay_s=60)
        await room.look()
        await room.clock.sleep(0.5)
        await room.crash()
        await room.damage("intents", change)
        await room.damage("guards", "state = 'armed', state_reason = NULL")
        await room.open()
        await room.engine.start()
        for _ in range(3):
            await room.sell_off()
        reported = await room.alerts(RecordUnreadable)
        assert {one.record for one in reported} == {RecordKind.EXIT}
        assert len(room.sent()) == 1

        asked = a_trigger(at=room.clock.now())
        assert await room.exits.begin_manual_close(guard, asked, before=guard) is Beginning.NOT_BEGUN
        assert not room.failures


async def test_what_a_sale_of_an_unreadable_guard_sells_is_not_sold_for_a_new_guard_too(rooms):
    async with rooms(venues=(Venue.KRAKEN,)) as room:
        room.deposit("BTC", "0.3")
        room.set_bid("50000")
        await room.arm("0.1", "6000")
        room.fault(FaultKind.DELAY_AFTER, delay_s=60)
        await room.look()
        await room.clock.sleep(0.5)
        await room.crash()
        await room.damage("guards", "cost = 'much'")
        await room.open()
        await room.engine.start()
        await room.arm("0.1", "6000", guard_id="guard-2")
        await room.sell_off()
        (reported,) = await room.alerts(RecordUnreadable)
        assert reported.on_sale
        assert len(room.sent()) == 1


ELSEWHERE = (
    ("users", "role = 'king'"),
    ("users", "created_at = 'yesterday', trade_share = 'much'"),
    ("accounts", "venue = 'gemini', origin = 'nowhere', created_at = ''"),
    ("accounts", "label = x'00', retired_at = 'never'"),
    ("known_assets", "first_seen_at = 'once'"),
    ("fills", "price = 'much'"),
    ("fills", "at = 'yesterday', side = 'sideways'"),
    ("fill_cursors", "updated_at = 'yesterday', complete = 'x'"),
    ("account_states", "state_json = '{}', report_json = '{'"),
    ("fee_quotes", "taker = 'much'"),
    ("spread_quotes", "spread = 'NaN', at = ''"),
    ("snapshots", "taken_at = 'yesterday', total_equity_usd = ''"),
    ("process_runs", "last_guard_cycle_at = 'yesterday'"),
    ("process_runs", "last_ratios_json = '{'"),
    ("process_runs", """last_ratios_json = '{"guard-1": "much"}'"""),
    ("process_runs", "last_ratios_json = '[1]'"),
    ("nonces", "last_nonce = 'many', updated_at = ''"),
    ("intents", "filled_quantity = 'much', cost = 'NaN'"),
    ("intent_events", "to_state = 'teleported', at = ''"),
    ("alerts", "created_at = '', state = 'queued', attempts = 'x'"),
)


@pytest.mark.fault("P20")
@pytest.mark.parametrize(("table", "change"), ELSEWHERE)
async def test_a_damaged_row_anywhere_keeps_no_guard_from_selling_after_the_next_start(rooms, table, change):
    async with rooms(venues=(Venue.KRAKEN,)) as room:
        room.deposit("USD", "10000")
        room.deposit("ETH", "1")
        room.set_bid("50000")
        room.set_bid("2000", "ETH/USD")
        room.trade("buy", "0.1")
        await room.engine.start()
        await room.arm("1", "3000", "ETH/USD", guard_id="guard-2")
        await room.read()
        await room.engine.refresh_costs()
        await room.sell_off()
        await room.read()
        await room.watch_log.beat()
        await room.crash()
        await room.damage(table, change)
        await room.open()
        await room.engine.start()
        await room.arm("0.1", "6000")
        await room.read()
        await room.sell_off()
        await room.read()
        await room.watch_log.beat()
        await room.engine.thin_history()
        assert sold(room) == Decimal("1.1")
        assert not room.failures


@pytest.mark.fault("P46")
@pytest.mark.parametrize("refused", ["guard-1", "guard-2"])
async def test_one_guard_that_cannot_be_reported_keeps_no_other_from_being_reported(rooms, refused):
    [other] = {"guard-1", "guard-2"} - {refused}
    where = f"NEW.dedup_key LIKE 'record:guards:{refused}:%'"
    async with rooms(venues=(Venue.KRAKEN,)) as room:
        await two_guards(room)
        room.set_bid("70000")
        room.set_bid("4000", "ETH/USD")
        await room.look()
        await room.damage("guards", "currency = x'00'")
        async with room.refused_changes(where, table="alerts"):
            await _look_in_vain(room)
        begun = [(reported.name, reported.over) for reported in await room.alerts(RecordUnreadable)]
        await room.look()
        await room.damage("guards", "currency = 'USD'")
        async with room.refused_changes(where, table="alerts"):
            await _look_in_vain(room)
        over = [reported.name for reported in await room.alerts(RecordUnreadable) if reported.over]
        await room.look()

        assert begun == [(other, False)]
        assert over == [other]
        reported = [(reported.name, reported.over) for reported in await room.alerts(RecordUnreadable)]
        assert reported == [(other, False), (refused, False), (other, True), (refused, True)]


async def _look_in_vain(room):
    with pytest.raises(ExceptionGroup) as failure:
        await room.look()
    assert "refused by a trigger" in str(failure.value.exceptions)
