"""The watch at a Kraken over sockets: which prices sell, which alarm, and what is told of them."""

import asyncio
import math
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import text

from engine.alerts.messages import ExitFailing, ExitFilled, PriceTrouble
from engine.guards.guard import GuardState
from engine.market.mark import MarkBasis, PriceProblem, PriceUnknown
from engine.model.holdings import Direction
from engine.model.venues import Venue
from sandbox.faults import FaultKind
from sandbox.market import Override

NAN = Decimal("NaN")
BAD = {
    "no bid": (Override(bid=None, ask=Decimal(50000)), PriceProblem.NO_BID),
    "no ask": (Override(bid=Decimal(50000), ask=None), PriceProblem.NO_ASK),
    "zero": (Override(bid=Decimal(0), ask=Decimal(50000)), PriceProblem.NOT_POSITIVE),
    "negative": (Override(bid=Decimal(-1), ask=Decimal(50000)), PriceProblem.NOT_POSITIVE),
    "crossed": (Override(bid=Decimal(51000), ask=Decimal(50000)), PriceProblem.CROSSED),
}


@pytest.fixture
async def guarded(room):
    """A tenth of a bitcoin, guarded at what it is worth now."""
    room.deposit("BTC", "0.1")
    room.set_bid("60000")
    await room.arm("0.1", "6000")
    await room.look()
    return room


async def watch(room, seconds, *, every_s=5):
    for _ in range(math.ceil(seconds / every_s)):
        await room.clock.sleep(every_s)
        await room.look()


def seen(room):
    return room.engine.watch.guard_marks["guard-1"].current


@pytest.mark.fault("V18")
@pytest.mark.parametrize(("price", "problem"), BAD.values(), ids=BAD)
async def test_a_bad_price_sells_nothing_and_alarms_once_it_lasts(guarded, price, problem):
    guarded.world.market.override("kraken", "BTC/USD", price)

    await guarded.look()
    at_first = await guarded.alerts()
    await watch(guarded, 60)

    assert at_first == []
    assert seen(guarded) == PriceUnknown(problem=problem)
    alarm, reminder = await guarded.alerts()
    assert (alarm.what, alarm.why, alarm.again) == ("unknown", problem, False)
    assert (reminder.what, reminder.again) == ("unknown", True)
    assert guarded.sent() == []
    assert (await guarded.guard()).state is GuardState.ARMED


@pytest.mark.fault("V68")
async def test_an_outage_in_the_midst_of_a_sale_is_reminded_of_by_the_sale_alone(guarded):
    guarded.fault(FaultKind.HTTP_ERROR_BEFORE, "AddOrder", times=None)
    guarded.set_bid("58000")
    await watch(guarded, 5)
    guarded.fault(FaultKind.HTTP_ERROR_BEFORE, "*", times=None)

    await watch(guarded, 180)

    assert len(await guarded.alerts(ExitFailing)) > 1
    assert [alarm.what for alarm in await guarded.alerts(PriceTrouble)] == ["unknown"]


@pytest.mark.fault("V18")
async def test_a_price_that_is_no_number_sells_nothing(guarded):
    guarded.world.market.override("kraken", "BTC/USD", Override(bid=NAN, ask=Decimal(50000)))

    await watch(guarded, 20)

    assert guarded.sent() == []
    assert [alarm.what for alarm in await guarded.alerts()] == ["unknown"]


@pytest.mark.parametrize("kind", [FaultKind.HTTP_ERROR_BEFORE, FaultKind.DROP_BEFORE])
async def test_a_venue_that_is_down_altogether_is_said_not_to_answer(guarded, kind):
    guarded.fault(kind, "*", times=None)

    await watch(guarded, 20)

    [alarm] = await guarded.alerts(PriceTrouble)
    assert (alarm.what, alarm.why) == ("unknown", "Kraken does not answer")


async def test_a_venue_that_answers_without_prices_is_said_to_tell_none(guarded):
    guarded.fault(FaultKind.HTML_200, "Ticker", times=None)

    await watch(guarded, 20)

    [alarm] = await guarded.alerts(PriceTrouble)
    assert (alarm.what, alarm.why) == ("unknown", "Kraken reports no prices")


@pytest.mark.fault("V14")
async def test_a_venue_that_does_not_answer_gives_no_price_and_alarms_after_the_longest_age(guarded):
    guarded.fault(FaultKind.HTTP_ERROR_BEFORE, "Ticker", times=None)

    await watch(guarded, 15)
    early = await guarded.alerts(PriceTrouble)
    await watch(guarded, 5)

    assert early == []
    [alarm] = await guarded.alerts(PriceTrouble)
    assert (alarm.what, alarm.why) == ("unknown", "Kraken does not answer")
    assert guarded.clock.now() - alarm.since == timedelta(seconds=15)


@pytest.mark.fault("V93")
async def test_a_breach_seen_after_an_outage_says_since_when_there_was_no_price(guarded):
    guarded.fault(FaultKind.HTTP_ERROR_BEFORE, "Ticker", times=None)
    await watch(guarded, 10)
    began = guarded.clock.now() - timedelta(seconds=5)  # the first of two looks that brought nothing
    guarded.set_bid("50000")
    guarded.world.faults("kraken").clear()

    await guarded.sell_off()

    [sale] = await guarded.alerts(ExitFilled)
    assert sale.unseen.why == "no price to trust (Kraken does not answer)"
    assert (sale.unseen.since, sale.unseen.until) == (began, sale.triggered_at)


async def test_a_breach_seen_with_the_next_look_is_not_late(guarded):
    guarded.set_bid("50000")

    await guarded.sell_off()

    [sale] = await guarded.alerts(ExitFilled)
    assert (sale.unseen, sale.held_up) == (None, None)


async def test_the_first_good_price_after_an_alarm_is_reported(guarded):
    guarded.fault(FaultKind.HTTP_ERROR_BEFORE, "Ticker", times=None)
    await watch(guarded, 30)
    guarded.world.faults("kraken").clear()

    await watch(guarded, 10)

    assert [alert.what for alert in await guarded.alerts(PriceTrouble)] == ["unknown", "back"]


@pytest.mark.fault("V21")
async def test_connections_that_drop_again_and_again_hide_no_loss_the_next_answer_sells(guarded):
    guarded.fault(FaultKind.DROP_BEFORE, "Ticker", times=3)
    guarded.fault(FaultKind.DROP_AFTER, "Ticker", times=3)
    guarded.fault(FaultKind.TRUNCATE, "Ticker", times=3)
    guarded.set_bid("59400")

    await watch(guarded, 60)
    await guarded.wait_for("exit ")

    [sale] = await guarded.alerts(ExitFilled)
    assert sale.trigger_ratio == Decimal("-0.01")
    assert guarded.world.faults("kraken").planned == ()


@pytest.mark.fault("V18")
async def test_a_bad_price_hides_no_loss_the_next_good_one_sells(guarded):
    guarded.world.market.override("kraken", "BTC/USD", BAD["crossed"][0])
    await guarded.look()
    guarded.set_bid("59400")
    guarded.world.market.restore("kraken", "BTC/USD")

    await guarded.sell_off()

    [sale] = await guarded.alerts(ExitFilled)
    assert sale.trigger_ratio == Decimal("-0.01")


async def test_a_cent_above_the_threshold_sells_nothing(guarded):
    guarded.set_bid("59400.1")

    await guarded.sell_off()

    assert guarded.sent() == []


@pytest.mark.fault("V5")
async def test_a_jump_in_the_ticker_alone_sells_nothing(guarded):
    spike = Override(bid=Decimal(30000), ask=Decimal(30001), in_book=False)
    guarded.world.market.override("kraken", "BTC/USD", spike)

    await guarded.sell_off()

    assert guarded.sent() == []
    assert seen(guarded).price == Decimal(60000)


@pytest.mark.fault("V5")
async def test_a_jump_the_order_book_confirms_sells_after_the_second_look(guarded):
    guarded.set_bid("30000")
    before = guarded.clock.monotonic()

    await guarded.sell_off()

    [order] = guarded.sent()
    assert 0.3 <= order.monotonic - before < 0.5


async def test_the_first_price_after_a_start_is_looked_at_twice(room):
    room.deposit("BTC", "0.1")
    room.set_bid("60000")
    await room.arm("0.1", "6000")

    await room.look()
    await room.clock.sleep(5)
    await room.look()

    # Once to confirm it, once to compare the ticker with the book from now on.
    assert len(room.sent("Depth")) == 2
    assert seen(room).price == Decimal(60000)


async def test_a_second_look_nobody_answers_gives_no_price(room):
    room.deposit("BTC", "0.1")
    room.set_bid("50000")
    await room.arm("0.1", "6000")
    room.fault(FaultKind.HTTP_ERROR_BEFORE, "Depth")

    await room.look()

    assert seen(room) == PriceUnknown(problem=PriceProblem.NO_ANSWER)
    assert room.sent() == []


async def test_a_thin_top_is_walked_for_the_whole_quantity(room):
    listing = room.world.market.listing("kraken", "BTC/USD")
    room.world.market.add(replace(listing, depth=(Decimal(1), Decimal(19), Decimal(20))))
    room.set_bid("60000")
    await room.arm("20", "1190000", guard_id="guard-1")
    await room.arm("50", "2950000", guard_id="guard-2")

    await room.look()

    # 1 at 60,000 and 19 at a half spread of 30.0 below.
    walked = seen(room)
    assert (walked.basis, walked.price) == (MarkBasis.WALKED, Decimal("59971.5"))
    assert room.engine.watch.guard_marks["guard-2"].current == PriceUnknown(problem=PriceProblem.SHALLOW_BOOK)


async def test_a_wide_spread_is_guarded_at_its_middle_and_reported_once_after_a_minute(guarded):
    wide = Override(bid=Decimal(59000), ask=Decimal(61000))
    guarded.world.market.override("kraken", "BTC/USD", wide)

    await watch(guarded, 55)
    early = await guarded.alerts()
    await watch(guarded, 300)

    assert early == []
    assert [alert.what for alert in await guarded.alerts()] == ["wide_spread"]
    assert seen(guarded).price == Decimal(60000)
    assert guarded.sent() == []


@pytest.mark.fault("V102")
@pytest.mark.parametrize(
    "spreads",
    [
        pytest.param([(59000, 61000)] * 13 + [(59000, 59010)], id="its end"),
        pytest.param([(59000, 61000)] * 12 + [(58300, 60400)], id="its minute"),
    ],
)
async def test_a_breach_is_sold_although_what_is_new_of_the_spread_cannot_be_reported(guarded, spreads):
    *before, breach = spreads
    for bid, ask in before:
        guarded.world.market.override("kraken", "BTC/USD", Override(bid=Decimal(bid), ask=Decimal(ask)))
        await watch(guarded, 5)
    async with guarded.database.write() as session:
        await session.exec(text("ALTER TABLE alerts RENAME TO hidden"))
    guarded.world.market.override(
        "kraken", "BTC/USD", Override(bid=Decimal(breach[0]), ask=Decimal(breach[1]))
    )

    await watch(guarded, 5)
    await guarded.wait_for("exit ")

    assert len(guarded.sent()) == 1
    assert "no such table: alerts" in str(guarded.failures)
    guarded.expected_failures = guarded.failures
    async with guarded.database.write() as session:
        await session.exec(text("ALTER TABLE hidden RENAME TO alerts"))
    await guarded.sell_off()
    assert [sale.quantity for sale in await guarded.alerts(ExitFilled)] == [Decimal("0.1")]


@pytest.mark.fault("V22")
async def test_a_venue_that_hangs_does_not_delay_another(rooms):
    async with rooms(venues=(Venue.KRAKEN, Venue.COINBASE)) as room:
        for venue in (Venue.KRAKEN, Venue.COINBASE):
            room.deposit("BTC", "0.1", venue=venue)
            await room.arm("0.1", "6000", venue=venue, guard_id=venue.value)
        room.set_bid("50000", venue=Venue.COINBASE)
        room.fault(FaultKind.DELAY_BEFORE, "Ticker", times=None, delay_s=60)

        await room.engine.guard()
        await room.clock.sleep(1)

        [sale] = await room.alerts(ExitFilled)
        assert sale.venue is Venue.COINBASE
        assert sale.filled_at - room.clock.now() < timedelta(seconds=1)


@pytest.mark.fault("P8")
async def test_a_look_that_takes_too_long_is_given_up_and_counts_as_no_price(guarded):
    guarded.fault(FaultKind.DELAY_BEFORE, "Ticker", times=None, delay_s=60)
    looked_at = guarded.engine.watch.looked_at[Venue.KRAKEN]

    await guarded.look()

    assert seen(guarded) == PriceUnknown(problem=PriceProblem.NO_ANSWER)
    assert guarded.engine.watch.looked_at[Venue.KRAKEN] == looked_at


@pytest.mark.fault("V14")
@pytest.mark.parametrize("endpoint", ["Ticker", "Depth"])
async def test_a_venue_that_hangs_raises_the_alarm_within_the_longest_age(guarded, endpoint):
    guarded.set_bid("30000")  # so much lower that the order book is asked, too
    guarded.fault(FaultKind.DELAY_BEFORE, endpoint, times=None, delay_s=60)
    began = guarded.clock.monotonic()

    alarm = await first_alarm(guarded)

    assert 10 < guarded.clock.monotonic() - began <= 15
    assert (alarm.what, alarm.since - guarded.clock.now() < timedelta(seconds=-10)) == ("unknown", True)


@pytest.mark.fault("V15")
@pytest.mark.parametrize("step_s", [-30 * 86_400, -3600, -10, 10, 3600, 30 * 86_400])
@pytest.mark.parametrize("fault", [FaultKind.HTTP_ERROR_BEFORE, FaultKind.DELAY_BEFORE])
async def test_a_missing_price_alarms_in_time_whatever_the_clock_was_set_to(guarded, fault, step_s):
    guarded.fault(fault, "Ticker", times=None, delay_s=60)
    began = guarded.clock.monotonic()
    await guarded.look()

    guarded.clock.set_by(step_s)
    alarm = await first_alarm(guarded)

    assert alarm.what == "unknown"
    assert 10 < guarded.clock.monotonic() - began <= 16


@pytest.mark.parametrize("step_s", [-30 * 86_400, -3600, -10, 10, 3600, 30 * 86_400])
async def test_a_guard_is_sold_at_once_whatever_the_clock_was_set_to(guarded, step_s):
    guarded.clock.set_by(step_s)
    guarded.set_bid("50000")
    began = guarded.clock.monotonic()

    await guarded.sell_off()

    [sale] = await guarded.alerts(ExitFilled)
    assert sale.quantity == Decimal("0.1")
    assert guarded.clock.monotonic() - began < 3


async def first_alarm(room):
    """Look every five seconds, as the schedule does, until something is told; a look that lasts is not begun twice."""
    async with asyncio.timeout(60):
        while not (alarms := await room.alerts(PriceTrouble)):
            await room.engine.guard()
            for _ in range(50):
                await room.clock.sleep(0.1)
                if await room.alerts(PriceTrouble):
                    break
    return alarms[0]


async def test_an_order_book_that_takes_too_long_is_given_up_and_counts_as_no_price(guarded):
    guarded.set_bid("30000")
    guarded.fault(FaultKind.DELAY_BEFORE, "Depth", times=None, delay_s=9)

    await guarded.look()

    assert isinstance(seen(guarded), PriceUnknown)
    assert guarded.sent() == []


async def test_a_guard_that_our_own_defect_keeps_from_being_judged_is_reported_without_a_price(guarded):
    guarded.engine.watch._marks[Venue.KRAKEN].look = None

    await watch(guarded, 20)

    [alarm] = await guarded.alerts(PriceTrouble)
    assert alarm.why == "a defect of the bot itself; its log says which"
    assert guarded.failures
    guarded.expected_failures = guarded.failures


@pytest.mark.parametrize("method", ["fetch_quotes", "fetch_book"])
async def test_prices_that_our_own_defect_keeps_from_being_read_raise_the_alarm_in_time(guarded, method):
    setattr(guarded.engine.watch._marks[Venue.KRAKEN]._market.data, method, None)
    guarded.set_bid("30000")  # so much lower that the order book is asked, too
    began = guarded.clock.monotonic()

    alarm = await first_alarm(guarded)

    assert (alarm.what, alarm.why) == ("unknown", "a defect of the bot itself; its log says which")
    assert 10 < guarded.clock.monotonic() - began <= 16
    assert "TypeError" in defects(guarded)


async def test_a_guard_is_sold_although_our_own_defect_keeps_the_listings_from_being_read(guarded):
    market = guarded.engine.watch._marks[Venue.KRAKEN]._market
    market._instruments = {}
    market.data.fetch_instruments = None
    await guarded.clock.sleep(60)
    guarded.set_bid("50000")

    await guarded.sell_off()

    assert len(guarded.sent()) == 1
    assert "TypeError" in defects(guarded)


def defects(room):
    """What was raised in reading a venue, as the log has it."""
    return {
        type(log["exc_info"][1] if isinstance(log["exc_info"], tuple) else log["exc_info"]).__name__
        for log in room.logs
        if log["event"] == "a reading failed at a defect"
    }


@pytest.mark.fault("V95")
@pytest.mark.parametrize(
    "answer",
    [
        {"body": '{"error":[],"result":' + "[" * 200_000 + "]" * 200_000 + "}"},
        {"body": '{"error":[]}', "content_type": "application/json; charset=hex"},
    ],
    ids=["nested too deep", "no charset"],
)
async def test_prices_that_cannot_be_read_raise_the_alarm_in_time_and_the_next_good_one_sells(
    guarded, answer
):
    guarded.fault(FaultKind.WRONG_BODY, "Ticker", times=None, **answer)
    guarded.set_bid("50000")

    alarm = await first_alarm(guarded)
    guarded.world.faults(Venue.KRAKEN).clear()
    await guarded.sell_off()

    assert (alarm.what, alarm.why) == ("unknown", "Kraken reports no prices")
    assert len(guarded.sent()) == 1


async def test_one_guard_that_cannot_be_judged_keeps_no_other_from_it(guarded):
    guarded.deposit("ETH", "1")
    guarded.set_bid("3000", "ETH/USD")
    await guarded.arm("1", "3000", "ETH/USD", guard_id="guard-2")
    guarded.world.market.override("kraken", "BTC/USD", BAD["no bid"][0])
    await watch(guarded, 10)
    async with guarded.database.write() as session:
        await session.exec(text("ALTER TABLE alerts RENAME TO hidden"))

    await watch(guarded, 10)

    assert guarded.engine.watch.guard_marks["guard-2"].last.at == guarded.clock.now()
    assert "guards at Kraken were not judged" in guarded.failures[0]
    guarded.expected_failures = guarded.failures


async def test_prices_count_although_nobody_tells_the_listings(guarded):
    market = guarded.base.markets[Venue.KRAKEN]
    market._instruments = {}
    guarded.fault(FaultKind.HTTP_ERROR_BEFORE, "AssetPairs", times=None)

    await guarded.look()

    assert seen(guarded).price == Decimal(60000)


async def test_a_venue_that_is_still_being_looked_at_is_not_looked_at_twice(guarded):
    guarded.fault(FaultKind.DELAY_BEFORE, "Ticker", delay_s=4)
    before = len(guarded.sent("Ticker"))

    await guarded.engine.guard()
    await guarded.engine.guard()
    await guarded.wait_for("look ")

    assert len(guarded.sent("Ticker")) == before + 1


async def test_one_request_serves_every_guard_of_a_venue(guarded):
    guarded.deposit("ETH", "1")
    guarded.set_bid("3000", "ETH/USD")
    await guarded.arm("1", "3000", "ETH/USD", guard_id="guard-2")
    before = len(guarded.sent("Ticker"))

    await guarded.look()

    assert len(guarded.sent("Ticker")) == before + 1
    assert seen(guarded).price == Decimal(60000)
    assert guarded.engine.watch.guard_marks["guard-2"].current.price == Decimal(3000)


async def test_a_paused_guard_is_not_looked_at_and_sells_nothing(room):
    room.deposit("BTC", "0.1")
    room.set_bid("50000")
    await room.arm("0.1", "6000", state=GuardState.PAUSED)

    await room.sell_off()

    assert room.sent("Ticker") == []
    assert room.sent() == []


async def test_what_is_guarded_no_more_is_forgotten(guarded):
    await guarded.arm("0.1", "6000", state=GuardState.CLOSED)

    await guarded.look()

    assert guarded.engine.watch.guard_marks == {}


async def test_a_short_is_judged_by_the_ask_and_bought_back(room):
    room.deposit("USD", "10000")
    room.set_bid("50000")
    room.trade("sell", "0.1", leverage=2)
    await room.arm("0.1", "4900", kind="margin", direction=Direction.SHORT, leverage=2)

    await room.sell_off()

    [order] = room.sent()
    assert (order.params["type"], order.params["reduce_only"], order.params["leverage"]) == (
        "buy",
        "true",
        "2",
    )
    assert room.world.ledger("kraken").open_positions() == []
    [sale] = await room.alerts(ExitFilled)
    assert sale.direction is Direction.SHORT


SESSION = {
    "before the bell": (datetime(2026, 3, 4, 14, 29, tzinfo=UTC), False),
    "twenty seconds in": (datetime(2026, 3, 4, 14, 30, 20, tzinfo=UTC), False),
    "in the session": (datetime(2026, 3, 4, 15, tzinfo=UTC), True),
    "in the evening": (datetime(2026, 3, 4, 22, tzinfo=UTC), False),
    "on Sunday": (datetime(2026, 3, 8, 15, tzinfo=UTC), False),
}


@pytest.mark.parametrize(("start", "is_sold"), SESSION.values(), ids=SESSION)
async def test_a_stock_is_sold_in_the_settled_session_only(rooms, start, is_sold):
    async with rooms(venues=(Venue.ALPACA,), start=start) as room:
        room.deposit("AAPL", "2", venue=Venue.ALPACA)
        await room.arm("2", "500", "AAPL/USD", venue=Venue.ALPACA)
        await room.read()

        await room.sell_off()

        assert (room.world.ledger("alpaca").total("AAPL") == 0) is is_sold
        if not is_sold:
            assert seen(room).problem is PriceProblem.MARKET_CLOSED


async def test_a_stock_is_left_alone_while_nobody_tells_whether_its_market_is_open(rooms):
    async with rooms(venues=(Venue.ALPACA,), start=datetime(2026, 3, 4, 15, tzinfo=UTC)) as room:
        room.deposit("AAPL", "2", venue=Venue.ALPACA)
        await room.arm("2", "500", "AAPL/USD", venue=Venue.ALPACA)
        room.fault(FaultKind.HTTP_ERROR_BEFORE, "GET /v2/clock", times=None, venue=Venue.ALPACA)
        await room.read()

        await room.look()

        assert room.sent("POST /v2/orders", venue=Venue.ALPACA) == []
        assert isinstance(seen(room), PriceUnknown)


async def test_a_market_that_closes_over_night_is_no_alarm(rooms):
    async with rooms(venues=(Venue.ALPACA,), start=datetime(2026, 3, 4, 22, tzinfo=UTC)) as room:
        room.deposit("AAPL", "2", venue=Venue.ALPACA)
        await room.arm("2", "500", "AAPL/USD", venue=Venue.ALPACA)
        await room.read()

        await watch(room, 120)

        assert await room.alerts() == []


async def test_a_guard_that_grew_while_its_price_was_on_the_way_is_judged_as_it_is_now(room):
    room.deposit("BTC", "1.1")
    room.set_bid("60000")
    await room.arm("0.1", "6000")
    await room.look()
    room.set_bid("59000")
    room.fault(FaultKind.DELAY_AFTER, "Ticker", delay_s=5)
    await room.engine.guard()
    await room.clock.sleep(3)
    # With a bitcoin more at another entry it has lost 0.15 %.
    await room.arm("1.1", "65000")

    await room.wait_for("look ")
    await room.wait_for("exit ")
    await room.sell_off()

    assert room.sent() == []
    assert (await room.guard()).state is GuardState.ARMED


async def test_an_alarm_that_could_not_be_written_is_told_by_the_next_look(guarded):
    guarded.fault(FaultKind.HTTP_ERROR_BEFORE, "Ticker", times=None)
    await watch(guarded, 10)
    async with guarded.held_database():
        await watch(guarded, 12, every_s=2)
    early = await guarded.alerts(PriceTrouble)

    await watch(guarded, 20)

    assert early == []
    [alarm] = await guarded.alerts(PriceTrouble)
    assert alarm.what == "unknown"
    guarded.expected_failures.append("database is locked")


@pytest.mark.fault("V38")
async def test_a_price_that_stays_away_is_reported_again_with_growing_pauses_and_when_it_is_back(guarded):
    guarded.world.market.override("kraken", "BTC/USD", Override(bid=None, ask=None))
    began = guarded.clock.now()
    for _ in range(40):
        await watch(guarded, 60, every_s=15)
    guarded.world.market.restore("kraken", "BTC/USD")
    await watch(guarded, 10)

    alarms = await guarded.alerts(PriceTrouble)
    assert [alarm.what for alarm in alarms] == ["unknown"] * 4 + ["back"]
    assert [alarm.again for alarm in alarms[:4]] == [False, True, True, True]
    assert {alarm.since - began for alarm in alarms} <= {timedelta(0), timedelta(seconds=15)}


@pytest.mark.fault("V38")
async def test_a_silent_venue_is_told_of_once_for_all_its_guards(guarded):
    guarded.set_bid("2000", "ETH/USD")
    await guarded.arm("1", "1900", guard_id="guard-2", symbol="ETH/USD")
    await guarded.arm("0.01", "500", guard_id="guard-3")
    await guarded.look()
    guarded.fault(FaultKind.HTTP_ERROR_BEFORE, "Ticker", times=None)
    await watch(guarded, 60)
    guarded.world.faults("kraken").clear()

    await watch(guarded, 10)

    alarms = await guarded.alerts(PriceTrouble)
    assert [alarm.what for alarm in alarms] == ["unknown", "unknown", "back"]
    assert all({alarm.symbol, *alarm.others} == {"BTC/USD", "ETH/USD"} for alarm in alarms)


@pytest.mark.fault("V43")
async def test_coins_that_lose_their_price_in_one_outage_are_told_of_in_one_message(guarded):
    guarded.set_bid("2000", "ETH/USD")
    await guarded.arm("1", "1900", guard_id="guard-2", symbol="ETH/USD")
    await guarded.look()
    guarded.world.market.override("kraken", "BTC/USD", BAD["crossed"][0])
    guarded.world.market.override("kraken", "ETH/USD", BAD["no bid"][0])

    await watch(guarded, 25)

    [alarm] = await guarded.alerts(PriceTrouble)
    assert (alarm.what, {alarm.symbol, *alarm.others}) == ("unknown", {"BTC/USD", "ETH/USD"})


async def test_a_reminder_that_could_not_be_written_is_told_by_a_later_look(guarded):
    guarded.fault(FaultKind.HTTP_ERROR_BEFORE, "Ticker", times=None)
    await watch(guarded, 30)
    async with guarded.held_database():
        await watch(guarded, 30)

    await watch(guarded, 30)

    assert [alarm.again for alarm in await guarded.alerts(PriceTrouble)] == [False, True]
    guarded.expected_failures.append("database is locked")


@pytest.mark.fault("P46")
async def test_a_price_that_is_back_and_cannot_be_reported_keeps_no_missing_one_from_being_reported(guarded):
    guarded.set_bid("2000", "ETH/USD")
    await guarded.arm("1", "1900", guard_id="guard-2", symbol="ETH/USD")
    await guarded.look()
    guarded.world.market.override("kraken", "BTC/USD", BAD["crossed"][0])
    await watch(guarded, 25)
    guarded.world.market.restore("kraken", "BTC/USD")
    guarded.world.market.override("kraken", "ETH/USD", BAD["crossed"][0])

    async with guarded.refused_changes("NEW.dedup_key LIKE '%:back:%'", table="alerts"):
        await watch(guarded, 25)
    told = [(alarm.symbol, alarm.what) for alarm in await guarded.alerts(PriceTrouble)]
    await watch(guarded, 5)

    assert told == [("BTC/USD", "unknown"), ("ETH/USD", "unknown")]
    assert [alarm.what for alarm in await guarded.alerts(PriceTrouble)] == ["unknown", "unknown", "back"]
    guarded.expected_failures.append("refused by a trigger")
