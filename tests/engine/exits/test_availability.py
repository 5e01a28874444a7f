"""What an exit finds to sell: fresh enough balances, orders in the way, and venues slow to release."""

from decimal import Decimal

import pytest

from engine.alerts.messages import ExitFilled
from engine.guards import store as guard_rows
from engine.guards.guard import Seen
from engine.model.holdings import Direction
from engine.model.venues import Venue
from sandbox.coinbase.wallets import Wallet
from sandbox.faults import FaultKind

CANCEL = {
    Venue.KRAKEN: "CancelOrder",
    Venue.COINBASE: "orders/batch_cancel",
    Venue.ALPACA: "DELETE /v2/orders/{order_id}",
}


async def test_a_balance_read_just_now_is_not_read_again(room):
    room.deposit("BTC", "0.1")
    room.set_bid("50000")
    await room.arm("0.1", "6000")
    await room.read()
    read = len(room.sent("BalanceEx"))

    await room.sell_off()

    assert len(room.sent("BalanceEx")) == read


async def test_a_balance_older_than_five_seconds_is_read_again(room):
    room.deposit("BTC", "0.1")
    room.set_bid("50000")
    await room.arm("0.1", "6000")
    await room.read()
    room.withdraw("BTC", "0.04")
    await room.clock.sleep(5.1)

    await room.sell_off()

    assert [call.params["volume"] for call in room.sent()] == ["0.06000000"]


async def test_staked_coins_are_not_sold(room):
    room.deposit("ETH.S", "0.75")
    room.deposit("ETH", "0.5")
    room.set_bid("2000", "ETH/USD")
    await room.arm("1.25", "3000", "ETH/USD")

    await room.look()
    await room.clock.sleep(1)

    assert room.sent()[0].params["volume"] == "0.50000000"


@pytest.mark.fault("V49")
@pytest.mark.parametrize(
    "elsewhere",
    [
        {"platform": "ACCOUNT_PLATFORM_INTX"},
        {"platform": "ACCOUNT_PLATFORM_CFM_CONSUMER", "hold": Decimal("0.01")},
        {"type": "ACCOUNT_TYPE_VAULT"},
        {"active": False},
        {"ready": False},
    ],
    ids=str,
)
async def test_coins_that_no_spot_order_reaches_are_not_sold(rooms, elsewhere):
    async with rooms(venues=(Venue.COINBASE,)) as room:
        room.deposit("BTC", "0.04", venue=Venue.COINBASE)
        room.world.coinbase_account.other_wallets.append(
            Wallet(asset="BTC", available=Decimal("0.06"), **elsewhere)
        )
        room.set_bid("50000", venue=Venue.COINBASE)
        await room.arm("0.1", "6000", venue=Venue.COINBASE)

        await room.look()
        await room.clock.sleep(5)

        assert [order.quantity for order in room.world.ledger(Venue.COINBASE).orders.values()] == [
            Decimal("0.04")
        ]


@pytest.mark.fault("V10")
@pytest.mark.parametrize("venue", CANCEL)
async def test_an_order_in_the_way_is_cancelled_at_every_venue(rooms, venue):
    async with rooms(venues=(venue,)) as room:
        room.deposit("BTC", "0.1", venue=venue)
        room.set_bid("50000", venue=venue)
        room.trade("sell", "0.1", limit="70000", venue=venue)
        await room.arm("0.1", "6000", venue=venue)

        await room.sell_off()

        assert len(room.sent(CANCEL[venue], venue=venue)) == 1
        [alert] = await room.alerts()
        assert (alert.quantity, len(alert.cancelled)) == (Decimal("0.1"), 1)


@pytest.mark.fault("V10")
async def test_a_release_that_takes_a_moment_is_waited_for(rooms):
    async with rooms(venues=(Venue.ALPACA,)) as room:
        room.world.alpaca.switches.release_delay_s = 1.2
        room.deposit("BTC", "0.1", venue=Venue.ALPACA)
        room.set_bid("50000", venue=Venue.ALPACA)
        room.trade("sell", "0.1", limit="70000", venue=Venue.ALPACA)
        await room.arm("0.1", "6000", venue=Venue.ALPACA)

        await room.sell_off()

        [order] = room.sent("POST /v2/orders", venue=Venue.ALPACA)
        [cancel] = room.sent(CANCEL[Venue.ALPACA], venue=Venue.ALPACA)
        assert order.at - cancel.at >= 1.2
        assert [type(alert) for alert in await room.alerts()] == [ExitFilled]


async def test_a_release_that_never_comes_is_tried_without_and_reported(rooms):
    async with rooms(venues=(Venue.ALPACA,)) as room:
        room.world.alpaca.switches.release_delay_s = 30
        room.deposit("BTC", "0.1", venue=Venue.ALPACA)
        room.set_bid("50000", venue=Venue.ALPACA)
        room.trade("sell", "0.1", limit="70000", venue=Venue.ALPACA)
        await room.arm("0.1", "6000", venue=Venue.ALPACA)

        await room.sell_off()

        failing, *_, filled = await room.alerts()
        assert "insufficient" in failing.why
        assert filled.quantity == Decimal("0.1")
        assert len(room.sent(CANCEL[Venue.ALPACA], venue=Venue.ALPACA)) == 1


async def test_a_release_nobody_can_read_is_believed(room):
    room.deposit("BTC", "0.1")
    room.set_bid("50000")
    room.trade("sell", "0.1", limit="70000")
    await room.arm("0.1", "6000")
    await room.read()
    room.fault(FaultKind.HTTP_ERROR_BEFORE, "BalanceEx", times=None)

    await room.sell_off()

    assert room.world.ledger("kraken").total("BTC") == 0


async def test_only_margin_of_the_guarded_direction_is_bought_back(room):
    room.deposit("USD", "10000")
    room.set_bid("50000")
    room.trade("sell", "0.06", leverage=2)
    await room.arm("0.1", "4900", kind="margin", direction=Direction.SHORT, leverage=2)

    await room.look()
    await room.clock.sleep(1)

    assert room.sent()[0].params["volume"] == "0.06000000"
    assert room.world.ledger("kraken").open_positions() == []


async def test_an_old_reading_from_before_the_guard_was_last_compared_says_nothing_of_now(room):
    room.deposit("BTC", "0.06")
    room.set_bid("50000")
    await room.read()
    room.deposit("BTC", "0.04")
    await room.arm("0.1", "6000")
    await room.clock.sleep(6)
    async with room.database.write() as session:
        there = Seen(quantity=Decimal("0.1"), at=room.clock.now())
        await guard_rows.note_seen(session, "guard-1", there)
    room.fault(FaultKind.HTTP_ERROR_BEFORE, "BalanceEx", times=None)

    await room.sell_off()

    assert [Decimal(call.params["volume"]) for call in room.sent()] == [Decimal("0.1")]
