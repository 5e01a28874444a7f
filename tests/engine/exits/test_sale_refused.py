"""Exits a venue refuses: reported at once, tried again with growing pauses, dropped when the price came back."""

import asyncio
import itertools
import json
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from functools import partial

import pytest

from engine.alerts.messages import ExitFailing, ExitFilled, ExitParked
from engine.guards.guard import GuardState
from engine.model.failing_actions import FailingAction
from engine.model.venues import Venue
from engine.orders.states import IntentState
from sandbox.faults import FaultKind
from tests.engine.exits.failing_texts import why_of
from tests.engine.exits.manual import press
from tests.patient_loop import START

PLACING = {Venue.KRAKEN: "AddOrder", Venue.COINBASE: "orders", Venue.ALPACA: "POST /v2/orders"}
PASSING = {
    "rate limit": {"kind": FaultKind.RATE_LIMIT},
    "funds": {"kind": FaultKind.ERROR, "message": "EOrder:Insufficient funds"},
    "margin": {"kind": FaultKind.ERROR, "message": "EOrder:Orders limit exceeded"},
}


@pytest.fixture
async def falling(room):
    room.deposit("BTC", "0.3")
    room.set_bid("50000")
    await room.arm("0.1", "6000")
    return room


@pytest.fixture
def alone(falling):
    """The same while no other pair of it is open."""
    for symbol in ("BTC/USDT", "BTC/EUR"):
        falling.world.market.set_status("kraken", symbol, "cancel_only")
    return falling


def pauses(calls):
    return [round(after.at - before.at, 1) for before, after in itertools.pairwise(calls)]


@pytest.mark.fault("V13")
@pytest.mark.parametrize("refusal", PASSING.values(), ids=PASSING)
async def test_a_refusal_is_reported_at_once_and_tried_again(falling, refusal):
    falling.fault(times=3, **refusal)

    await falling.sell_off()

    failing, filled = await falling.alerts()
    assert isinstance(failing, ExitFailing)
    assert failing.doing == FailingAction.TRY_AGAIN
    assert (
        timedelta(0) <= failing.wait.again_at - failing.since - timedelta(seconds=0.5) < timedelta(seconds=1)
    )
    assert failing.order_ids == ()
    assert failing.since - START < timedelta(seconds=1)
    assert (filled.quantity, filled.found_later) == (Decimal("0.1"), False)
    assert pauses(falling.sent()) == [0.5, 1.0, 2.0]
    assert len({call.params["cl_ord_id"] for call in falling.sent()}) == 4


@pytest.mark.fault("V6")
async def test_a_market_that_takes_no_sales_is_tried_again_every_fifteen_seconds(alone):
    alone.fault(FaultKind.CANCEL_ONLY, times=2)

    await alone.sell_off()

    failing, *_, filled = await alone.alerts()
    assert "cancel_only" in failing.why
    assert filled.quantity == Decimal("0.1")
    assert (filled.held_up.since, filled.held_up.why) == (failing.since, failing.why)
    assert pauses(alone.sent()) == [15.0, 15.0]


@pytest.mark.fault("V6")
async def test_a_market_listed_as_closed_is_not_sent_anything_until_it_opens(alone):
    alone.world.market.set_status("kraken", "BTC/USD", "cancel_only")
    opens = partial(alone.world.market.set_status, "kraken", "BTC/USD", "online")
    asyncio.get_running_loop().call_later(50, opens)

    await alone.sell_off()

    assert len(alone.sent()) == 2
    assert alone.clock.now() - START >= timedelta(seconds=50)
    *_, filled = await alone.alerts()
    assert filled.quantity == Decimal("0.1")


@pytest.mark.fault("V21")
async def test_no_connection_is_reported_with_its_words_and_tried_again(falling):
    await falling.base.markets[Venue.KRAKEN].instruments()
    await falling.read()
    falling.fault(FaultKind.DELAY_BEFORE, "BalanceEx", delay_s=0.4)
    await falling.clock.sleep(6)
    await falling.look()
    await falling.world.server("kraken").stop()
    await falling.clock.sleep(3)
    await falling.world.server("kraken").start()

    await falling.wait_for("exit ")

    failing, filled = await falling.alerts(ExitFailing, ExitFilled)
    assert failing.why == "Kraken: no connection"
    assert filled.quantity == Decimal("0.1")


@pytest.mark.fault("V12")
async def test_refused_numbers_are_repeated_before_anybody_is_reported(falling):
    falling.fault(FaultKind.INVALID_NONCE, times=3)

    await falling.sell_off()

    [filled] = await falling.alerts()
    assert filled.quantity == Decimal("0.1")


@pytest.mark.fault("V12")
async def test_numbers_refused_again_and_again_rest_the_key_and_are_reported(falling):
    falling.fault(FaultKind.INVALID_NONCE, times=6)

    await falling.sell_off()

    failing, *_, filled = await falling.alerts()
    assert failing.why.startswith("Kraken: EAPI:Invalid nonce")
    assert isinstance(filled, ExitFilled)
    assert max(pauses(falling.sent())) >= 60


async def test_a_locked_key_is_left_alone_for_a_quarter_of_an_hour(falling):
    falling.fault(FaultKind.ERROR, message="EGeneral:Temporary lockout")

    await falling.look()
    await falling.wait_for("exit ", within_s=1000)

    assert pauses(falling.sent())[-1] >= 900
    failing, *_, filled = await falling.alerts()
    assert "lockout" in failing.why
    assert isinstance(filled, ExitFilled)


@pytest.mark.fault("V22")
async def test_a_rejected_key_is_tried_once_a_minute(falling):
    falling.fault(FaultKind.ERROR, times=2, message="EAPI:Invalid key")

    await falling.sell_off()

    assert pauses(falling.sent()) == [60.0, 60.0]
    failing, *_ = await falling.alerts()
    assert failing.why == "Kraken: EAPI:Invalid key"
    assert failing.doing == FailingAction.TRY_AGAIN
    assert (
        timedelta(0) <= failing.wait.again_at - failing.since - timedelta(seconds=60) < timedelta(seconds=1)
    )


async def test_an_exit_that_keeps_failing_is_reported_again_and_again(alone):
    alone.fault(FaultKind.CANCEL_ONLY, times=None)
    await alone.look()

    await alone.clock.sleep(11 * 60)

    alerts = await alone.alerts()
    assert [alert.why for alert in alerts] == ["Kraken: EService:Market in cancel_only mode"] * 4
    assert max(pauses(alone.sent())) == 15.0


async def test_a_refused_exit_stands_down_when_the_price_came_back(falling):
    falling.fault(FaultKind.CANCEL_ONLY, times=None)
    await falling.look()
    await falling.clock.sleep(5)

    falling.set_bid("61000")
    await falling.look()
    await falling.wait_for("exit ")

    assert (await falling.guard()).state is GuardState.ARMED
    [intent] = await falling.intents()
    assert intent.state is IntentState.SUPERSEDED
    falling.world.faults("kraken").clear()
    falling.set_bid("50000")
    await falling.sell_off()
    assert falling.world.ledger("kraken").total("BTC") == Decimal("0.2")


async def test_a_refused_exit_goes_on_while_nobody_knows_the_price(falling):
    falling.fault(FaultKind.CANCEL_ONLY, times=None)
    await falling.look()
    await falling.clock.sleep(5)

    falling.fault(FaultKind.HTTP_ERROR_BEFORE, "Ticker", times=None)
    await falling.look()
    falling.world.faults("kraken").clear("AddOrder")
    await falling.wait_for("exit ")

    assert falling.world.ledger("kraken").total("BTC") == Decimal("0.2")


async def test_an_order_that_cannot_be_cancelled_is_reported_and_named_once_when_it_was(room):
    room.deposit("BTC", "0.1")
    room.set_bid("50000")
    room.trade("sell", "0.1", limit="70000")
    await room.arm("0.1", "6000")
    room.fault(FaultKind.RATE_LIMIT, "CancelOrder", times=2)

    await room.sell_off()

    failing, filled = await room.alerts()
    assert failing.why == "Kraken: EAPI:Rate limit exceeded"
    assert [order.price for order in filled.cancelled] == [Decimal(70000)]


async def test_an_order_in_the_way_that_the_venue_does_not_find_at_first_is_cancelled_with_the_next_reading(
    room,
):
    room.deposit("BTC", "0.15")
    room.set_bid("50000")
    room.trade("sell", "0.1", limit="70000")
    await room.arm("0.1", "6000")
    room.fault(FaultKind.ERROR, "CancelOrder", message="EOrder:Unknown order")

    await room.look()
    await room.clock.sleep(15)

    [filled] = await room.alerts()
    assert (filled.quantity, len(filled.cancelled)) == (Decimal("0.1"), 1)


async def test_a_reminder_that_could_not_be_written_ends_no_others(alone):
    alone.world.market.set_status("kraken", "BTC/USD", "cancel_only")
    await alone.look()
    await alone.clock.sleep(29)
    async with alone.held_database():
        await alone.clock.sleep(2)

    await alone.clock.sleep(11 * 60)

    # At once, after 30 s as soon as it could be written, then 90 s and 8 min later.
    assert len(await alone.alerts(ExitFailing)) == 4


@pytest.mark.fault("V29")
@pytest.mark.parametrize(
    ("reason", "wait_s", "reported"),
    [
        ("INSUFFICIENT_FUND", 0.5, "Coinbase: INSUFFICIENT_FUND"),
        ("PRODUCT_TRADING_HALTED", 10.0, "Coinbase: PRODUCT_TRADING_HALTED"),
        ("ACCOUNT_BLOCKED", 0.5, "Coinbase: ACCOUNT_BLOCKED"),
    ],
)
async def test_a_reason_that_stands_only_in_the_new_field_is_a_refusal(rooms, reason, wait_s, reported):
    async with rooms(venues=(Venue.COINBASE,)) as room:
        room.world.coinbase.switches.new_reason_only = True
        room.deposit("BTC", "0.3", venue=Venue.COINBASE)
        room.set_bid("50000", venue=Venue.COINBASE)
        await room.arm("0.1", "6000", venue=Venue.COINBASE)
        room.fault(FaultKind.ERROR, "orders", venue=Venue.COINBASE, message=reason)

        await room.sell_off()

        failing, filled = await room.alerts(ExitFailing, ExitFilled)
        assert (failing.why, filled.quantity) == (reported, Decimal("0.1"))
        assert pauses(room.sent("orders", venue=Venue.COINBASE)) == [wait_s]


@pytest.mark.parametrize(
    "words",
    [
        "EOrder:Order minimum not met",
        "EOrder:Cost minimum not met",
        "EGeneral:Invalid arguments:volume minimum not met",
    ],
)
async def test_what_the_venue_calls_too_small_for_a_moment_against_its_own_listing_is_sold(falling, words):
    falling.fault(FaultKind.ERROR, times=3, message=words)

    await falling.sell_off()

    failing, filled = await falling.alerts()
    assert (type(failing), failing.why) == (ExitFailing, f"Kraken: {words}")
    assert failing.doing == FailingAction.TRY_AGAIN
    assert (
        timedelta(0) <= failing.wait.again_at - failing.since - timedelta(seconds=0.5) < timedelta(seconds=1)
    )
    assert filled.quantity == Decimal("0.1")
    assert (await falling.guard()).state is GuardState.CLOSED


async def test_what_the_venue_goes_on_calling_too_small_is_given_up_after_half_a_minute(room):
    """Eight times the least that is listed: the listing may be of before."""
    room.deposit("BTC", "0.3")
    room.set_bid("50000")
    await room.arm("0.0004", "24")
    room.fault(FaultKind.ERROR, times=None, message="EOrder:Order minimum not met")

    await room.sell_off()

    *reminders, parked = await room.alerts()
    assert {type(reminder) for reminder in reminders} == {ExitFailing}
    assert (type(parked), parked.why) == (ExitParked, "EOrder:Order minimum not met")
    assert timedelta(seconds=30) <= room.clock.now() - START < timedelta(seconds=60)
    assert room.world.ledger("kraken").total("BTC") == Decimal("0.3")


@pytest.mark.fault("V126")
async def test_a_close_of_what_cost_little_and_has_risen_survives_a_wrong_refusal(room):
    """A tenth of a bitcoin is worth 5,000 dollars, whatever it cost."""
    room.deposit("BTC", "0.1")
    room.set_bid("50000")
    await room.arm("0.1", "0.4")
    await room.look()
    room.fault(FaultKind.ERROR, times=1, message="EOrder:Order minimum not met")

    await press(room)
    await room.wait_for("exit ")

    [filled] = await room.alerts(ExitParked, ExitFilled)
    assert (type(filled), filled.quantity) == (ExitFilled, Decimal("0.1"))


UNREADABLE_MINIMUMS = {"ordermin": "many", "costmin": "much"}


@pytest.fixture
async def unlisted_minimum(room):
    """Bitcoin at a Kraken that lists no minimum of it that can be read; of every other pair it does."""
    room.fault(FaultKind.WRONG_FIELDS, "AssetPairs", times=None, of="XXBTZUSD", fields=UNREADABLE_MINIMUMS)
    room.deposit("BTC", "0.3")
    room.set_bid("50000")
    return room


@pytest.mark.fault("V136")
async def test_one_odd_listing_gives_up_nothing_that_is_worth_much(unlisted_minimum):
    market = unlisted_minimum.world.market
    market.add(replace(market.listing("kraken", "ETH/USD"), minimum_notional=Decimal(50_000)))
    await unlisted_minimum.arm("0.1", "6000")
    unlisted_minimum.fault(FaultKind.ERROR, times=20, message="EOrder:Order minimum not met")

    await unlisted_minimum.look()
    await unlisted_minimum.clock.sleep(120)

    assert await unlisted_minimum.alerts(ExitParked) == []
    assert (await unlisted_minimum.guard()).state is GuardState.CLOSING


@pytest.mark.fault("V136")
async def test_dust_at_an_unknown_minimum_is_given_up_after_half_a_minute_with_the_refusal(unlisted_minimum):
    await unlisted_minimum.arm("0.00002", "1.2")

    await unlisted_minimum.sell_off()

    *reminders, parked = await unlisted_minimum.alerts()
    assert {type(reminder) for reminder in reminders} == {ExitFailing}
    assert (type(parked), parked.why) == (ExitParked, "EGeneral:Invalid arguments:volume minimum not met")
    assert timedelta(seconds=30) <= unlisted_minimum.clock.now() - START < timedelta(seconds=60)
    assert (await unlisted_minimum.guard()).state is GuardState.CLOSED


@pytest.mark.fault("V136")
@pytest.mark.parametrize(("quantity", "cost"), [("0.1", "6000"), ("0.0002", "12")])
async def test_what_is_worth_much_is_not_given_up_at_an_unknown_minimum(unlisted_minimum, quantity, cost):
    await unlisted_minimum.arm(quantity, cost)
    unlisted_minimum.fault(FaultKind.ERROR, times=None, message="EOrder:Order minimum not met")

    await unlisted_minimum.look()
    await unlisted_minimum.clock.sleep(150)

    assert (await unlisted_minimum.guard()).state is GuardState.CLOSING
    reminders = await unlisted_minimum.alerts()
    assert {(type(alert), alert.why) for alert in reminders} == {
        (ExitFailing, "Kraken: EOrder:Order minimum not met")
    }
    unlisted_minimum.world.faults("kraken").clear()
    await unlisted_minimum.wait_for("exit ")
    [filled] = await unlisted_minimum.alerts(ExitFilled)
    assert filled.quantity == Decimal(quantity)


TOO_SMALL_AT_COINBASE = {"success": False, "error_response": {"error": "INVALID_ORDER_SIZE_TOO_SMALL"}}


@pytest.mark.fault("V126")
@pytest.mark.parametrize(
    ("venue", "fault"),
    [
        (Venue.KRAKEN, {"kind": FaultKind.ERROR, "message": "EGeneral:Invalid arguments:volume"}),
        (Venue.KRAKEN, {"kind": FaultKind.ERROR, "message": "EOrder:Order minimum not met"}),
        (
            Venue.COINBASE,
            {"kind": FaultKind.HTTP_ERROR_BEFORE, "status": 200, "body": json.dumps(TOO_SMALL_AT_COINBASE)},
        ),
        *(
            (
                Venue.ALPACA,
                {
                    "kind": FaultKind.HTTP_ERROR_BEFORE,
                    "status": 403,
                    "body": json.dumps({"code": 40310100, "message": message}),
                },
            )
            for message in (
                "day trade denied: account equity is below the minimum of 25000 USD",
                "account does not meet the minimum equity requirement of $2000",
                "the order does not fulfill the minimum trade increment of 0.0001",
            )
        ),
    ],
    ids=str,
)
async def test_what_is_far_above_the_listed_least_is_never_given_up_as_too_small(rooms, venue, fault):
    async with rooms(venues=(venue,)) as room:
        room.deposit("BTC", "0.1", venue=venue)
        room.set_bid("50000", venue=venue)
        await room.arm("0.1", "6000", venue=venue)
        kind = fault["kind"]
        options = {name: value for name, value in fault.items() if name != "kind"}
        room.fault(kind, PLACING[venue], venue=venue, times=12, **options)

        await room.sell_off()

        assert [type(alert) for alert in await room.alerts(ExitParked, ExitFilled)] == [ExitFilled]
        assert await room.alerts(ExitFailing)
        assert room.world.ledger(venue).total("BTC") == 0


@pytest.fixture
async def crashed(room):
    """An ether guarded from 3,208 whose bid reads 0.40: the venue takes no order of so little value."""
    room.deposit("ETH", "1")
    room.set_bid("3208", "ETH/USD")
    await room.arm("1", "3208", "ETH/USD")
    await room.read()
    await room.look()
    room.set_bid("0.4", "ETH/USD")
    return room


async def watch(room, seconds):
    """Look every second, whatever an exit that goes on does meanwhile."""
    for _ in range(seconds):
        await room.clock.sleep(1)
        await room.look()


@pytest.mark.fault("V62")
@pytest.mark.parametrize("lasts_s", [8, 95])
async def test_a_flash_crash_below_the_smallest_value_ends_no_guard(crashed, lasts_s):
    await watch(crashed, lasts_s)
    crashed.set_bid("3208", "ETH/USD")
    await watch(crashed, 30)
    after = await crashed.guard()

    crashed.set_bid("3100", "ETH/USD")
    await watch(crashed, 5)
    await crashed.wait_for("exit ")

    assert await crashed.alerts(ExitParked) == []
    assert len(await crashed.alerts(ExitFailing)) <= 4
    assert len(crashed.sent()) == 2
    assert (after.state, after.quantity) == (GuardState.ARMED, 1)
    [filled] = await crashed.alerts(ExitFilled)
    assert (filled.quantity, filled.fill_price) == (1, 3100)


async def test_a_loser_is_sold_when_its_price_leaves_a_flash_crash_for_a_loss(crashed):
    await watch(crashed, 60)
    crashed.set_bid("2900", "ETH/USD")
    await watch(crashed, 20)

    [filled] = await crashed.alerts(ExitFilled)
    assert (filled.quantity, filled.fill_price) == (1, 2900)


async def test_what_was_too_little_at_its_cost_too_is_still_given_up(room):
    room.deposit("ETH", "0.05")
    room.set_bid("9", "ETH/USD")
    await room.arm("0.05", "0.48", "ETH/USD")

    await room.sell_off()

    [parked] = await room.alerts()
    assert parked.why == "the venue sells at least 0.5 USD worth"
    assert (await room.guard()).state is GuardState.CLOSED


async def test_too_small_in_the_new_field_is_reported_and_tried_again(rooms):
    async with rooms(venues=(Venue.COINBASE,)) as room:
        room.world.coinbase.switches.new_reason_only = True
        room.deposit("BTC", "0.3", venue=Venue.COINBASE)
        room.set_bid("50000", venue=Venue.COINBASE)
        await room.arm("0.1", "6000", venue=Venue.COINBASE)
        room.fault(FaultKind.ERROR, "orders", venue=Venue.COINBASE, message="INVALID_ORDER_SIZE_TOO_SMALL")

        await room.sell_off()

        failing, filled = await room.alerts()
        assert (type(failing), failing.why) == (ExitFailing, "Coinbase: INVALID_ORDER_SIZE_TOO_SMALL")
        assert filled.quantity == Decimal("0.1")


@pytest.mark.fault("V34")
async def test_a_crumb_that_the_venue_calls_too_small_is_no_reason_to_give_up_the_rest(room):
    room.deposit("BTC", "0.1")
    room.set_bid("60000")
    room.trade("sell", "0.099", limit="90000")
    await room.arm("0.1", "6000")
    await room.read()
    room.fault(FaultKind.WRONG_FIELDS, "OpenOrders", fields={"descr": {}}, times=None)
    room.fault(FaultKind.ERROR, times=None, message="EOrder:Order minimum not met")
    room.set_bid("50000")

    await room.look()
    await room.clock.sleep(120)

    assert (await room.guard()).state is GuardState.CLOSING
    failing, *_ = await room.alerts(ExitFailing)
    assert why_of(failing).startswith("only 0.00100000 BTC is free, the rest is held or locked")
    room.world.faults("kraken").clear()
    await room.wait_for("exit ")
    [filled] = await room.alerts(ExitFilled)
    assert filled.quantity == Decimal("0.1")


@pytest.mark.parametrize(
    "words", ["EGeneral:Invalid arguments:volume", "EGeneral:Invalid arguments:volume_precision"]
)
async def test_a_quantity_finer_than_an_unknown_listing_ends_no_guard(rooms, words):
    async with rooms() as room:
        room.deposit("BTC", "0.3")
        room.set_bid("50000")
        await room.arm("0.1000000012", "6000")
        room.fault(FaultKind.ERROR, times=5, message=words)
        await room.base.markets[Venue.KRAKEN].data.catalog()
        room.fault(FaultKind.DELAY_BEFORE, "AssetPairs", times=None, delay_s=6)

        await room.sell_off()

        volumes = [Decimal(call.params["volume"]) for call in room.sent()]
        assert (volumes[0], {*volumes[1:]}) == (Decimal("0.1000000012"), {Decimal("0.1")})
        *_, filled = await room.alerts()
        assert (type(filled), filled.quantity) == (ExitFilled, Decimal("0.1"))
