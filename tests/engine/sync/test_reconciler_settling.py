"""When an account is left alone: its past trades are asked for only while something may be open."""

from dataclasses import replace

from sqlalchemy import text

from engine.alerts.messages import GuardPaused, GuardReduced
from engine.guards.guard import GuardState
from engine.model.guard_reasons import GuardReason
from engine.model.venues import Venue
from engine.orders import fills_store as fill_rows
from sandbox.faults import FaultKind


async def read_for_minutes(room, minutes, *, withdrawing=False):
    for _ in range(minutes):
        if withdrawing:
            room.withdraw("BTC", "0.001")
        await room.read()
        await room.clock.sleep(60)


def history_calls(room, venue=Venue.KRAKEN):
    endpoints = {Venue.KRAKEN: "TradesHistory", Venue.ALPACA: "GET /v2/account/activities/{activity_type}"}
    return len(room.sent(endpoints[venue], venue=venue))


async def test_the_trades_of_an_account_that_rests_are_not_requested(room):
    room.deposit("BTC", "0.3")
    await read_for_minutes(room, 4)
    before = history_calls(room)

    await read_for_minutes(room, 3)

    assert history_calls(room) == before > 0


async def test_an_unconfirmed_quantity_at_one_broker_keeps_no_other_account_from_being_settled(rooms):
    async with rooms(venues=(Venue.KRAKEN, Venue.ALPACA)) as room:
        room.deposit("BTC", "0.3")
        await room.arm("0.3", "18000")
        room.deposit("BTC", "0.3", venue=Venue.ALPACA)
        await read_for_minutes(room, 5, withdrawing=True)
        before = history_calls(room, Venue.ALPACA)

        await read_for_minutes(room, 3, withdrawing=True)

        assert history_calls(room, Venue.ALPACA) == before > 0


async def test_an_unconfirmed_quantity_ends_with_its_guard(room):
    room.deposit("BTC", "0.3")
    guard = await room.arm("0.3", "18000")
    await read_for_minutes(room, 2)
    await read_for_minutes(room, 1, withdrawing=True)
    await room.put(replace(guard, state=GuardState.CLOSED))
    await read_for_minutes(room, 4)
    before = history_calls(room)

    await read_for_minutes(room, 3)

    assert history_calls(room) == before > 0


async def test_guards_are_not_compared_before_all_new_trades_are_read(room, monkeypatch):
    room.deposit("BTC", "0.3")
    await room.arm("0.3", "18000")
    await read_for_minutes(room, 2)
    room.trade("sell", "0.1")
    monkeypatch.setattr("engine.accounts.history.NEW_PAGES_A_TURN", 0)
    await read_for_minutes(room, 3)
    assert await room.alerts(GuardReduced) == []

    monkeypatch.setattr("engine.accounts.history.NEW_PAGES_A_TURN", 20)
    await read_for_minutes(room, 1)

    [alert] = await room.alerts(GuardReduced)
    assert alert.why == GuardReason.EXTERNAL_SALE


async def test_fills_of_our_own_sale_are_requested_until_the_venue_reports_them(room):
    room.deposit("BTC", "0.3")
    room.set_bid("50000")
    await room.arm("0.1", "6000")
    await room.sell_off()
    fills = room.world.ledger("kraken").fills
    unreported = fills.pop()
    async with room.database.write() as session:
        await session.exec(text("DELETE FROM fills"))
    await read_for_minutes(room, 4)

    fills.append(unreported)
    await read_for_minutes(room, 1)

    [intent] = await room.intents()
    async with room.database.read() as session:
        [reported] = await fill_rows.load_order_fills(session, "env-kraken", intent.venue_order_id)
    assert reported.quantity == intent.filled_quantity


async def test_what_our_own_sale_brought_pauses_no_guard_of_that_coin_before_it_is_reported(room):
    room.deposit("BTC", "0.1")
    room.deposit("USDT", "1000")
    room.set_bid("1", "USDT/USD")
    room.set_bid("70000", "BTC/USDT")
    await room.arm("0.1", "6000", "BTC/USDT", guard_id="btc")
    await room.arm("1000", "1000", "USDT/USD", guard_id="usdt")
    await read_for_minutes(room, 2)
    room.set_bid("50000", "BTC/USDT")
    await room.sell_off()
    unreported = room.world.ledger("kraken").fills.pop()
    async with room.database.write() as session:
        await session.exec(text("DELETE FROM fills"))

    await read_for_minutes(room, 3)
    room.world.ledger("kraken").fills.append(unreported)
    await read_for_minutes(room, 3)

    assert await room.alerts(GuardPaused, GuardReduced) == []
    assert (await room.guard("usdt")).quantity == 1000


async def test_fills_of_a_sale_that_was_found_after_hours_are_requested_all_the_same(room):
    room.deposit("BTC", "0.3")
    room.set_bid("50000")
    await room.arm("0.1", "6000")
    room.fault(FaultKind.DROP_AFTER)
    room.fault_order_lists()
    await room.look()
    await room.clock.sleep(60)
    await room.crash()
    await room.clock.sleep(2 * 60 * 60)
    room.world.faults("kraken").clear()
    await room.open()
    await room.engine.start()
    await room.wait_for("exit ")
    fills = room.world.ledger("kraken").fills
    unreported = fills.pop()
    async with room.database.write() as session:
        await session.exec(text("DELETE FROM fills"))
    await read_for_minutes(room, 4)

    fills.append(unreported)
    await read_for_minutes(room, 1)

    [intent] = await room.intents()
    async with room.database.read() as session:
        assert len(await fill_rows.load_order_fills(session, "env-kraken", intent.venue_order_id)) == 1
