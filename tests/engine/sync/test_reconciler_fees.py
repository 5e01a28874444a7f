"""Fees that a venue takes from coins and names otherwise, or later, are no withdrawals."""

from decimal import Decimal

import pytest

from engine.alerts.messages import ClosedElsewhere, GuardPaused, GuardReduced
from engine.brokers.paper.ledger import FeeOn
from engine.model.guard_reasons import GuardReason
from engine.model.venues import Venue

FCIB = FeeOn.BASE
D = Decimal


async def guard_a_tenth(room, venue):
    room.set_bid("50000", venue=venue)
    room.set_bid("2500", "ETH/USD", venue=venue)
    room.deposit("BTC", "0.1", venue=venue)
    room.deposit("USD", "10000000", venue=venue)
    await room.arm("0.1", "5000", venue=venue)
    await read_on(room, 1)


async def read_on(room, times=4):
    for _ in range(times):
        await room.read()
        await room.clock.sleep(60)


async def reported(room):
    return await room.alerts(GuardReduced, GuardPaused, ClosedElsewhere)


@pytest.fixture
async def guarded(room):
    """A tenth of a bitcoin, all of it guarded, at Kraken."""
    await guard_a_tenth(room, Venue.KRAKEN)
    return room


@pytest.mark.fault("V105")
@pytest.mark.parametrize("bought", ["0.01", "0.12345678", "5", "30"])
async def test_coins_taken_as_the_fee_of_a_purchase_touch_no_guard(guarded, bought):
    guarded.trade("buy", bought, fee_on=FCIB)

    await read_on(guarded)

    assert (await guarded.guard()).quantity == D("0.1")
    assert await reported(guarded) == []


@pytest.mark.fault("V105")
async def test_the_fees_of_several_purchases_between_two_readings_add_up(guarded):
    for _ in range(12):
        guarded.trade("buy", "2.51", fee_on=FCIB)

    await read_on(guarded)

    assert (await guarded.guard()).quantity == D("0.1")
    assert await reported(guarded) == []


async def test_purchases_in_one_reading_after_the_other_leave_the_guard_as_it_was(guarded):
    for _ in range(6):
        guarded.trade("buy", "5", fee_on=FCIB)
        await read_on(guarded, 1)
    await read_on(guarded)

    assert (await guarded.guard()).quantity == D("0.1")
    assert await reported(guarded) == []


async def test_a_sale_beside_a_purchase_takes_its_own_quantity_off_the_guard_and_no_fee_of_the_other(guarded):
    guarded.trade("buy", "5", fee_on=FCIB)
    guarded.trade("sell", "0.04")

    await read_on(guarded)

    assert (await guarded.guard()).quantity == D("0.06")
    assert [alert.why for alert in await reported(guarded)] == [GuardReason.EXTERNAL_SALE]


async def test_coins_taken_as_the_fee_of_a_sale_are_part_of_that_sale(guarded):
    guarded.trade("sell", "0.05", fee_on=FCIB)

    await read_on(guarded)

    assert (await guarded.guard()).quantity == D("0.0498")
    assert [alert.why for alert in await reported(guarded)] == [GuardReason.EXTERNAL_SALE]


@pytest.mark.fault("V106")
async def test_a_withdrawal_beside_a_purchase_is_taken_off_the_guard(guarded):
    guarded.trade("buy", "5", fee_on=FCIB)
    guarded.withdraw("BTC", "0.05")

    await read_on(guarded)

    assert (await guarded.guard()).quantity == D("0.05")
    assert [alert.why for alert in await reported(guarded)] == [GuardReason.MOVED_OUT]


async def test_a_withdrawal_in_a_later_reading_is_taken_off_the_guard_in_full(guarded):
    guarded.trade("buy", "5", fee_on=FCIB)
    await read_on(guarded)
    guarded.withdraw("BTC", "0.01")

    await read_on(guarded)

    assert (await guarded.guard()).quantity == D("0.09")


async def test_coins_that_leave_beside_a_leveraged_purchase_are_a_withdrawal(guarded):
    guarded.trade("buy", "5", leverage=2, fee_on=FCIB)
    guarded.withdraw("BTC", "0.02")

    await read_on(guarded)

    assert (await guarded.guard()).quantity == D("0.08")


async def test_coins_that_leave_beside_a_purchase_at_coinbase_are_a_withdrawal(rooms):
    async with rooms(venues=(Venue.COINBASE,)) as room:
        await guard_a_tenth(room, Venue.COINBASE)
        room.trade("buy", "5", venue=Venue.COINBASE)
        room.withdraw("BTC", "0.02", venue=Venue.COINBASE)

        await read_on(room)

        assert (await room.guard()).quantity == D("0.08")


@pytest.mark.parametrize("bought", ["0.12345678", "5", "60"])
async def test_a_fee_that_alpaca_books_later_touches_no_guard(rooms, bought):
    async with rooms(venues=(Venue.ALPACA,)) as room:
        await guard_a_tenth(room, Venue.ALPACA)
        room.trade("buy", bought, venue=Venue.ALPACA)

        await read_on(room)

        assert (await room.guard()).quantity == D("0.1")
        assert [a.why for a in await reported(room)] == []
