"""What the screens show of a position between its sale and the reading of the sale's fills."""

from dataclasses import replace
from decimal import Decimal

import pytest

from engine.alerts.questions import Armed, Exclusion, NoEntry, Offer
from engine.guards.guard import GuardSource, GuardState
from engine.offers.closing_preview import ObstacleKind
from engine.portfolio.not_guarded import NotGuarded, why_not_guarded
from sandbox.faults import FaultKind
from sandbox.world import OWNER_ID, Bought, Opening, Story

BOUGHT = Bought(symbol="BTC/USD", quantity=Decimal("0.1"), price=Decimal(60_000))
HOLDINGS = Opening(purchases=(BOUGHT,), deposits={"BTC": Decimal("0.2"), "SOL": Decimal(5)})


@pytest.fixture
async def guarded(rooms):
    """A guarded tenth of a bitcoin, bought, and two more that came from elsewhere."""
    async with rooms(story=Story(openings={"kraken": HOLDINGS})) as room:
        room.set_bid("60000")
        await room.read()
        await room.arm("0.1", "6000")
        await room.look()
        room.set_bid("59000")
        yield room


async def shown(room, asset="BTC"):
    portfolio = await room.engine.portfolio.fetch_portfolio(OWNER_ID)
    return next(view for view in portfolio.positions if view.asset == asset)


async def test_while_it_is_being_sold_the_entry_is_what_was_paid(guarded):
    await guarded.put(replace(await guarded.guard(), cost=Decimal(5970), source=GuardSource.EXISTING_PRICE))
    guarded.fault(FaultKind.DELAY_BEFORE, delay_s=20)
    await guarded.look()
    await guarded.clock.sleep(1)

    view = await shown(guarded)
    await guarded.wait_for("exit ")

    assert (view.guard.state, view.guard.entry) == (GuardState.CLOSING, Decimal(59_700))
    assert (view.explained, view.entry) == (Decimal("0.1"), Decimal(60_000))
    assert (view.pnl, round(view.pnl_ratio, 4)) == (Decimal(-100), Decimal("-0.0167"))
    assert round(view.guard_ratio, 4) == Decimal("-0.0117")


async def test_what_is_left_of_a_sale_that_goes_on_keeps_its_entry(guarded):
    listing = guarded.world.market.listing("kraken", "BTC/USD")
    guarded.world.market.add(replace(listing, depth=(Decimal("0.04"),)))
    await guarded.put(replace(await guarded.guard(), cost=Decimal(5970), source=GuardSource.EXISTING_PRICE))
    await guarded.sell_off()
    guarded.fault(FaultKind.RATE_LIMIT, times=None)
    await guarded.look()
    await guarded.clock.sleep(1)

    view = await shown(guarded)

    assert view.guard.state is GuardState.CLOSING
    assert (view.guard.quantity, view.explained, view.entry) == (Decimal("0.06"), Decimal("0.06"), 60_000)


@pytest.mark.fault("C8")
async def test_until_the_account_is_read_again_no_figure_of_before_the_sale_is_shown(guarded):
    guarded.fault(FaultKind.DELAY_BEFORE, "BalanceEx", times=None, delay_s=20)
    await guarded.sell_off()

    view = await shown(guarded)

    assert (view.unsettled.quantity, view.unsettled.is_read) == (Decimal("0.1"), False)
    assert (view.entry, view.pnl, view.value_usd) == (None, None, None)
    assert why_not_guarded(view) is NotGuarded.UNREAD_SALE
    untouched = await shown(guarded, "SOL")
    assert (untouched.unsettled, untouched.fills_pending) == (None, False)


async def test_until_the_fills_are_read_the_rest_has_a_quantity_and_no_entry(guarded):
    await guarded.sell_off()
    await guarded.clock.sleep(1)

    before = await shown(guarded)
    await guarded.clock.sleep(60)
    await guarded.read()
    after = await shown(guarded)

    assert (before.quantity, before.entry, before.fills_pending) == (Decimal("0.2"), None, True)
    assert why_not_guarded(before) is NotGuarded.FILLS_PENDING
    # The bought tenth is sold; the others came from elsewhere.
    assert (after.quantity, after.explained, after.fills_pending) == (Decimal("0.2"), 0, False)
    assert why_not_guarded(after) is NotGuarded.ENTRY_UNKNOWN


async def test_what_its_owner_sold_at_the_venue_has_no_old_entry_either(guarded):
    guarded.trade("sell", "0.15", limit="59000")
    await guarded.clock.sleep(10)

    view = await shown(guarded)

    assert (view.quantity, view.entry, view.fills_pending) == (Decimal("0.15"), None, True)


@pytest.mark.fault("C8")
async def test_nothing_is_guarded_by_figures_of_before_a_sale(guarded):
    guarded.fault(FaultKind.DELAY_BEFORE, "BalanceEx", times=None, delay_s=20)
    await guarded.sell_off()

    outcome = await guarded.engine.guards.offer_guard(OWNER_ID, "BTC", None)

    assert isinstance(outcome, Armed)
    assert [line.excluded for line in outcome.left_out] == [Exclusion.UNREAD_SALE]


async def test_until_the_fills_are_read_only_the_price_of_today_can_be_guarded_from(guarded):
    await guarded.sell_off()
    await guarded.clock.sleep(1)

    outcome = await guarded.engine.guards.offer_guard(OWNER_ID, "BTC", None)

    assert isinstance(outcome, Offer)
    assert [line.no_entry for line in outcome.lines] == [NoEntry.FILLS_PENDING]


async def test_a_sale_keeps_no_other_position_of_its_account_from_being_closed(guarded):
    guarded.fault(FaultKind.DELAY_BEFORE, "BalanceEx", times=None, delay_s=20)
    await guarded.sell_off()

    preview = await guarded.engine.closing.offer_close(OWNER_ID)

    why_not = {line.symbol: line.obstacle and line.obstacle.kind for line in preview.lines}
    assert why_not == {"BTC/USD": ObstacleKind.UNREAD_SALE, "SOL/USD": None}


async def test_the_balance_of_before_a_sale_says_when_that_was(guarded):
    guarded.fault(FaultKind.DELAY_BEFORE, "BalanceEx", times=None, delay_s=20)
    await guarded.sell_off()
    before = await guarded.engine.balances.fetch_overview(OWNER_ID)
    guarded.world.faults("kraken").clear()
    await guarded.clock.sleep(30)
    after = await guarded.engine.balances.fetch_overview(OWNER_ID)

    [intent] = await guarded.intents()
    assert before.filled_since == {"env-kraken": intent.finished_at}
    assert after.filled_since == {}
