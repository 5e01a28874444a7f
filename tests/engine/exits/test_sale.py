"""Exits from trigger to alert at a Kraken over sockets, with the database the process has."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
from sqlalchemy import text

from engine.alerts.messages import (
    AgainstGuard,
    ClosedElsewhere,
    ExitFailing,
    ExitFilled,
    ExitParked,
    GuardReduced,
)
from engine.guards.guard import GuardState
from engine.model.holdings import Direction
from engine.model.orders import CancelledOrder, Side
from engine.model.venues import Venue
from engine.orders.states import IntentState
from sandbox.faults import FaultKind
from tests.patient_loop import START


@pytest.fixture
async def falling(room):
    """A tenth of a bitcoin, guarded at 6,000 dollars and worth 5,000."""
    room.deposit("BTC", "0.1")
    room.set_bid("50000")
    await room.arm("0.1", "6000")
    return room


@pytest.mark.fault("V5")
async def test_a_position_at_its_threshold_is_sold_and_reported_with_the_exact_fill(falling):
    await falling.sell_off()

    [alert] = await falling.alerts()
    [fill] = falling.world.ledger("kraken").fills
    [intent] = await falling.intents()
    assert alert == ExitFilled(
        venue=Venue.KRAKEN,
        symbol="BTC/USD",
        direction="long",
        trigger_ratio=alert.trigger_ratio,
        threshold=Decimal("-0.01"),
        trigger_price=Decimal("50000.0"),
        quantity=Decimal("0.1"),
        fill_price=Decimal(50000),
        currency="USD",
        fee=Decimal(20),
        fee_asset="USD",
        realised=Decimal(-1020),
        entry=Decimal(60000),
        against_guard=AgainstGuard(price=Decimal(60000), quantity=Decimal("0.1"), result=Decimal(-1020)),
        triggered_at=alert.triggered_at,
        filled_at=alert.filled_at,
        venue_order_id=fill.order_id,
        client_order_id=falling.sent()[0].params["cl_ord_id"],
    )
    assert round(alert.trigger_ratio, 6) == Decimal("-0.166667")
    assert START <= alert.triggered_at <= alert.filled_at
    assert (await falling.guard()).state is GuardState.CLOSED
    assert (intent.state, intent.fee, intent.cost) == (IntentState.FILLED, Decimal(20), Decimal(5000))


async def test_one_commit_writes_the_exit_the_guard_and_the_number_of_the_order(falling):
    committed = []

    def note(session):
        states = session.raw.execute(
            "SELECT intents.state, guards.state FROM intents JOIN guards USING (guard_id)"
        ).fetchall()
        numbers = session.raw.execute("SELECT last_nonce FROM nonces").fetchall()
        committed.append((states, numbers))

    with falling.database.on_commit(note):
        await falling.sell_off()

    [order] = falling.sent()
    assert ([("sent", "closing")], [(int(order.params["nonce"]),)]) in committed


async def test_no_number_is_drawn_that_no_request_carries(falling):
    await falling.sell_off()

    [counted] = await falling.base.nonces.list_nonces()
    asked = [call for call in falling.world.tape("kraken").calls() if "nonce" in call.params]
    assert counted.issued == len(asked)


async def test_the_intent_is_on_disk_before_the_order_leaves(falling):
    falling.fault(FaultKind.DELAY_BEFORE, delay_s=1)
    await falling.look()

    await falling.world.tape("kraken").wait_for("AddOrder")

    [intent] = await falling.intents()
    assert intent.state is IntentState.SENT
    assert intent.client_order_id == falling.sent()[0].params["cl_ord_id"]
    await falling.wait_for("exit ")


@pytest.mark.fault("V9")
async def test_only_what_is_guarded_is_sold_floored_to_the_lot(room):
    room.deposit("BTC", "0.4")
    room.set_bid("50000")
    await room.arm("0.123456789123", "7000")

    await room.sell_off()

    assert [call.params["volume"] for call in room.sent()] == ["0.12345678"]
    assert room.world.ledger("kraken").total("BTC") == Decimal("0.27654322")


async def test_an_account_without_a_dollar_sells_all_the_same(falling):
    await falling.read()

    await falling.sell_off()

    assert falling.world.ledger("kraken").total("BTC") == 0
    assert falling.world.ledger("kraken").free("USD") == Decimal(4980)


async def test_only_the_orders_that_hold_what_is_guarded_are_cancelled(room):
    room.set_bid("50000")
    room.deposit("BTC", "0.15")
    room.deposit("USD", "100")
    in_the_way = room.trade("sell", "0.06", limit="60000")
    others = [room.trade("sell", "0.03", limit="61000"), room.trade("sell", "0.02", limit="62000")]
    others.append(room.trade("buy", "0.001", limit="40000"))
    await room.arm("0.1", "6000")

    await room.sell_off()

    assert [call.params["txid"] for call in room.sent("CancelOrder")] == [in_the_way.id]
    still_open = [order.id for order in room.world.ledger("kraken").open_orders()]
    assert still_open == [order.id for order in others]
    [alert] = await room.alerts()
    assert alert.quantity == Decimal("0.1")
    assert alert.cancelled == (
        CancelledOrder(
            side=Side.SELL,
            quantity=Decimal("0.06"),
            price=Decimal(60000),
            venue_order_id=in_the_way.id,
            symbol="BTC/USD",
        ),
    )


async def test_a_balance_shown_as_not_free_keeps_no_loser(falling):
    falling.world.kraken_account.show_nothing_free("BTC")

    await falling.sell_off()

    assert falling.sent("CancelOrder") == []
    assert falling.world.ledger("kraken").total("BTC") == 0


@pytest.mark.fault("V7")
async def test_a_balance_shown_as_nothing_at_all_keeps_no_loser(falling):
    falling.world.kraken_account.show_balance("BTC", balance=Decimal(0))

    await falling.sell_off()

    assert falling.world.ledger("kraken").total("BTC") == 0


async def test_an_exit_goes_without_a_balance_that_takes_too_long(falling):
    falling.fault(FaultKind.DELAY_BEFORE, "BalanceEx", times=None, delay_s=30)

    await falling.sell_off()

    [alert] = await falling.alerts()
    assert alert.quantity == Decimal("0.1")
    assert alert.filled_at - alert.triggered_at < timedelta(seconds=1)


async def test_an_exit_goes_without_a_balance_the_venue_does_not_report(falling):
    falling.fault(FaultKind.HTTP_ERROR_BEFORE, "BalanceEx", times=None)

    await falling.sell_off()

    assert falling.world.ledger("kraken").total("BTC") == 0


@pytest.mark.fault("V4")
async def test_what_is_left_of_a_thin_market_stays_guarded_and_is_sold_next(room):
    listing = room.world.market.listing("kraken", "BTC/USD")
    room.world.market.add(replace(listing, depth=(Decimal("0.06"),)))
    room.deposit("BTC", "0.1")
    room.set_bid("50000")
    await room.arm("0.1", "6000")

    await room.sell_off()
    left = await room.guard()
    await room.sell_off()

    assert (left.state, left.quantity, left.cost) == (GuardState.ARMED, Decimal("0.04"), Decimal(2400))
    assert [alert.quantity for alert in await room.alerts(ExitFilled)] == [Decimal("0.06"), Decimal("0.04")]
    assert (await room.guard()).state is GuardState.CLOSED


@pytest.mark.fault("V4")
async def test_crumbs_too_small_to_sell_are_named_with_the_sale_and_no_longer_guarded(room):
    listing = room.world.market.listing("kraken", "BTC/USD")
    room.world.market.add(replace(listing, depth=(Decimal("0.09999"),)))
    room.deposit("BTC", "0.1")
    room.set_bid("50000")
    await room.arm("0.1", "6000")

    await room.sell_off()

    [alert] = await room.alerts()
    assert alert.left_over == Decimal("0.00001")
    assert alert.left_over_why == "the venue sells at least 0.00005 BTC"
    assert (await room.guard()).state is GuardState.CLOSED


@pytest.mark.fault("V8")
async def test_dust_is_abandoned_and_reported_once(room):
    room.deposit("BTC", "0.00004")
    room.set_bid("50000")
    await room.arm("0.00004", "4")

    await room.sell_off()
    await room.sell_off()

    assert room.sent() == []
    [alert] = await room.alerts()
    assert isinstance(alert, ExitParked)
    assert alert.quantity == Decimal("0.00004")
    assert alert.why == "the venue sells at least 0.00005 BTC"
    assert (await room.guard()).state is GuardState.CLOSED


@pytest.mark.fault("V8")
async def test_what_the_venue_calls_too_small_is_abandoned_with_its_words(falling):
    await falling.base.markets[Venue.KRAKEN].instruments()
    listing = falling.world.market.listing("kraken", "BTC/USD")
    falling.world.market.add(replace(listing, minimum_quantity=Decimal(1)))

    await falling.sell_off()

    *_, alert = await falling.alerts()
    assert isinstance(alert, ExitParked)
    assert "minimum" in alert.why


@pytest.mark.fault("V7")
async def test_what_two_readings_ten_seconds_apart_do_not_find_is_abandoned_and_not_tried_for_ever(room):
    room.deposit("BTC", "0.06")
    room.set_bid("50000")
    await room.arm("0.1", "6000")

    await room.sell_off()
    began = room.clock.now()
    await room.sell_off()

    filled, failing, parked = await room.alerts()
    assert "insufficient funds" in failing.why.lower()
    assert (room.clock.now() - began).total_seconds() >= 10
    assert (filled.quantity, filled.left_over) == (Decimal("0.06"), Decimal("0.04"))
    assert filled.left_over_why.startswith("no more of it was free; it stays guarded")
    assert isinstance(parked, ExitParked)
    assert parked.quantity == Decimal("0.04")
    assert (parked.why, parked.may_return) == ("nothing of it is there any more", True)
    guard = await room.guard()
    assert (guard.state, guard.quantity) == (GuardState.PAUSED, Decimal("0.04"))


async def test_nothing_shown_twice_with_a_true_reading_between_gives_no_loser_up(falling):
    show, hide = Decimal("0.1"), Decimal(0)
    falling.fault(FaultKind.ERROR, message="EOrder:Insufficient funds")
    falling.withdraw("BTC", show)
    await falling.look()
    await falling.clock.sleep(0.4)
    falling.deposit("BTC", show)
    falling.fault(FaultKind.RATE_LIMIT, times=4)
    await falling.clock.sleep(8)
    assert hide == sum(fill.quantity for fill in falling.world.ledger("kraken").fills)
    falling.withdraw("BTC", show)
    falling.fault(FaultKind.ERROR, message="EOrder:Insufficient funds")
    await falling.clock.sleep(9)
    falling.deposit("BTC", show)

    await falling.wait_for("exit ")

    assert await falling.alerts(ExitParked) == []
    [fill] = falling.world.ledger("kraken").fills
    assert fill.quantity == show


async def test_a_market_without_buyers_is_asked_with_growing_pauses(falling):
    falling.fault(FaultKind.DELAY_BEFORE, "BalanceEx", delay_s=0.4)
    await falling.look()
    falling.world.market.forget_price("BTC")

    await falling.clock.sleep(60)

    assert 3 <= len(falling.sent()) <= 8
    [alert, *_] = await falling.alerts(ExitFailing)
    assert "the order is over without any fill" in alert.why
    falling.set_bid("49000")
    await falling.wait_for("exit ")
    assert falling.world.ledger("kraken").total("BTC") == 0


@pytest.mark.fault("P3", "P44")
async def test_the_sale_the_guard_and_the_alert_are_written_together_or_not_at_all(falling):
    async with falling.database.write() as session:
        await session.exec(text("ALTER TABLE alerts RENAME TO hidden"))

    with pytest.raises(ExceptionGroup, match="not everything else was done"):
        await falling.look()
    await falling.wait_for("look ")
    await falling.wait_for("exit ")

    assert "no such table: alerts" in falling.failures[0]
    falling.expected_failures = falling.failures
    [intent] = await falling.intents()
    assert intent.state is IntentState.ACCEPTED
    assert (await falling.guard()).state is GuardState.CLOSING
    async with falling.database.write() as session:
        await session.exec(text("ALTER TABLE hidden RENAME TO alerts"))
    await falling.sell_off()
    [alert] = await falling.alerts()
    assert isinstance(alert, ExitFilled)
    assert len(falling.sent()) == 1


@pytest.fixture
async def watched(room):
    """A guard on a third of what is there, seen by a reading some seconds ago."""
    room.deposit("BTC", "0.3")
    room.set_bid("50000")
    await room.arm("0.1", "6000")
    await room.read()
    await room.clock.sleep(6)
    return room


@pytest.mark.fault("V19")
async def test_what_the_owner_sold_at_the_venue_just_before_is_not_sold_again_from_their_own_coins(watched):
    watched.trade("sell", "0.1")

    await watched.sell_off()

    assert watched.sent() == []
    assert watched.world.ledger("kraken").total("BTC") == Decimal("0.2")
    assert (await watched.guard()).state is GuardState.CLOSED
    alert = (await watched.alerts())[-1]
    assert isinstance(alert, ClosedElsewhere)
    assert alert.quantity == Decimal("0.1")


async def test_what_the_owner_moved_out_just_before_is_not_sold_again_from_their_own_coins(watched):
    watched.withdraw("BTC", "0.1")

    await watched.sell_off()

    assert watched.sent() == []
    assert (await watched.guard()).state is GuardState.CLOSED
    alert = (await watched.alerts())[-1]
    assert isinstance(alert, GuardReduced)
    assert (alert.was, alert.now) == (Decimal("0.1"), Decimal(0))


async def test_an_exit_sells_less_by_what_its_owner_sold_at_the_venue_just_before(watched):
    watched.trade("sell", "0.04")

    await watched.sell_off()

    assert watched.world.ledger("kraken").total("BTC") == Decimal("0.2")
    _, reduced, sale = await watched.alerts()
    assert (reduced.was, reduced.now) == (Decimal("0.1"), Decimal("0.06"))
    assert (sale.quantity, sale.left_over) == (Decimal("0.06"), Decimal(0))


async def test_an_exit_sells_less_by_what_its_owner_moved_out_just_before(watched):
    watched.withdraw("BTC", "0.04")

    await watched.sell_off()

    assert watched.world.ledger("kraken").total("BTC") == Decimal("0.2")
    alert = (await watched.alerts())[-1]
    assert (alert.quantity, alert.left_over) == (Decimal("0.06"), Decimal("0.04"))
    assert "sold or moved at the venue" in alert.left_over_why


async def test_what_one_reading_misses_stays_guarded_until_another_agrees(watched):
    watched.withdraw("BTC", "0.04")
    await watched.sell_off()
    kept = await watched.guard()

    await watched.sell_off()

    assert (kept.state, kept.quantity) == (GuardState.ARMED, Decimal("0.04"))
    assert (await watched.guard()).state is GuardState.CLOSED
    reduced = (await watched.alerts())[-1]
    assert isinstance(reduced, GuardReduced)
    assert watched.world.ledger("kraken").total("BTC") == Decimal("0.2")


async def test_readings_that_never_agree_hold_a_sale_up_but_not_in_silence(watched):
    watched.withdraw("BTC", "0.1")
    await watched.look()
    for _ in range(6):
        await watched.clock.sleep(5)
        watched.withdraw("BTC", "0.001")

    [failing, *_] = await watched.alerts(ExitFailing)

    assert failing.why == "less of it is there than before, and no two readings agree on how much"
    assert watched.sent() == []


async def test_what_went_at_the_venue_comes_off_a_guard_once_even_when_it_sells_in_parts(watched):
    watched.trade("sell", "0.04")
    listing = watched.world.market.listing("kraken", "BTC/USD")
    watched.world.market.add(replace(listing, depth=(Decimal("0.02"),)))

    for _ in range(6):
        await watched.sell_off()
        # The key's budget of calls fills up again: without a reading in time the last known quantity would be sold.
        await watched.clock.sleep(30)

    sold = sum(alert.quantity for alert in await watched.alerts() if isinstance(alert, ExitFilled))
    assert sold == Decimal("0.06")
    assert watched.world.ledger("kraken").total("BTC") == Decimal("0.2")


async def test_a_short_that_was_closed_meanwhile_hides_no_sale_at_the_venue(watched):
    watched.deposit("USD", "10000")
    watched.trade("sell", "0.1", leverage=2)
    short = {"kind": "margin", "direction": Direction.SHORT, "leverage": 2}
    await watched.arm("0.1", "4900", guard_id="guard-2", **short)
    watched.set_bid("59999")
    await watched.sell_off()
    watched.trade("sell", "0.1")

    watched.set_bid("50000")
    await watched.sell_off()

    assert len(watched.sent()) == 1
    assert watched.world.ledger("kraken").total("BTC") == Decimal("0.2")


@pytest.mark.parametrize("shown", ["0.05", "0.19"])
async def test_one_reading_that_shows_too_little_ends_and_shrinks_no_sale(watched, shown):
    watched.world.kraken_account.show_balance("BTC", balance=Decimal(shown))
    await watched.look()
    await watched.clock.sleep(0.5)
    watched.world.kraken_account.show_true_balances()

    await watched.wait_for("exit ")

    [filled] = await watched.alerts(ExitFilled)
    assert filled.quantity == Decimal("0.1")
