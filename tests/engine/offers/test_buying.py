"""A buy from its preview to the guard of what it brought, at each venue over sockets."""

import asyncio
from decimal import Decimal

import pytest

from engine.alerts.messages import (
    EntryEnd,
    EntryFilled,
    EntryGivenUp,
    EntryPending,
    ExitFilled,
    GuardReduced,
    RecordKind,
    RecordUnreadable,
)
from engine.entries.gates import GateName
from engine.entries.halts import HaltedBy
from engine.entries.plan import Refused
from engine.entries.sizing import Amount, SizeBasis
from engine.guards.guard import GuardSource, GuardState
from engine.model.guard_reasons import GuardReason
from engine.model.venues import Venue
from engine.offers.buying_preview import Buying, BuyPreview, Drift
from engine.offers.outcomes import Nothing
from engine.orders.states import IntentState
from sandbox.faults import FaultKind
from sandbox.pace import Pace
from sandbox.world import OWNER_ID
from tests.engine.offers.buying import ORDERS, SPENT, Buyer, a_buyer

EMPTY = '{"error": [], "result": {"open": {}, "closed": {}, "trades": {}, "count": 0}}'


@pytest.fixture(params=list(Venue))
async def buyer(request, rooms):
    async with rooms(venues=(request.param,)) as room:
        yield await a_buyer(room, request.param)


async def test_a_confirmed_buy_is_filled_within_its_amount_and_guarded(buyer):
    before = buyer.held("USD")
    preview = await buyer.ask()
    assert isinstance(preview, BuyPreview)
    assert buyer.placed == []

    assert isinstance(await buyer.press(preview), Buying)
    await buyer.end()

    [guard] = await buyer.guards()
    [filled] = await buyer.room.alerts(EntryFilled)
    [intent] = await buyer.room.intents()
    spent = before - buyer.held("USD")
    assert intent.state is IntentState.FILLED
    assert SPENT * Decimal("0.99") < spent <= SPENT
    assert (guard.state, guard.source) == (GuardState.ARMED, GuardSource.BOUGHT)
    # Alpaca takes its fee from the coins, which are not guarded then.
    assert 0 <= buyer.held() - guard.quantity < Decimal("1e-8")
    assert guard.entry == pytest.approx(filled.fill_price)
    assert (filled.guarded, filled.stop, filled.found_later) == (guard.quantity, Decimal("-0.01"), False)
    assert filled.venue_order_id == buyer.fills[-1].order_id


@pytest.mark.fault("V155")
async def test_a_lost_answer_is_found_guarded_and_said_so_once(buyer):
    buyer.room.fault(FaultKind.DROP_AFTER, ORDERS[buyer.venue], venue=buyer.venue)

    await buyer.buy()
    await buyer.end()

    [filled] = await buyer.room.alerts(EntryFilled)
    [guard] = await buyer.guards()
    assert filled.found_later
    assert len(buyer.placed) == 1
    assert filled.guarded == guard.quantity


@pytest.mark.fault("V156")
async def test_a_buy_that_never_arrived_is_given_up_and_frees_its_cash(buyer):
    buyer.room.fault(FaultKind.DROP_BEFORE, ORDERS[buyer.venue], venue=buyer.venue)

    await buyer.buy()
    await buyer.end()

    [told] = await buyer.room.alerts(EntryFilled, EntryGivenUp)
    [intent] = await buyer.room.intents()
    assert (told.kind, told.why, told.usd) == ("entry_given_up", EntryEnd.NEVER_ARRIVED, SPENT)
    assert intent.state is IntentState.REFUSED
    assert buyer.placed == []
    assert await buyer.guards() == ()
    assert isinstance(await buyer.ask(4000), BuyPreview)


@pytest.mark.fault("V155")
async def test_an_answer_that_comes_after_a_crash_orphans_nothing(buyer):
    buyer.room.fault(FaultKind.DROP_AFTER, ORDERS[buyer.venue], venue=buyer.venue)
    buyer.room.fault(FaultKind.DELAY_AFTER, ORDERS[buyer.venue], venue=buyer.venue, delay_s=5)
    await buyer.buy()
    await buyer.room.clock.sleep(1)

    await buyer.room.restart()
    await buyer.end()

    [filled] = await buyer.room.alerts(EntryFilled)
    [guard] = await buyer.guards()
    assert filled.found_later
    assert len(buyer.placed) == 1
    assert 0 <= buyer.held() - guard.quantity < Decimal("1e-8")


@pytest.mark.fault("V156")
async def test_one_that_was_written_down_and_never_sent_is_not_sent_by_the_next_start(buyer):
    buyer.room.fault(FaultKind.DELAY_BEFORE, ORDERS[buyer.venue], venue=buyer.venue, delay_s=30)
    buyer.room.fault(FaultKind.DROP_BEFORE, ORDERS[buyer.venue], venue=buyer.venue)
    await buyer.buy()
    await buyer.room.clock.sleep(1)

    await buyer.room.restart()
    await buyer.end()

    [told] = await buyer.room.alerts(EntryFilled, EntryGivenUp)
    assert told.why is EntryEnd.NEVER_ARRIVED
    assert buyer.placed == []


async def test_what_the_venue_refuses_is_told_with_its_message(rooms):
    async with rooms() as room:
        buyer = await a_buyer(room)
        room.fault(FaultKind.ERROR, message="EOrder:Insufficient funds")

        await buyer.buy()
        await buyer.end()

        [told] = await room.alerts(EntryGivenUp)
    assert told.why is EntryEnd.REFUSED
    assert "Insufficient funds" in told.detail


@pytest.mark.fault("V157")
async def test_each_part_that_fills_is_guarded_before_the_next(rooms):
    async with rooms() as room:
        buyer = await a_buyer(room)
        room.world.kraken.pace = Pace(over_s=20, parts=2)

        await buyer.buy()
        await room.clock.sleep(15)
        [part] = await buyer.guards()
        assert await room.alerts(EntryFilled) == []
        await buyer.end()

        [whole] = await buyer.guards()
        [filled] = await room.alerts(EntryFilled)
    assert part.quantity * 2 == pytest.approx(whole.quantity)
    assert part.guard_id == whole.guard_id
    assert whole.quantity == filled.quantity == filled.ordered


@pytest.mark.fault("V157")
async def test_an_order_that_ends_short_is_guarded_for_what_filled(rooms):
    async with rooms() as room:
        buyer = await a_buyer(room)
        room.world.kraken.pace = Pace(over_s=3600, parts=2)
        await buyer.buy()
        await room.clock.sleep(2000)
        [order] = buyer.placed

        room.world.ledger(Venue.KRAKEN).cancel(order.id, at=room.seconds())
        await buyer.end()

        [guard] = await buyer.guards()
        [filled] = await room.alerts(EntryFilled)
    assert guard.quantity == filled.quantity == buyer.held()
    assert filled.quantity < filled.ordered


@pytest.mark.fault("C23")
@pytest.mark.parametrize("bid", ["50600", "49400"])
async def test_a_price_that_drifted_is_shown_again_and_buys_nothing(room, bid):
    buyer = await a_buyer(room)
    preview = await buyer.ask()
    room.set_bid(bid)
    await room.clock.sleep(6)

    again = await buyer.press(preview)

    assert (type(again), again.drift) == (BuyPreview, Drift.PRICE)
    assert buyer.placed == []
    assert isinstance(await buyer.press(again), Buying)


async def test_a_price_that_moved_a_little_is_what_was_agreed_to(room):
    buyer = await a_buyer(room)
    preview = await buyer.ask()
    room.set_bid("50200")

    assert isinstance(await buyer.press(preview), Buying)
    await buyer.end()
    assert len(buyer.placed) == 1


@pytest.mark.fault("C24")
async def test_two_presses_of_one_button_buy_once(room):
    buyer = await a_buyer(room)
    preview = await buyer.ask()

    outcomes = await asyncio.gather(buyer.press(preview), buyer.press(preview))
    await buyer.end()

    assert sorted(type(one).__name__ for one in outcomes) == ["Buying", "Nothing"]
    assert len(buyer.placed) == 1


async def test_a_button_counts_for_a_minute(room):
    buyer = await a_buyer(room)
    preview = await buyer.ask()
    await room.clock.sleep(61)

    assert isinstance(await buyer.press(preview), Nothing)
    assert buyer.placed == []


@pytest.mark.fault("C25")
async def test_a_halt_between_preview_and_press_keeps_the_buy_back(room):
    buyer = await a_buyer(room)
    preview = await buyer.ask()
    await room.engine.halts.halt(OWNER_ID, by=HaltedBy.CHAT)

    refused = await buyer.press(preview)

    assert isinstance(refused, Refused)
    assert [gate.name for gate in refused.reasons] == [GateName.HALT]
    assert await room.intents() == []


@pytest.mark.fault("C24")
async def test_of_two_buys_at_once_the_second_is_refused_with_what_the_first_reserved(room):
    buyer = await a_buyer(room, usd="1500")
    # Total exposure would keep the second back as well.
    room.deposit("USDT", "5000")
    await room.read()
    first, second = await buyer.ask(1000), await buyer.ask(1000, "ETH")

    outcomes = await asyncio.gather(buyer.press(first), buyer.press(second))
    await buyer.end()

    [refused] = [one for one in outcomes if isinstance(one, Refused)]
    [cash] = refused.reasons
    [guard] = await buyer.guards()
    assert cash.name is GateName.CASH
    assert Decimal(1000) < cash.reserved < Decimal(1021)
    assert len(buyer.placed) == 1
    assert guard.cost < 1000


@pytest.mark.fault("V160")
async def test_what_was_bought_is_sold_by_its_guard(buyer):
    await buyer.buy()
    await buyer.end()
    await buyer.room.read()
    await buyer.room.clock.sleep(20)

    buyer.room.set_bid("49000", venue=buyer.venue)
    await buyer.room.sell_off()

    [sold] = await buyer.room.alerts(ExitFilled)
    assert sold.left_over == 0
    assert buyer.held() < Decimal("1e-6")


async def test_more_of_what_is_guarded_is_covered_by_the_same_guard(room):
    buyer = await a_buyer(room)
    await buyer.buy(1000)
    await buyer.end()
    [before] = await buyer.guards()

    await buyer.buy(1000)
    await buyer.end()

    [after] = await buyer.guards()
    assert after.guard_id == before.guard_id
    assert after.quantity == buyer.held() == before.quantity * 2


async def test_beside_a_paused_guard_nothing_is_bought(room):
    buyer = await a_buyer(room)
    room.deposit("BTC", "0.01")
    await room.read()
    await room.arm("0.01", "500", state=GuardState.PAUSED, reason=GuardReason.VANISHED)

    refused = await buyer.ask()

    assert isinstance(refused, Refused)
    assert [gate.name for gate in refused.reasons] == [GateName.HELD]


async def test_a_named_broker_is_bought_at_although_another_costs_less(rooms):
    async with rooms(venues=(Venue.KRAKEN, Venue.ALPACA)) as room:
        for venue in (Venue.KRAKEN, Venue.ALPACA):
            room.deposit("USD", "5000", venue=venue)
        await room.read()

        named = await room.engine.buying.offer_buy(OWNER_ID, "BTC", Amount(SPENT), Venue.KRAKEN)
        cheapest = await room.engine.buying.offer_buy(OWNER_ID, "BTC", Amount(SPENT))

    assert named.plan.route.account.venue is Venue.KRAKEN
    assert cheapest.plan.route.account.venue is Venue.ALPACA


async def test_what_was_to_be_paid_in_another_currency_is_bought_in_that(room):
    room.deposit("USDT", "500")
    await room.read()
    preview = await room.engine.buying.offer_buy(OWNER_ID, "BTC", Amount(Decimal(50)))

    assert preview.plan.instrument.symbol == "BTC/USDT"
    assert isinstance(await room.engine.buying.buy(OWNER_ID, preview.confirmation_id), Buying)
    await room.wait_for("entry ")

    [guard] = await room.guards()
    assert (guard.symbol, guard.currency) == ("BTC/USDT", "USDT")


async def test_a_small_account_buys_its_smallest_size_although_the_price_rose_since(room):
    buyer = await a_buyer(room, usd="20")
    preview = await room.engine.buying.offer_buy(OWNER_ID, "BTC", None)
    assert preview.plan.size.basis is SizeBasis.SMALLEST
    room.set_bid("50200")

    assert isinstance(await buyer.press(preview), Buying)
    await buyer.end()
    [guard] = await buyer.guards()
    assert guard.quantity == buyer.held()


@pytest.mark.fault("V158")
async def test_a_buy_that_was_given_up_and_fills_all_the_same_is_guarded_and_told(room):
    buyer = await a_buyer(room)
    room.fault(FaultKind.DROP_AFTER)
    # None of Kraken's lists has it for so long that it is given up.
    for endpoint in ("OpenOrders", "ClosedOrders", "TradesHistory"):
        room.fault(FaultKind.WRONG_BODY, endpoint, times=None, body=EMPTY)
    await buyer.buy()
    await buyer.end()
    [given_up] = await room.alerts(EntryFilled, EntryGivenUp)
    assert given_up.why is EntryEnd.NOT_FOUND

    room.world.faults(Venue.KRAKEN).clear()
    await room.read()

    [filled] = await room.alerts(EntryFilled)
    [guard] = await buyer.guards()
    await room.read()
    assert filled.found_later
    assert guard.quantity == filled.quantity == buyer.held()
    assert len(await room.alerts(EntryFilled)) == 1


@pytest.mark.fault("V159")
async def test_a_reading_from_before_a_buy_takes_nothing_off_the_guard_that_covers_it(buyer):
    room, account = buyer.room, buyer.room.account(buyer.venue)
    await buyer.buy()
    await buyer.end()
    await room.clock.sleep(90)
    await room.read()
    await room.clock.sleep(90)
    preview = await buyer.ask()
    before = room.report(buyer.venue)
    await room.clock.sleep(1)

    await buyer.press(preview)
    await buyer.end()
    assert room.report(buyer.venue) is before
    await room.sync.after_reading(account)
    await room.clock.sleep(60)
    await room.read()

    [guard] = await buyer.guards()
    assert 0 <= buyer.held() - guard.quantity < Decimal("1e-8")
    assert await room.alerts(GuardReduced) == []


async def test_what_is_being_bought_is_no_news_of_a_first_look(room):
    buyer = await a_buyer(room)
    room.fault(FaultKind.DELAY_AFTER, delay_s=5)

    await buyer.buy()
    await room.clock.sleep(1)
    await room.read()
    await buyer.end()
    await room.read()

    assert [type(one) for one in await room.alerts()] == [EntryFilled]


@pytest.mark.fault("V161")
async def test_a_number_that_an_exit_overtook_is_drawn_again(room):
    buyer = await a_buyer(room)
    room.fault(FaultKind.INVALID_NONCE, times=2)

    await buyer.buy()
    await buyer.end()

    [filled] = await room.alerts(EntryFilled, EntryGivenUp)
    assert len(buyer.placed) == 1
    assert filled.quantity == buyer.held()


async def test_numbers_that_go_on_being_refused_end_a_buy(room):
    buyer = await a_buyer(room)
    room.fault(FaultKind.INVALID_NONCE, times=None)

    await buyer.buy()
    await buyer.end()

    [told] = await room.alerts(EntryFilled, EntryGivenUp)
    assert told.why is EntryEnd.REFUSED
    assert buyer.placed == []


async def test_an_approved_plan_that_has_expired_is_not_sent(room):
    buyer = await a_buyer(room)
    preview = await buyer.ask()
    await room.clock.sleep(31)

    assert not await room.engine.buys.begin(OWNER_ID, preview.plan)
    assert await room.intents() == []


async def test_entries_that_are_halted_once_a_plan_was_approved_write_nothing_down(room):
    buyer = await a_buyer(room)
    preview = await buyer.ask()
    await room.engine.halts.halt(OWNER_ID, by=HaltedBy.CHAT)

    assert not await room.engine.buys.begin(OWNER_ID, preview.plan)
    assert await room.intents() == []


async def test_shares_are_bought_and_guarded_in_the_session(rooms):
    async with rooms(venues=(Venue.ALPACA,)) as room:
        room.deposit("USD", "5000", venue=Venue.ALPACA)
        room.world.alpaca.session.forced = True
        await room.read()
        buyer = Buyer(room, Venue.ALPACA)

        assert isinstance(await buyer.buy(500, "AAPL"), Buying)
        await buyer.end()

        [guard] = await buyer.guards()
    assert guard.symbol == "AAPL/USD"
    assert guard.quantity == buyer.held("AAPL")


async def test_a_buy_whose_record_is_damaged_is_told_and_keeps_other_buys_back(room):
    buyer = await a_buyer(room)
    room.fault(FaultKind.DELAY_AFTER, delay_s=60)
    await buyer.buy()
    await room.clock.sleep(1)
    await room.crash()
    await room.damage("intents", "quantity = '?'")
    await room.open()
    await room.engine.start()
    await room.look()

    [told] = await room.alerts(RecordUnreadable)
    refused = await Buyer(room).ask(100, "ETH")
    assert told.record is RecordKind.ENTRY
    assert [gate.name for gate in refused.reasons] == [GateName.CASH, GateName.EXPOSURE]


@pytest.mark.fault("V155")
async def test_a_buy_that_is_not_certain_for_long_is_told_once_before_its_end(room):
    buyer = await a_buyer(room)
    room.fault(FaultKind.DROP_AFTER)
    room.fault_order_lists()

    await buyer.buy()
    await room.clock.sleep(120)
    [pending] = await room.alerts()
    room.world.faults(Venue.KRAKEN).clear()
    await buyer.end()

    [same, filled] = await room.alerts()
    assert (type(pending), type(filled)) == (EntryPending, EntryFilled)
    assert same == pending
    assert not pending.is_accepted


async def test_an_order_that_stands_unfilled_is_told_once(room):
    buyer = await a_buyer(room)
    room.world.kraken.pace = Pace(pending_s=300)

    await buyer.buy()
    await buyer.end()

    [pending, filled] = await room.alerts()
    assert (pending.is_accepted, type(filled)) == (True, EntryFilled)


@pytest.mark.fault("V155")
async def test_a_part_that_the_venue_takes_back_is_guarded_no_more_and_sells_nothing(room):
    room.deposit("BTC", "1")
    buyer = await a_buyer(room)
    room.world.kraken.pace = Pace(pending_s=3600)
    part = {"vol_exec": "0.01000000", "cost": "500.0", "price": "50000.0"}
    room.fault(FaultKind.WRONG_FIELDS, "QueryOrders", times=None, fields=part)
    await buyer.buy()
    await room.clock.sleep(5)
    assert [guard.quantity for guard in await buyer.guards()] == [Decimal("0.01")]

    room.world.faults(buyer.venue).clear()
    [order] = buyer.placed
    room.world.ledger(buyer.venue).cancel(order.id, at=room.seconds())
    await buyer.end()
    room.set_bid("40000")
    await room.sell_off()

    assert await buyer.guards() == ()
    assert buyer.held() == 1


async def test_a_buy_whose_price_is_not_reported_is_guarded_meanwhile(room):
    buyer = await a_buyer(room)
    room.fault(FaultKind.WRONG_FIELDS, "QueryOrders", times=None, fields={"cost": "0", "price": "0"})
    for endpoint in ("TradesHistory", "QueryTrades"):
        room.fault(FaultKind.HTTP_ERROR_BEFORE, endpoint, times=None)
    await buyer.buy()
    await room.clock.sleep(60)
    [meanwhile] = await buyer.guards()
    assert (meanwhile.quantity, meanwhile.state) == (buyer.held(), GuardState.ARMED)

    room.world.faults(buyer.venue).clear()
    await buyer.end()

    [guard] = await buyer.guards()
    [filled] = await room.alerts(EntryFilled)
    assert guard.quantity == buyer.held()
    assert guard.entry == pytest.approx(filled.fill_price)


async def test_a_buy_that_is_not_settled_disarms_no_guard_of_what_was_held_before(room):
    buyer = await a_buyer(room)
    await buyer.buy()
    await buyer.end()
    await room.clock.sleep(70)
    await room.read()
    before = buyer.held()
    room.fault(FaultKind.DROP_AFTER)
    for endpoint in ("OpenOrders", "ClosedOrders", "TradesHistory"):
        room.fault(FaultKind.WRONG_BODY, endpoint, times=None, body=EMPTY)
    await buyer.buy()
    for _ in range(3):
        await room.clock.sleep(10)
        await room.read()
    assert buyer.held() == 2 * before
    assert [(guard.state, guard.quantity) for guard in await buyer.guards()] == [(GuardState.ARMED, before)]

    room.world.faults(buyer.venue).clear()
    await buyer.end()

    [guard] = await buyer.guards()
    assert (guard.state, guard.quantity) == (GuardState.ARMED, buyer.held())


@pytest.mark.fault("V162")
async def test_what_falls_to_its_stop_while_the_rest_still_fills_is_sold_and_the_rest_guarded(rooms):
    async with rooms() as room:
        buyer = await a_buyer(room)
        room.world.kraken.pace = Pace(over_s=40, parts=2)
        await buyer.buy()
        await room.clock.sleep(25)
        [part] = await buyer.guards()
        room.world.kraken.pace = None
        room.set_bid("49000")
        await room.sell_off()
        await buyer.end()

        sold = await room.alerts(ExitFilled)
        [filled] = await room.alerts(EntryFilled)
        [rest] = await buyer.guards()
        assert [one.quantity for one in sold] == [part.quantity]
        assert rest.quantity == buyer.held() == filled.quantity - part.quantity
        assert filled.guarded == rest.quantity

        await room.read()
        await room.clock.sleep(20)
        await room.read()
        assert (await buyer.guards())[0].quantity == rest.quantity
        room.set_bid("48000")
        await room.sell_off()
        assert buyer.held() == 0


@pytest.mark.fault("V157")
async def test_a_part_at_an_absurd_price_is_guarded_at_the_planned_one_and_not_sold(rooms):
    async with rooms() as room:
        buyer = await a_buyer(room)
        room.world.kraken.pace = Pace(over_s=40, parts=2)
        room.fault(FaultKind.WRONG_FIELDS, "QueryOrders", times=None, fields={"cost": "100000"})
        await buyer.buy()
        await room.clock.sleep(25)
        [part] = await buyer.guards()
        room.world.kraken.pace = None
        await room.sell_off()

        assert await room.alerts(ExitFilled) == []
        assert part.entry == pytest.approx(Decimal(50_050), rel=Decimal("0.001"))
        await buyer.end()
        [whole] = await buyer.guards()
        assert whole.entry == pytest.approx(Decimal(50_050), rel=Decimal("0.001"))
