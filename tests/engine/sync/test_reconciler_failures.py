"""A guard that cannot be compared with what is there: the others are followed, and it is as soon as it can be."""

from decimal import Decimal

import pytest

from engine.alerts.messages import ClosedElsewhere, GuardReduced

D = Decimal
BTC, ETH = "guard-1", "guard-2"


@pytest.fixture
async def guarded(room):
    """Bitcoin and ether, a part of each guarded, read and settled."""
    room.set_bid("60000")
    room.set_bid("2600", "ETH/USD")
    room.deposit("BTC", "0.3")
    room.deposit("ETH", "5")
    await room.arm("0.1", "6000")
    await room.arm("3", "7500", "ETH/USD", guard_id=ETH)
    await read_again(room, 3)
    return room


async def read_again(room, times=1, every_s=60):
    for _ in range(times):
        await room.read()
        await room.clock.sleep(every_s)


async def quantities(room):
    return {guard.asset: guard.quantity for guard in await room.guards()}


@pytest.mark.fault("P38")
@pytest.mark.parametrize(
    ("broken", "left"), [(BTC, {"BTC": D("0.1"), "ETH": D(1)}), (ETH, {"BTC": D("0.06"), "ETH": D(3)})]
)
async def test_one_guard_that_cannot_be_written_keeps_no_other_from_being_reduced(guarded, broken, left):
    guarded.trade("sell", "0.04")
    guarded.trade("sell", "2", "ETH/USD")

    async with guarded.refused_changes(f"NEW.guard_id = '{broken}'"):
        await read_again(guarded, 3)

    assert await quantities(guarded) == left
    assert guarded.failures


async def test_a_guard_is_followed_as_soon_as_it_can_be_written_again(guarded):
    guarded.trade("sell", "0.04")
    async with guarded.refused_changes(f"NEW.guard_id = '{BTC}'"):
        await read_again(guarded, 5)

    await read_again(guarded)

    assert await quantities(guarded) == {"BTC": D("0.06"), "ETH": D(3)}
    assert len(await guarded.alerts(GuardReduced)) == 1


async def test_what_a_withdrawal_left_is_believed_on_time_while_another_guard_cannot_be_written(guarded):
    guarded.trade("sell", "0.04")
    guarded.withdraw("ETH", "2")

    async with guarded.refused_changes(f"NEW.guard_id = '{BTC}'"):
        await read_again(guarded, 2, every_s=20)

    assert (await quantities(guarded))["ETH"] == D(1)


async def test_a_quantity_waits_no_longer_to_be_believed_because_it_could_not_be_written(guarded):
    guarded.withdraw("ETH", "2")
    await read_again(guarded, every_s=20)
    async with guarded.refused_changes(f"NEW.guard_id = '{ETH}'"):
        await read_again(guarded, every_s=1)

    await read_again(guarded)

    assert await quantities(guarded) == {"BTC": D("0.1"), "ETH": D(1)}


async def test_an_alert_that_cannot_be_written_keeps_no_other_guard_from_being_followed(guarded):
    guarded.trade("sell", "0.3")
    guarded.trade("sell", "5", "ETH/USD")

    async with guarded.refused_changes("NEW.data_json LIKE '%BTC/USD%'", table="alerts"):
        await read_again(guarded, 3)
        assert await quantities(guarded) == {"BTC": D("0.1")}
        assert [reported.symbol for reported in await guarded.alerts(ClosedElsewhere)] == ["ETH/USD"]

    await read_again(guarded)
    assert await quantities(guarded) == {}
    assert [reported.symbol for reported in await guarded.alerts(ClosedElsewhere)] == ["ETH/USD", "BTC/USD"]
