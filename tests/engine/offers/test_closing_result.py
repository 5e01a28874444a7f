"""What a manual close brings, against what was paid and against the price its guard counts from."""

from decimal import Decimal

import pytest

from engine.alerts.messages import ExitFilled
from engine.guards.guard import GuardSource
from engine.model.holdings import Direction, PositionKind
from engine.offers.closing_preview import AgainstGuard
from sandbox.world import OWNER_ID
from tests.engine.offers.closing import offer, press


async def test_what_was_bought_through_fills_has_a_result(room):
    room.deposit("USD", "10000")
    room.set_bid("50000")
    room.trade("buy", "0.1")
    await room.read()
    preview = await offer(room)

    await press(room, preview)
    await room.wait_for("exit ")

    [alert] = await room.alerts(ExitFilled)
    assert alert.entry_known
    assert alert.realised is not None
    assert preview.lines[0].result == pytest.approx(alert.realised, abs=Decimal(20))


@pytest.fixture
async def bought(room):
    """Four tenths of a bitcoin bought at 60,010 dollars each, worth 50,000 now."""
    room.deposit("USD", "30000")
    room.set_bid("60000")
    room.trade("buy", "0.4")
    room.set_bid("50000")
    await room.read()
    return room


def paid(room):
    return sum(fill.price * fill.quantity for fill in room.world.ledger("kraken").fills)


@pytest.mark.parametrize("source", GuardSource)
async def test_a_result_counts_from_what_was_paid_and_the_guards_price_is_a_second_one(bought, source):
    await bought.arm("0.4", "20400", source=source)

    [line] = (await offer(bought)).lines

    assert line.result == 20000 - paid(bought) - line.fee
    assert line.entry == paid(bought) / Decimal("0.4")
    guard_price = AgainstGuard(price=Decimal(51000), quantity=Decimal("0.4"), result=-400 - line.fee)
    assert line.against_guard == guard_price


async def test_a_guard_of_a_part_has_a_result_of_that_part(bought):
    await bought.arm("0.1", "5100", source=GuardSource.EXISTING_PRICE)

    [line] = (await offer(bought)).lines

    assert line.result == 20000 - paid(bought) - line.fee
    assert line.against_guard.quantity == Decimal("0.1")
    assert line.against_guard.result == -100 - line.fee / 4


async def test_a_short_loses_against_what_it_was_sold_for_and_what_its_guard_counts_from(room):
    room.deposit("USD", "10000")
    room.set_bid("49000")
    room.trade("sell", "0.1", leverage=2)
    room.set_bid("50000")
    await room.read()
    short = {"kind": PositionKind.MARGIN, "direction": Direction.SHORT, "leverage": 2}
    await room.arm("0.1", "4950", source=GuardSource.EXISTING_PRICE, **short)

    [line] = (await offer(room)).lines

    assert line.result == paid(room) - line.value - line.fee
    assert line.against_guard.result == 4950 - line.value - line.fee


@pytest.mark.parametrize("source", GuardSource)
async def test_the_price_of_the_day_it_was_guarded_is_never_taken_for_what_was_paid(holding, source):
    await holding.arm("0.4", "19000", source=source)
    preview = await offer(holding)

    await press(holding, preview)
    await holding.wait_for("exit ")

    [alert], [line] = await holding.alerts(ExitFilled), preview.lines
    is_from_price = source is GuardSource.EXISTING_PRICE
    assert (alert.realised, alert.against_guard) == (line.result, line.against_guard)
    assert line.against_guard.result == 1000 - line.fee
    assert line.result == (None if is_from_price else 1000 - line.fee)


@pytest.mark.parametrize("source", GuardSource)
async def test_a_manual_close_brings_what_its_preview_said_against_what_was_paid(bought, source):
    await bought.arm("0.4", "20400", source=source)
    preview = await offer(bought)

    await press(bought, preview)
    await bought.wait_for("exit ")

    [alert], [line] = await bought.alerts(ExitFilled), preview.lines
    [record] = await bought.engine.audit.fetch_exits(OWNER_ID)
    assert (alert.realised, alert.entry, alert.against_guard) == (line.result, line.entry, line.against_guard)
    assert (record.results.realised, record.results.against_guard) == (line.result, line.against_guard)
