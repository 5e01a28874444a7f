"""Hand sells are noticed from the first one on: right after arming, and after any restart."""

from decimal import Decimal

import pytest

from engine.alerts.messages import ClosedElsewhere, FirstContact, GuardReduced
from engine.alerts.questions import ChoiceKind
from engine.guards import store as guard_rows
from sandbox.world import OWNER_ID, Bought, Opening, Story

#: One ether bought for 3,100 and two that came from elsewhere.
STORY = Story(
    openings={
        "kraken": Opening(
            purchases=(Bought(symbol="ETH/USD", quantity=Decimal(1), price=Decimal(3_100)),),
            deposits={"ETH": Decimal(2)},
        )
    }
)


@pytest.fixture
async def armed(rooms):
    """One of three ether, guarded by the owner's button."""
    async with rooms(story=STORY) as room:
        await room.read()
        [alert] = await room.alerts(FirstContact)
        [button] = [c for c in alert.offer.choices if c.kind is ChoiceKind.GUARD_ALL_FROM_COST]
        await room.engine.guards.confirm(OWNER_ID, button.confirmation_id)
        await room.clock.sleep(60)
        yield room


async def seen(room):
    [guard] = await room.guards()
    async with room.database.read() as session:
        return await guard_rows.load_seen(session, guard.guard_id)


async def read_again(room, times=1):
    for _ in range(times):
        await room.read()
        await room.clock.sleep(60)


async def reported(room):
    return [(type(one), one.symbol) for one in await room.alerts(GuardReduced, ClosedElsewhere)]


async def test_arming_writes_down_what_is_there(armed):
    assert (await seen(armed)).quantity == 3


async def test_a_sale_at_the_venue_before_the_first_reading_leaves_the_other_coins_alone(armed):
    armed.trade("sell", "1", "ETH/USD")

    await read_again(armed)
    armed.set_bid("3000", "ETH/USD")
    await armed.sell_off()

    assert await reported(armed) == [(ClosedElsewhere, "ETH/USD")]
    assert armed.world.ledger("kraken").total("ETH") == 2


async def test_a_withdrawal_before_the_first_reading_counts_against_the_guard(armed):
    armed.withdraw("ETH", "0.4")

    await read_again(armed, 2)

    [alert] = await armed.alerts(GuardReduced)
    assert (alert.was, alert.now) == (Decimal(1), Decimal("0.6"))
    assert (await seen(armed)).quantity == Decimal("2.6")


async def test_a_sale_at_the_venue_after_many_quiet_readings_counts(armed):
    await read_again(armed, 5)
    armed.trade("sell", "0.4", "ETH/USD")

    await read_again(armed)

    assert [guard.quantity for guard in await armed.guards()] == [Decimal("0.6")]


@pytest.mark.parametrize("change", ["sold", "withdrawn"])
async def test_what_left_while_the_process_was_away_counts(armed, change):
    await read_again(armed, 2)
    await armed.crash()
    if change == "sold":
        armed.trade("sell", "0.4", "ETH/USD")
    else:
        armed.withdraw("ETH", "0.4")
    await armed.clock.sleep(600)
    await armed.open()
    await armed.engine.start()

    await read_again(armed, 2)

    assert [guard.quantity for guard in await armed.guards()] == [Decimal("0.6")]
    assert await reported(armed) == [(GuardReduced, "ETH/USD")]


async def test_one_sale_at_the_venue_is_counted_once_whatever_is_restarted(armed):
    armed.trade("sell", "0.4", "ETH/USD")
    await read_again(armed)
    await armed.restart()

    await read_again(armed, 2)

    assert [guard.quantity for guard in await armed.guards()] == [Decimal("0.6")]
    assert len(await reported(armed)) == 1
