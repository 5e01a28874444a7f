"""Parts of positions on the real engine: what a press sells, and what stays and stays guarded."""

from dataclasses import replace
from decimal import Decimal

import pytest

from engine.alerts.messages import ExitFilled, ExitParked
from engine.entries.halts import HaltedBy
from engine.guards.guard import GuardState
from engine.model.guard_reasons import GuardReason
from engine.model.venues import Venue
from engine.offers.closing_preview import ClosePreview, Kept, ObstacleKind, Selling
from engine.offers.not_held import NotHeld
from engine.offers.outcomes import Nothing, Rejected
from engine.offers.part import Share, Units, Worth
from sandbox.faults import FaultKind
from sandbox.world import OWNER_ID
from tests.engine.offers.closing import press, total

D = Decimal
HALF = Share(D("0.5"))


async def offer_part(room, part=HALF, symbol="BTC", venue=None):
    return await room.engine.closing.offer_close(OWNER_ID, symbol, venue, part=part)


async def sell(room, part=HALF):
    outcome = await press(room, await offer_part(room, part))
    await room.wait_for("exit ", within_s=200)
    return outcome


async def offer_parts(room, symbol="BTC", venue=None):
    return await room.engine.closing.offer_parts(OWNER_ID, symbol, venue)


async def press_part(room, preview, percent):
    return await room.engine.closing.close_part(OWNER_ID, preview.whole.confirmation_id, percent)


@pytest.mark.parametrize(
    ("part", "left"), [(HALF, "0.2"), (Units(D("0.1")), "0.3"), (Worth(D(5000)), "0.3"), (Share(D(1)), "0")]
)
async def test_the_named_part_is_sold_and_the_rest_stays(holding, part, left):
    outcome = await sell(holding, part)

    [alert] = await holding.alerts(ExitFilled)
    assert isinstance(outcome, Selling)
    assert total(holding) == D(left)
    assert (alert.manual, alert.quantity, alert.left_over) == (True, D("0.4") - D(left), 0)
    assert await holding.guards() == ()


async def test_a_guard_keeps_what_remains_with_its_cost_in_proportion(holding):
    await holding.arm("0.4", "21000")

    preview = await offer_part(holding)
    await press(holding, preview)
    await holding.wait_for("exit ")

    guard = await holding.guard()
    [alert] = await holding.alerts(ExitFilled)
    assert (preview.lines[0].stays.quantity, preview.lines[0].stays.guarded) == (D("0.2"), D("0.2"))
    assert (guard.quantity, guard.cost, guard.state) == (D("0.2"), D(10500), GuardState.ARMED)
    assert (alert.quantity, alert.left_over) == (D("0.2"), 0)
    # It watches on, and sells the rest once that has lost too much.
    holding.set_bid("40000")
    await holding.read()
    await holding.sell_off()
    assert total(holding) == 0


async def test_of_a_position_guarded_in_part_the_guarded_part_goes_first(holding):
    await holding.arm("0.3", "15000")

    await sell(holding, Units(D("0.1")))

    guard = await holding.guard()
    assert (guard.quantity, guard.cost, guard.state) == (D("0.2"), D(10000), GuardState.ARMED)
    assert total(holding) == D("0.3")


async def test_more_than_is_guarded_ends_the_guard_and_leaves_the_rest_unguarded(holding):
    await holding.arm("0.1", "5000")

    await sell(holding)

    assert (await holding.guard()).state is GuardState.CLOSED
    assert total(holding) == D("0.2")


async def test_a_paused_guard_stays_paused_over_what_remains(holding):
    guard = await holding.arm("0.4", "20000")
    await holding.put(guard.in_state(GuardState.PAUSED, GuardReason.OTHER, "a split"))

    await sell(holding)

    kept = await holding.guard()
    assert (kept.quantity, kept.cost) == (D("0.2"), D(10000))
    assert (kept.state, kept.reason, kept.detail) == (GuardState.PAUSED, GuardReason.OTHER, "a split")


async def test_a_halt_and_an_account_without_cash_keep_no_part_from_being_sold(holding):
    await holding.engine.halts.halt(OWNER_ID, by=HaltedBy.CHAT)

    await sell(holding)

    assert total(holding, "USD") > 0
    assert total(holding) == D("0.2")


@pytest.mark.parametrize(
    ("part", "kind"),
    [(Units(D("0.5")), ObstacleKind.MORE_THAN_HELD), (Units(D("0.000001")), ObstacleKind.TOO_SMALL)],
)
async def test_a_part_that_cannot_be_sold_has_no_button(holding, part, kind):
    preview = await offer_part(holding, part)

    assert (preview.confirmation_id, preview.lines[0].obstacle.kind) == (None, kind)


async def test_a_price_that_fell_shows_the_same_part_again(holding):
    await holding.arm("0.4", "16000")
    preview = await offer_part(holding)
    holding.set_bid("45000")

    again = await press(holding, preview)
    assert isinstance(again, ClosePreview)
    assert (again.lines[0].quantity, total(holding)) == (D("0.2"), D("0.4"))
    await press(holding, again)
    await holding.wait_for("exit ")

    assert total(holding) == D("0.2")
    assert (await holding.guard()).quantity == D("0.2")


@pytest.mark.fault("C29")
async def test_what_the_market_does_not_take_of_a_part_is_named_and_stays_guarded(holding):
    listing = holding.world.market.listing("kraken", "BTC/USD")
    holding.world.market.add(replace(listing, depth=(D("0.15"),)))
    await holding.arm("0.4", "20000")

    await sell(holding)

    [alert] = await holding.alerts(ExitFilled)
    guard = await holding.guard()
    assert (alert.quantity, alert.left_over) == (D("0.15"), D("0.05"))
    assert (guard.quantity, guard.cost, guard.state) == (D("0.25"), D(12500), GuardState.ARMED)


async def test_no_more_orders_are_cancelled_than_hold_the_part(holding):
    holding.trade("sell", "0.2", limit="60000")
    holding.trade("sell", "0.1", limit="61000")
    await holding.arm("0.4", "20000")
    await holding.read()

    preview = await offer_part(holding)
    await press(holding, preview)
    await holding.wait_for("exit ")

    assert [order.quantity for order in preview.lines[0].cancels] == [D("0.1")]
    assert [order.quantity for order in (await holding.broker().fetch_open_orders()).orders] == [D("0.2")]
    assert total(holding) == D("0.2")


async def test_a_part_that_is_given_up_is_named_and_its_guard_is_as_before(holding):
    await holding.arm("0.4", "20000")
    preview = await offer_part(holding)
    holding.fault(FaultKind.RATE_LIMIT, times=None)

    await press(holding, preview)
    await holding.wait_for("exit ", within_s=200)

    [parked] = await holding.alerts(ExitParked)
    guard = await holding.guard()
    assert (parked.why, parked.quantity) == (GuardReason.TOO_LATE, D("0.2"))
    assert (guard.quantity, guard.cost, guard.state) == (D("0.4"), D(20000), GuardState.ARMED)


@pytest.mark.fault("C29")
async def test_a_restart_in_the_middle_sells_the_part_once(holding):
    await holding.arm("0.4", "20000")
    preview = await offer_part(holding)
    holding.fault(FaultKind.DELAY_AFTER, "AddOrder", delay_s=5)
    await press(holding, preview)
    await holding.clock.sleep(1)

    await holding.restart()
    await holding.wait_for("exit ")

    guard = await holding.guard()
    assert total(holding) == D("0.2")
    assert (guard.quantity, guard.cost, guard.state) == (D("0.2"), D(10000), GuardState.ARMED)


@pytest.mark.parametrize(("percent", "left"), [(25, "0.3"), (50, "0.2"), (100, "0")])
async def test_without_a_part_one_button_of_three_counts(holding, percent, left):
    preview = await offer_parts(holding)

    await press_part(holding, preview, percent)
    second = await press_part(holding, preview, 25)
    await holding.wait_for("exit ")

    assert [(one.percent, one.lines[0].quantity) for one in preview.choices] == [
        (25, D("0.1")),
        (50, D("0.2")),
        (100, D("0.4")),
    ]
    assert second.why is Rejected.USED
    assert total(holding) == D(left)


async def test_the_buttons_of_parts_can_be_left_alone(holding):
    preview = await offer_parts(holding)

    kept = await holding.engine.closing.keep(OWNER_ID, preview.whole.confirmation_id)

    assert kept == Kept()
    assert isinstance(await press_part(holding, preview, 50), Nothing)


async def test_a_part_that_was_not_shown_is_not_sold(holding):
    preview = await offer_parts(holding)

    assert (await press_part(holding, preview, 10)).why is Rejected.UNKNOWN
    assert total(holding) == D("0.4")


async def test_a_button_of_parts_sells_nothing_as_a_close(holding):
    preview = await offer_parts(holding)

    outcome = await holding.engine.closing.close(OWNER_ID, preview.whole.confirmation_id)

    assert outcome.why is Rejected.UNKNOWN
    assert total(holding) == D("0.4")


async def test_an_amount_of_what_several_brokers_hold_needs_one_of_them_and_a_percentage_is_of_each(rooms):
    async with rooms(venues=(Venue.KRAKEN, Venue.ALPACA)) as room:
        for venue in (Venue.KRAKEN, Venue.ALPACA):
            room.deposit("BTC", "0.4", venue=venue)
            room.set_bid("50000", venue=venue)
        await room.read()

        unclear = await offer_part(room, Units(D("0.1")))
        named = await offer_part(room, Units(D("0.1")), venue=Venue.KRAKEN)
        halves = await offer_part(room)
        await press(room, halves)
        await room.wait_for("exit ")

        assert unclear.why.venues == (Venue.KRAKEN, Venue.ALPACA)
        assert [line.quantity for line in named.lines] == [D("0.1")]
        assert room.world.ledger("kraken").total("BTC") == D("0.2")
        assert room.world.ledger("alpaca").total("BTC") == D("0.2")


async def test_a_part_of_what_is_not_held_is_not_offered(holding):
    assert isinstance((await offer_parts(holding, "ETH")).why, NotHeld)
