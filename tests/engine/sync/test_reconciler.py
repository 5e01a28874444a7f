"""What trades, withdrawals and splits behind the bot's back do to its guards."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from engine.alerts.messages import ClosedElsewhere, ExitFilled, GuardPaused, GuardReduced
from engine.alerts.questions import ChoiceKind
from engine.guards.guard import GuardState
from engine.model.guard_reasons import GuardReason
from engine.model.orders import Side
from engine.model.venues import Venue
from sandbox.faults import FaultKind
from sandbox.world import OWNER_ID

IN_SESSION = datetime(2026, 3, 4, 15, tzinfo=UTC)


@pytest.fixture
async def guarded(room):
    """Three tenths of a bitcoin, one of them guarded, read and settled."""
    room.set_bid("60000")
    room.deposit("BTC", "0.3")
    await room.arm("0.1", "6000")
    await room.read()
    await room.clock.sleep(60)
    return room


async def read_again(room, times=1):
    for _ in range(times):
        await room.read()
        await room.clock.sleep(60)


async def reported(room):
    return await room.alerts(GuardReduced, GuardPaused, ClosedElsewhere)


async def test_coins_sold_at_the_venue_leave_the_guarded_part_first_and_are_reported(guarded):
    guarded.trade("sell", "0.04")

    await read_again(guarded)

    guard = await guarded.guard()
    assert (guard.quantity, guard.cost) == (Decimal("0.06"), Decimal(3600))
    [alert] = await reported(guarded)
    assert (alert.was, alert.now, alert.why) == (
        Decimal("0.1"),
        Decimal("0.06"),
        GuardReason.EXTERNAL_SALE,
    )


async def test_selling_everything_guarded_at_the_venue_closes_the_guard_with_the_fills(guarded):
    guarded.trade("sell", "0.15")

    await read_again(guarded)

    assert (await guarded.guard()).state is GuardState.CLOSED
    [alert] = await reported(guarded)
    assert isinstance(alert, ClosedElsewhere)
    assert alert.quantity == Decimal("0.1")
    [fill] = alert.fills
    assert (fill.side, fill.quantity, fill.price) == (Side.SELL, Decimal("0.15"), Decimal(60000))


async def test_a_sale_at_the_venue_right_after_arming_counts_against_the_guard(room):
    room.set_bid("60000")
    room.deposit("BTC", "0.3")
    await read_again(room)
    await room.arm("0.1", "6000")
    await room.clock.sleep(10)
    room.trade("sell", "0.04")

    await read_again(room)

    assert (await room.guard()).quantity == Decimal("0.06")


async def test_a_sale_at_the_venue_while_the_process_was_away_counts_against_the_guard(guarded):
    await guarded.crash()
    guarded.trade("sell", "0.04")
    await guarded.clock.sleep(60)
    await guarded.open()
    await guarded.engine.start()

    await read_again(guarded)

    assert (await guarded.guard()).quantity == Decimal("0.06")


async def test_coins_bought_at_the_venue_are_not_guarded(guarded):
    guarded.deposit("USD", "10000")
    guarded.trade("buy", "0.1")

    await read_again(guarded)

    assert (await guarded.guard()).quantity == Decimal("0.1")
    assert await reported(guarded) == []


async def test_a_withdrawal_is_believed_when_two_readings_agree(guarded):
    guarded.withdraw("BTC", "0.25")

    await read_again(guarded)
    after_one = (await guarded.guard()).quantity
    await read_again(guarded)

    assert after_one == Decimal("0.1")
    assert (await guarded.guard()).state is GuardState.CLOSED
    [alert] = await reported(guarded)
    assert (alert.was, alert.now, alert.why) == (Decimal("0.1"), Decimal(0), GuardReason.MOVED_OUT)


async def test_a_balance_wrong_for_one_reading_changes_no_guard(guarded):
    guarded.world.kraken_account.show_balance("BTC", balance=Decimal("0.01"))
    await read_again(guarded)
    guarded.world.kraken_account.show_true_balances()

    await read_again(guarded, 2)

    assert (await guarded.guard()).quantity == Decimal("0.1")
    assert await reported(guarded) == []


async def test_two_wrong_readings_that_differ_change_no_guard(guarded):
    for shown in ("0.01", "0.02", "0.03"):
        guarded.world.kraken_account.show_balance("BTC", balance=Decimal(shown))
        await read_again(guarded)

    assert (await guarded.guard()).quantity == Decimal("0.1")


async def test_a_reading_without_its_fills_changes_no_guard(guarded):
    guarded.trade("sell", "0.04")
    guarded.fault(FaultKind.HTTP_ERROR_BEFORE, "TradesHistory", times=1)

    await read_again(guarded)
    unread = (await guarded.guard()).quantity
    await read_again(guarded)

    assert unread == Decimal("0.1")
    assert (await guarded.guard()).quantity == Decimal("0.06")


async def test_an_account_in_which_nothing_moved_costs_no_call_for_fills(guarded):
    await read_again(guarded, 5)
    before = len(guarded.sent("TradesHistory"))

    await read_again(guarded, 3)

    assert len(guarded.sent("TradesHistory")) == before


async def test_a_sale_of_the_guards_own_is_not_taken_for_one_at_the_venue(guarded):
    guarded.set_bid("50000")
    await guarded.sell_off()
    await guarded.sell_off()

    await read_again(guarded, 2)

    assert len(await guarded.alerts(ExitFilled)) == 1
    assert await reported(guarded) == []
    assert guarded.world.ledger("kraken").total("BTC") == Decimal("0.2")


async def test_a_guard_in_the_middle_of_its_sale_is_left_to_it(guarded):
    guarded.set_bid("50000")
    guarded.fault(FaultKind.CANCEL_ONLY, times=None)
    await guarded.look()
    guarded.deposit("BTC", "1")

    await read_again(guarded, 2)

    assert (await guarded.guard()).state is GuardState.CLOSING
    assert await reported(guarded) == []


@pytest.fixture
async def shares(rooms):
    """Two shares bought and guarded at 460 dollars."""
    async with rooms(venues=(Venue.ALPACA,), start=IN_SESSION) as room:
        room.deposit("USD", "1000", venue=Venue.ALPACA)
        room.trade("buy", "2", "AAPL/USD", venue=Venue.ALPACA)
        room.world.alpaca_account.entry_prices["AAPL"] = Decimal(230)
        await room.read()
        await room.arm("2", "460", "AAPL/USD", venue=Venue.ALPACA, venue_entry=Decimal(230))
        await room.clock.sleep(60)
        await read_again(room)
        yield room


@pytest.fixture
async def split(shares):
    """The same shares after they became four without a trade."""
    shares.deposit("AAPL", "2", venue=Venue.ALPACA)
    shares.world.market.set_price("AAPL", Decimal(116))
    shares.world.alpaca_account.entry_prices["AAPL"] = Decimal(115)
    await read_again(shares, 2)
    return shares


async def test_a_split_pauses_the_guard_and_asks(split):
    guard = await split.guard()

    assert (guard.state, guard.quantity) == (GuardState.PAUSED, Decimal(2))
    [alert] = await split.alerts(GuardPaused)
    assert (alert.guarded, alert.seen) == (Decimal(2), Decimal(4))
    # The venue reports the new entry too, so its cost is known to be the same.
    assert [choice.kind for choice in alert.offer.choices] == [
        ChoiceKind.RESUME_GUARD,
        ChoiceKind.GUARD_FROM_PRICE,
        ChoiceKind.UNGUARD,
    ]


async def test_a_paused_guard_sells_nothing_and_is_not_asked_about_again(split):
    await split.sell_off()
    await read_again(split, 2)

    assert split.sent("POST /v2/orders", venue=Venue.ALPACA) == []
    assert len(await split.alerts(GuardPaused)) == 1


async def press(room, kind):
    [alert] = await room.alerts(GuardPaused)
    [button] = [choice.confirmation_id for choice in alert.offer.choices if choice.kind is kind]
    return await room.engine.guards.confirm(OWNER_ID, button)


async def test_guarding_again_after_a_split_keeps_the_cost_and_sells_nothing(split):
    await press(split, ChoiceKind.RESUME_GUARD)

    await split.sell_off()

    guard = await split.guard()
    assert (guard.state, guard.quantity, guard.cost) == (GuardState.ARMED, Decimal(4), Decimal(460))
    assert split.sent("POST /v2/orders", venue=Venue.ALPACA) == []


async def test_more_shares_bought_at_the_venue_are_no_split(shares):
    shares.trade("buy", "1", "AAPL/USD", venue=Venue.ALPACA)
    shares.world.alpaca_account.entry_prices["AAPL"] = Decimal(232)

    await read_again(shares, 4)

    guard = await shares.guard()
    assert (guard.state, guard.quantity) == (GuardState.ARMED, Decimal(2))
    assert await reported(shares) == []


async def test_a_leveraged_trade_at_the_venue_changes_no_guard_of_what_is_owned(guarded):
    guarded.deposit("USD", "100000")
    guarded.trade("sell", "0.1", leverage=2)

    await read_again(guarded, 3)

    assert (await guarded.guard()).quantity == Decimal("0.1")
    assert await reported(guarded) == []


async def test_coins_sold_at_the_venue_change_no_guard_of_a_margin_position(room):
    room.set_bid("60000")
    room.deposit("BTC", "0.3")
    room.deposit("USD", "100000")
    room.trade("buy", "0.1", leverage=2)
    await room.arm("0.1", "6006", kind="margin", leverage=2)
    await read_again(room)
    room.trade("sell", "0.2")

    await read_again(room, 3)

    guard = await room.guard()
    assert (guard.state, guard.quantity) == (GuardState.ARMED, Decimal("0.1"))
    assert await reported(room) == []


async def test_closing_a_margin_position_at_the_venue_closes_its_guard(room):
    room.set_bid("60000")
    room.deposit("USD", "100000")
    room.trade("buy", "0.1", leverage=2)
    await room.arm("0.1", "6006", kind="margin", leverage=2)
    await read_again(room)
    room.trade("sell", "0.1", leverage=2)

    await read_again(room, 3)

    assert (await room.guard()).state is GuardState.CLOSED
    [alert] = await reported(room)
    assert isinstance(alert, ClosedElsewhere)


async def test_a_paused_guard_can_be_taken_off(split):
    await press(split, ChoiceKind.UNGUARD)

    assert (await split.guard()).state is GuardState.CLOSED


@pytest.mark.fault("V26")
async def test_a_balance_that_cannot_be_read_changes_no_guard(guarded):
    guarded.world.kraken_account.show_balance("BTC", balance=Decimal("NaN"))
    await read_again(guarded, 3)
    while_unreadable = await guarded.guard()
    guarded.world.kraken_account.show_true_balances()

    await read_again(guarded, 2)

    assert while_unreadable.state is GuardState.ARMED
    assert (await guarded.guard()).quantity == Decimal("0.1")
    assert await reported(guarded) == []
