"""A press sells what was shown, once and in time; what differs since is shown again."""

from decimal import Decimal

import pytest

from engine.guards.guard import GuardState
from engine.model.venues import Venue
from engine.offers.closing_preview import ClosePreview, Kept, ObstacleKind, Selling, ShownAgain, Worsening
from engine.offers.outcomes import Nothing, Rejected
from sandbox.faults import FaultKind
from sandbox.world import OWNER_ID
from tests.engine.offers.closing import offer, press, total


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
    assert late.why is Rejected.EXPIRED
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
    assert again.again == ShownAgain(why=Worsening.MORE, symbol="BTC/USD", shown_symbol="BTC/USD")
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
    assert again.again == ShownAgain(why=Worsening.OTHER_PAIR, symbol="BTC/USD", shown_symbol="BTC/EUR")
    assert room.sent() == []


async def test_left_alone_is_used_up(holding):
    preview = await offer(holding)

    kept = await holding.engine.closing.keep(OWNER_ID, preview.confirmation_id)
    after = await press(holding, preview)

    assert kept == Kept()
    assert after.why is Rejected.USED


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
    assert (gone.venue, gone.symbol, gone.obstacle.kind) == (Venue.KRAKEN, "ETH", ObstacleKind.NOT_HELD)


async def test_a_button_from_before_a_sale_sells_nothing_while_what_is_left_is_unknown(holding):
    await holding.arm("0.4", "24000")
    preview = await offer(holding)
    await holding.sell_off()
    holding.fault(FaultKind.DELAY_AFTER, "BalanceEx", delay_s=20, times=None)

    outcome = await press(holding, preview)
    await holding.wait_for("exit ")

    [line] = outcome.left_out
    assert line.obstacle.kind is ObstacleKind.UNREAD_SALE
    assert len(holding.sent()) == 1
    assert len(await holding.intents()) == 1
