"""What is written down of an exit, read back from trigger to fill."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from engine.alerts.messages import ExitFilled
from engine.guards.guard import GuardSource
from sandbox.faults import FaultKind
from sandbox.world import OWNER_ID
from tests.engine_room import a_trigger


def brought(record):
    return record.results.realised, record.results.before_fee


@pytest.fixture
async def sold(room):
    """A tenth of a bitcoin, held by an order, refused once, then sold by its guard."""
    room.deposit("BTC", "0.1")
    room.set_bid("50000")
    room.trade("sell", "0.1", limit="60000")
    await room.arm("0.1", "6000")
    room.fault(FaultKind.RATE_LIMIT)
    await room.sell_off()
    return room


async def test_an_exit_is_told_from_trigger_to_fill(sold):
    await sold.read()
    [record] = await sold.engine.audit.fetch_exits(OWNER_ID)

    fill = sold.world.ledger("kraken").fills[-1]
    assert record.intent.venue_order_id == fill.order_id
    assert [(one.price, one.quantity) for one in record.fills] == [(Decimal(50000), Decimal("0.1"))]
    assert (record.average_price, record.slippage) == (Decimal(50000), Decimal(0))
    assert record.intent.attempt == 2
    assert timedelta(0) <= record.price_age < timedelta(seconds=1)


async def test_an_exit_took_as_long_as_its_alert_says_before_and_after_its_fills_are_read(sold):
    [alert] = await sold.alerts(ExitFilled)
    [before] = await sold.engine.audit.fetch_exits(OWNER_ID)
    await sold.read()
    [after] = await sold.engine.audit.fetch_exits(OWNER_ID)

    assert (before.fills, len(after.fills)) == ((), 1)
    assert before.filled_at == after.filled_at == alert.filled_at


async def test_an_exit_has_the_result_that_its_alert_shows(sold):
    [alert] = await sold.alerts(ExitFilled)
    [record] = await sold.engine.audit.fetch_exits(OWNER_ID)

    # 0.1 at 50,000 against a cost of 6,000, less 0.4 % of 5,000.
    assert brought(record) == (Decimal(-1020), False)
    assert alert.realised == Decimal(-1020)


async def test_a_fee_that_is_booked_later_enters_the_result_when_it_is(sold):
    await sold.read()
    [record] = await sold.engine.audit.fetch_exits(OWNER_ID)
    unbooked = replace(record, intent=replace(record.intent, fee=None))
    waiting = replace(unbooked, fills=tuple(replace(fill, fee=None) for fill in record.fills))

    assert (waiting.fee, brought(waiting)) == (None, (Decimal(-1000), True))
    assert (unbooked.fee, unbooked.results) == (record.intent.fee, record.results)


async def test_a_sale_through_another_pair_has_its_result_in_the_guards_currency(sold):
    [record] = await sold.engine.audit.fetch_exits(OWNER_ID)
    [alert] = await sold.alerts(ExitFilled)
    through = replace(alert, instead_of="BTC/USD", currency="EUR", rate=Decimal("1.10"))
    in_euros = replace(record.intent, symbol="BTC/EUR", fee_asset="EUR")

    other = replace(record, intent=in_euros, alert=through)

    # (5,000 - 20) · 1.10 against 6,000; 50,000 · 1.10 against a trigger of 50,000.
    assert (brought(other), other.guard_currency) == ((Decimal(-522), False), "USD")
    assert other.slippage == Decimal("0.1")
    assert replace(other, alert=replace(through, rate=None)).results.realised is None


async def test_a_fee_in_another_coin_is_no_part_of_the_result(sold):
    [record] = await sold.engine.audit.fetch_exits(OWNER_ID)
    in_coins = replace(record, intent=replace(record.intent, fee=Decimal(1), fee_asset="KFEE"))

    assert brought(in_coins) == (Decimal(-1000), True)


async def test_every_step_has_its_time_and_the_venues_words(sold):
    [record] = await sold.engine.audit.fetch_exits(OWNER_ID)
    stages = list(record.stages())

    refused = [stage for stage in stages if "Rate limit" in stage.step.detail]
    cancelled = [stage.step.cancelled for stage in stages if stage.step.cancelled]
    assert [(order.quantity, order.price, order.confirmed) for order in cancelled] == [
        (Decimal("0.1"), Decimal(60000), False),
        (Decimal("0.1"), Decimal(60000), True),
    ]
    assert len(refused) == 1
    assert record.began_at + sum((stage.took for stage in stages), timedelta(0)) == stages[-1].step.at


@pytest.mark.parametrize(("symbol", "found"), [("btc", 1), ("BTC/USD", 1), ("ETH", 0), ("BTC/EUR", 0)])
async def test_exits_are_found_by_asset_or_pair(sold, symbol, found):
    assert len(await sold.engine.audit.fetch_exits(OWNER_ID, symbol)) == found


async def test_nobody_sees_the_exits_of_others(sold):
    [record] = await sold.engine.audit.fetch_exits(OWNER_ID)

    assert await sold.engine.audit.fetch_exits(OWNER_ID + 1) == ()
    assert await sold.engine.audit.fetch_exit(OWNER_ID + 1, record.intent.intent_id) is None
    assert await sold.engine.audit.fetch_exit(OWNER_ID, "unknown") is None
    assert await sold.engine.audit.fetch_exit(OWNER_ID, record.intent.intent_id) == record


async def test_exits_stand_in_the_order_of_the_times_they_are_shown_under(room):
    now = room.clock.now()
    for number, triggered_s_ago in enumerate((20, 5, 60)):
        guard = await room.arm(
            "0.1", "6000", guard_id=f"guard-{number}", symbol=f"{['BTC', 'ETH', 'SOL'][number]}/USD"
        )
        trigger = a_trigger(at=now - timedelta(seconds=triggered_s_ago))
        await room.journal.plan_exit(guard, trigger, intent_id=f"intent-{number}")
        await room.clock.sleep(1)

    found = await room.engine.audit.fetch_exits(OWNER_ID)

    assert [record.intent.intent_id for record in found] == ["intent-1", "intent-0", "intent-2"]


async def test_the_latest_five_come_newest_first(room):
    room.set_bid("50000")
    for number in range(6):
        room.deposit("BTC", "0.1")
        await room.arm("0.1", "6000", guard_id=f"guard-{number}")
        await room.sell_off()
        await room.clock.sleep(1)

    found = await room.engine.audit.fetch_exits(OWNER_ID)

    assert [record.intent.guard_id for record in found] == [f"guard-{number}" for number in (5, 4, 3, 2, 1)]


async def test_exits_beyond_the_newest_five_are_counted_and_found_on_the_next_page(room):
    for number in range(7):
        guard = await room.arm("0.1", "6000", guard_id=f"guard-{number}", symbol=f"C{number}/USD")
        await room.journal.plan_exit(guard, a_trigger(at=room.clock.now()), intent_id=f"intent-{number}")
        await room.clock.sleep(1)

    first = await room.engine.audit.fetch_page(OWNER_ID)
    rest = await room.engine.audit.fetch_page(OWNER_ID, skip=first.end)
    of_one = await room.engine.audit.fetch_page(OWNER_ID, "C3")

    assert [one.intent.intent_id for one in first.exits] == [f"intent-{number}" for number in (6, 5, 4, 3, 2)]
    assert [one.intent.intent_id for one in rest.exits] == ["intent-1", "intent-0"]
    assert (first.total, rest.total, rest.end, of_one.total) == (7, 7, 7, 1)


async def test_what_was_paid_is_looked_up_at_the_exit_where_nobody_knew_it_when_it_was_guarded(room):
    room.deposit("USD", "10000")
    room.set_bid("40000")
    room.trade("buy", "0.1")
    room.set_bid("50000")
    await room.read()
    await room.arm("0.1", "6000", source=GuardSource.EXISTING_PRICE)
    [fill] = room.world.ledger("kraken").fills

    await room.look()
    await room.wait_for("exit ")

    [alert], [record] = await room.alerts(ExitFilled), await room.engine.audit.fetch_exits(OWNER_ID)
    paid = fill.price * fill.quantity
    assert alert.entry == fill.price
    assert alert.realised == record.results.realised == 5000 - paid - alert.fee
    assert alert.against_guard.result == 5000 - 6000 - alert.fee


async def test_what_was_paid_when_it_was_guarded_is_still_known_at_an_exit_before_fills_are_read(room):
    room.deposit("BTC", "0.1")
    room.set_bid("50000")
    await room.read()
    await room.arm("0.1", "6000", source=GuardSource.EXISTING_PRICE, paid=Decimal(4000))
    await room.restart()

    await room.look()
    await room.wait_for("exit ")

    [alert] = await room.alerts(ExitFilled)
    assert alert.realised == 5000 - 4000 - alert.fee
