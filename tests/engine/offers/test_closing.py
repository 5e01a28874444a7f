"""Manual closes on the real engine: what is shown, what a press sells, and what stays as it was."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from engine.alerts.messages import ExitFailing, ExitFilled, ExitParked
from engine.guards.guard import GuardSource, GuardState
from engine.model.holdings import Direction, PositionKind
from engine.model.orders import Side
from engine.model.venues import Venue
from engine.offers.closing_preview import AgainstGuard, ClosePreview, Kept, Selling
from engine.offers.offers import Nothing
from engine.orders.intents import MANUAL, ManualClose
from engine.orders.states import IntentState
from sandbox.faults import FaultKind
from sandbox.market import Override
from sandbox.world import OWNER_ID
from tests.engine_room import a_trigger


@pytest.fixture
async def holding(room):
    """Four tenths of a bitcoin that came from elsewhere, worth 50,000 dollars each."""
    room.deposit("BTC", "0.4")
    room.set_bid("50000")
    await room.read()
    return room


async def offer(room, symbol="BTC", venue=None):
    return await room.engine.closing.offer_close(OWNER_ID, symbol, venue)


async def press(room, preview):
    return await room.engine.closing.close(OWNER_ID, preview.confirmation_id)


async def close(room, symbol="BTC"):
    outcome = await press(room, await offer(room, symbol))
    await room.wait_for("exit ")
    return outcome


def total(room, asset="BTC"):
    return room.world.ledger("kraken").total(asset)


def a_ticker_apart(bid):
    """Return a ticker that the order book does not follow."""
    return Override(
        bid=Decimal(bid),
        ask=Decimal(bid) + 10,
        bid_size=Decimal(2),
        ask_size=Decimal(2),
        in_book=False,
    )


async def test_a_preview_says_what_would_be_sold_and_brought_and_changes_nothing(holding):
    preview = await offer(holding)

    [line] = preview.lines
    assert (line.quantity, line.price, line.value) == (Decimal("0.4"), Decimal(50000), Decimal(20000))
    assert line.fee == Decimal(80)
    assert (line.result, line.why_not) == (None, "")
    assert preview.expires_at - preview.as_of == timedelta(seconds=60)
    assert await holding.guards() == ()
    assert holding.sent() == []


async def test_a_press_sells_all_of_it_and_the_alert_claims_no_entry(holding):
    outcome = await close(holding)

    [alert] = await holding.alerts(ExitFilled)
    [intent] = await holding.intents()
    assert isinstance(outcome, Selling)
    assert total(holding) == 0
    assert (alert.manual, alert.entry_known, alert.realised) == (True, False, None)
    assert (intent.trigger.basis, intent.state) == (MANUAL, IntentState.FILLED)
    guard = await holding.guard(intent.guard_id)
    assert (guard.source, guard.state) == (GuardSource.MANUAL, GuardState.CLOSED)


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


async def test_a_guarded_part_is_closed_with_the_rest_in_one_order(holding):
    await holding.arm("0.1", "5000")

    await close(holding)

    assert [call.params["volume"] for call in holding.sent()] == ["0.40000000"]
    assert (await holding.guard()).state is GuardState.CLOSED
    assert len(await holding.intents()) == 1


async def test_an_order_that_holds_it_is_shown_and_cancelled(room):
    room.deposit("BTC", "0.4")
    room.set_bid("50000")
    room.trade("sell", "0.3", limit="60000")
    await room.read()

    preview = await offer(room)
    await press(room, preview)
    await room.wait_for("exit ")

    [alert] = await room.alerts(ExitFilled)
    [held] = alert.cancelled
    assert (held.side, held.quantity, held.price) == (Side.SELL, Decimal("0.3"), Decimal(60000))
    assert preview.lines[0].cancels == (held,)
    assert total(room) == 0


async def test_an_order_that_may_hold_it_and_cannot_be_read_is_named(room):
    room.deposit("BTC", "0.4")
    room.set_bid("50000")
    odd = room.trade("sell", "0.3", limit="60000")
    await room.read()
    room.fault(FaultKind.WRONG_FIELDS, "OpenOrders", times=None, fields={"type": "hold"})

    preview = await offer(room)

    [line] = preview.lines
    assert line.unreadable == (f"{odd.id}: type should be a known word, not 'hold'",)
    assert line.cancels == ()


async def test_an_order_that_cannot_be_read_is_not_named_where_nothing_is_held(room):
    room.deposit("BTC", "0.4")
    room.deposit("ETH", "1")
    room.set_bid("50000")
    room.set_bid("3000", "ETH/USD")
    room.trade("sell", "0.5", "ETH/USD", limit="6000")
    await room.read()
    room.fault(FaultKind.WRONG_FIELDS, "OpenOrders", times=None, fields={"type": "hold"})

    lines = {line.symbol: line for line in (await offer(room, None)).lines}

    assert lines["BTC/USD"].unreadable == ()
    assert len(lines["ETH/USD"].unreadable) == 1


async def test_an_order_that_holds_no_coins_is_not_in_the_way(room):
    room.deposit("BTC", "0.4")
    room.deposit("USD", "100000")
    room.set_bid("50000")
    held = room.trade("sell", "0.3", limit="60000")
    short = room.trade("sell", "0.3", limit="70000", leverage=2)
    await room.read()

    preview = await offer(room)
    await press(room, preview)
    await room.wait_for("exit ")

    [line] = preview.lines
    assert [order.venue_order_id for order in line.cancels] == [held.id]
    assert [order.id for order in room.world.ledger("kraken").open_orders()] == [short.id]
    assert total(room) == 0


async def test_an_order_placed_after_the_preview_is_shown_before_it_is_cancelled(holding):
    preview = await offer(holding)
    holding.trade("sell", "0.3", limit="60000")
    await holding.clock.sleep(6)

    again = await press(holding, preview)

    assert isinstance(again, ClosePreview)
    assert again.again.startswith("Another open order holds BTC/USD now")
    assert total(holding) == Decimal("0.4")


@pytest.mark.parametrize(("bid", "sold"), [("49501", True), ("49499", False), ("55000", True)])
async def test_a_price_up_to_one_percent_worse_still_counts(holding, bid, sold):
    preview = await offer(holding)
    holding.set_bid(bid)

    outcome = await press(holding, preview)
    await holding.wait_for("exit ")

    assert isinstance(outcome, Selling) is sold
    assert (total(holding) == 0) is sold


async def test_a_button_counts_once_for_its_owner_and_a_minute(holding):
    preview = await offer(holding)
    stranger = await holding.engine.closing.close(OWNER_ID + 1, preview.confirmation_id)
    await holding.clock.sleep(60)

    late = await press(holding, preview)

    assert [type(one) for one in (stranger, late)] == [Nothing, Nothing]
    assert "expired" in late.why
    assert total(holding) == Decimal("0.4")


async def test_two_presses_of_two_previews_sell_once(holding):
    first, second = await offer(holding), await offer(holding)

    await press(holding, first)
    outcome = await press(holding, second)
    await holding.wait_for("exit ")

    assert not getattr(outcome, "lines", ())
    assert len(holding.sent()) == 1
    assert holding.world.ledger("kraken").fills[-1].quantity == Decimal("0.4")


async def test_no_more_is_sold_than_was_shown(holding):
    preview = await offer(holding)
    holding.deposit("BTC", "1")
    await holding.clock.sleep(6)

    await press(holding, preview)
    await holding.wait_for("exit ")

    assert total(holding) == Decimal(1)


async def test_no_more_of_a_guard_is_sold_than_was_shown(holding):
    holding.withdraw("BTC", "0.1")
    holding.deposit("BTC.S", "0.1")
    await holding.read()
    await holding.arm("0.4", "5000")
    preview = await offer(holding)
    holding.withdraw("BTC.S", "0.1")
    holding.deposit("BTC", "0.1")
    await holding.clock.sleep(6)

    again = await press(holding, preview)

    assert preview.lines[0].quantity == Decimal("0.3")
    assert isinstance(again, ClosePreview)
    assert again.again == "More of BTC/USD can be sold now than was shown: nothing was sold."
    assert total(holding) == Decimal("0.4")
    assert (await holding.guard()).state is GuardState.ARMED
    await press(holding, again)
    await holding.wait_for("exit ")
    assert again.lines[0].quantity == Decimal("0.4")
    assert total(holding) == 0


async def test_a_sale_in_another_pair_than_was_shown_is_shown_again(room):
    room.deposit("USD", "1000")
    room.deposit("EUR", "20000")
    room.set_bid("50000")
    room.set_bid("46000", "BTC/EUR")
    room.set_bid("1.087", "EUR/USD")
    room.trade("buy", "0.1", "BTC/EUR")
    await room.engine.start()
    await room.read()
    preview = await offer(room)
    room.set_bid("47000")
    room.set_bid("43240", "BTC/EUR")
    # Bought with two currencies, it is sold for dollars.
    room.trade("buy", "0.001", "BTC/USD")
    await room.read()
    await room.clock.sleep(10)
    await room.read()

    again = await press(room, preview)

    assert [line.symbol for line in (*preview.lines, *again.lines)] == ["BTC/EUR", "BTC/USD"]
    assert again.again == "It would be sold as BTC/USD now, and BTC/EUR was shown: nothing was sold."
    assert room.sent() == []


async def test_a_clock_that_is_set_back_sells_nothing_later_than_a_minute_after_the_press(holding):
    preview = await offer(holding)
    holding.fault(FaultKind.HTTP_ERROR_BEFORE, times=None, status=503)
    await press(holding, preview)
    await holding.clock.sleep(50)
    holding.clock.set_by(-45)
    await holding.clock.sleep(50)
    holding.world.faults("kraken").clear()
    await holding.wait_for("exit ")

    assert total(holding) == Decimal("0.4")


async def test_left_alone_is_used_up(holding):
    preview = await offer(holding)

    kept = await holding.engine.closing.keep(OWNER_ID, preview.confirmation_id)
    after = await press(holding, preview)

    assert kept == Kept()
    assert "already used" in after.why


async def test_everything_is_closed_at_once_and_cash_is_not(holding):
    holding.deposit("ETH", "2")
    holding.deposit("USD", "100")
    holding.set_bid("3000", "ETH/USD")
    await holding.read()

    preview = await offer(holding, None)
    await press(holding, preview)
    await holding.wait_for("exit ")

    assert sorted(line.symbol for line in preview.lines) == ["BTC/USD", "ETH/USD"]
    assert (total(holding), total(holding, "ETH")) == (0, 0)


@pytest.mark.fault("C17")
async def test_a_staked_coin_of_contradictory_prices_is_shown_as_locked_and_the_rest_is_sold(holding):
    holding.deposit("ETH.S", "2")
    holding.set_bid("3000", "ETH/USD")
    await holding.arm("2", "1000", "ETH/USD")
    holding.world.market.override("kraken", "ETH/USD", a_ticker_apart("2000"))
    await holding.read()
    for _ in range(2):
        await holding.look()
        await holding.clock.sleep(5)

    preview = await offer(holding, None)
    await press(holding, preview)
    await holding.wait_for("exit ")

    lines = {line.symbol: line for line in preview.lines}
    assert not holding.engine.markets[Venue.KRAKEN].is_trusted("ETH/USD")
    assert lines["ETH/USD"].why_not == "it is locked or staked"
    assert lines["BTC/USD"].why_not == ""
    assert (total(holding), total(holding, "ETH.S")) == (0, 2)


async def test_what_is_no_longer_held_at_the_press_is_named_beside_what_is_sold(holding):
    holding.deposit("ETH", "2")
    holding.set_bid("3000", "ETH/USD")
    await holding.read()
    preview = await offer(holding, None)
    holding.withdraw("ETH", "2")
    await holding.clock.sleep(6)

    outcome = await press(holding, preview)
    await holding.wait_for("exit ")

    assert [line.symbol for line in outcome.lines] == ["BTC/USD"]
    [gone] = outcome.left_out
    assert (gone.venue, gone.symbol, gone.why_not) == (Venue.KRAKEN, "ETH", "no longer held")


@pytest.mark.parametrize(("side", "direction"), [("buy", "long"), ("sell", "short")])
async def test_a_margin_position_is_closed_reduce_only(room, side, direction):
    room.deposit("USD", "10000")
    room.set_bid("50000")
    room.trade(side, "0.1", leverage=2)
    await room.read()

    await close(room)

    [call] = room.sent()
    assert call.params["reduce_only"] in {"true", True}
    assert call.params["type"] == ("sell" if direction == "long" else "buy")
    [alert] = await room.alerts(ExitFilled)
    assert (alert.direction, alert.manual) == (direction, True)


async def test_what_the_venue_does_not_take_within_a_minute_is_given_up_and_the_guard_is_as_before(holding):
    guard = await holding.arm("0.1", "5000")
    holding.trade("sell", "0.3", limit="60000")
    await holding.read()
    preview = await offer(holding)
    holding.fault(FaultKind.RATE_LIMIT, times=None)

    await press(holding, preview)
    await holding.wait_for("exit ", within_s=200)

    [parked] = await holding.alerts(ExitParked)
    failing = await holding.alerts(ExitFailing)
    kept = await holding.guard()
    assert "within a minute of your asking" in parked.why
    assert [order.quantity for order in parked.cancelled] == [Decimal("0.3")]
    assert all(message.manual for message in failing)
    assert (kept.quantity, kept.cost, kept.state) == (guard.quantity, guard.cost, GuardState.ARMED)
    assert total(holding) == Decimal("0.4")


async def test_a_wish_that_a_crash_delayed_is_not_carried_out(holding):
    before = await holding.arm("0.1", "5000")
    manual = ManualClose(guarded=before.quantity, guarded_cost=before.cost, entry_known=True)
    trigger = replace(a_trigger(at=holding.clock.now()), basis=MANUAL, manual=manual)
    wide = replace(before, quantity=Decimal("0.4"), cost=Decimal(20000))
    await holding.journal.plan_manual_close(wide, trigger, before=before, intent_id="i-1")
    await holding.crash()
    await holding.clock.sleep(61)

    await holding.open()
    await holding.engine.start()
    await holding.wait_for("exit ")

    [parked] = await holding.alerts(ExitParked)
    [intent] = await holding.intents()
    assert parked.quantity == Decimal("0.4")
    assert intent.state is IntentState.REFUSED
    assert (await holding.guard()).quantity == Decimal("0.1")
    assert total(holding) == Decimal("0.4")


async def test_what_the_market_does_not_take_is_named_and_only_the_guarded_part_stays_guarded(holding):
    listing = holding.world.market.listing("kraken", "BTC/USD")
    holding.world.market.add(replace(listing, depth=(Decimal("0.25"),)))
    await holding.arm("0.1", "5000")
    preview = await offer(holding)

    await press(holding, preview)
    await holding.wait_for("exit ")

    [alert] = await holding.alerts(ExitFilled)
    guard = await holding.guard()
    assert preview.lines[0].thin
    assert (alert.quantity, alert.left_over) == (Decimal("0.25"), Decimal("0.15"))
    assert "/close asks again" in alert.left_over_why
    assert (guard.quantity, guard.cost, guard.state) == (Decimal("0.1"), Decimal(5000), GuardState.ARMED)


async def test_what_is_not_held_or_has_no_price_says_so(holding):
    missing = await offer(holding, "DOGE")
    holding.world.market.forget_price("BTC")
    preview = await offer(holding)

    assert missing == Nothing(
        why="You hold no DOGE at any of your brokers; nothing was sold. /positions shows what you hold."
    )
    assert preview.confirmation_id is None
    assert preview.lines[0].why_not.startswith("price unknown")


async def test_only_the_named_broker_is_asked(holding):
    assert isinstance(await offer(holding, "BTC", Venue.ALPACA), Nothing)
    assert isinstance(await offer(holding, "btc/usd", Venue.KRAKEN), ClosePreview)


async def test_a_button_from_before_a_sale_sells_nothing_while_what_is_left_is_unknown(holding):
    await holding.arm("0.4", "24000")
    preview = await offer(holding)
    await holding.sell_off()
    holding.fault(FaultKind.DELAY_AFTER, "BalanceEx", delay_s=20, times=None)

    outcome = await press(holding, preview)
    await holding.wait_for("exit ")

    [line] = outcome.left_out
    assert line.why_not == "Kraken was not read since its last sale; try again in a moment"
    assert len(holding.sent()) == 1
    assert len(await holding.intents()) == 1


async def test_open_orders_that_do_not_come_in_time_keep_no_preview_waiting(holding):
    holding.trade("sell", "0.1", limit="90000")
    await holding.read()
    holding.fault(FaultKind.DELAY_AFTER, "OpenOrders", delay_s=20)
    began = holding.clock.monotonic()

    [line] = (await offer(holding)).lines

    assert line.why_not.startswith(
        "Kraken did not send its open orders in time; try again. If you cannot wait"
    )
    assert holding.clock.monotonic() - began < 5


async def test_books_that_come_late_are_read_together_and_let_no_price_age(holding):
    assets = ("BTC", "ETH", "SOL", "XRP")
    for asset in assets[1:]:
        holding.deposit(asset, "1000")
    for asset in assets:
        listing = holding.world.market.listing("kraken", f"{asset}/USD")
        holding.world.market.add(replace(listing, depth=(Decimal("0.1"), Decimal(2000))))
    await holding.read()
    holding.fault(FaultKind.DELAY_AFTER, "Depth", delay_s=1, times=None)
    began = holding.clock.monotonic()

    preview = await offer(holding, None)

    assert [line.why_not for line in preview.lines] == [""] * len(assets)
    assert holding.clock.monotonic() - began < 3


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


@pytest.mark.parametrize(("ticker", "book"), [("60000", "49000"), ("49000", "60000")])
async def test_a_ticker_and_a_book_that_differ_offer_the_worse_price_named_as_contradictory(
    holding, ticker, book
):
    await holding.arm("0.1", "1000")
    holding.set_bid(book)
    holding.world.market.override("kraken", "BTC/USD", a_ticker_apart(ticker))
    for _ in range(2):
        await holding.look()
        await holding.clock.sleep(5)

    preview = await offer(holding)
    sold = await press(holding, preview)
    await holding.wait_for("exit ")

    [line] = preview.lines
    assert (line.price, line.contradicted, line.why_not) == (Decimal(49000), True, "")
    assert isinstance(sold, Selling)
    assert total(holding) == 0


async def test_missing_prices_are_what_a_close_lacks_and_not_the_brokers_answer(holding):
    holding.fault(FaultKind.HTTP_ERROR_BEFORE, "Ticker", times=None)
    await holding.clock.sleep(60)

    [line] = (await offer(holding)).lines

    assert "did not answer" not in line.why_not
    assert "price" in line.why_not


@pytest.mark.fault("C16")
async def test_missing_listings_are_an_outage_and_not_a_coin_that_is_not_listed(rooms):
    async with rooms(venues=(Venue.COINBASE,)) as room:
        room.deposit("BTC", "0.4", venue=Venue.COINBASE)
        room.fault(FaultKind.HTTP_ERROR_BEFORE, "market/products", times=None, venue=Venue.COINBASE)
        await room.read()

        [line] = (await offer(room)).lines

        assert line.why_not == "Coinbase did not report what it lists; try again in a moment"
