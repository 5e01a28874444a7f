"""A market that is shut is left for another pair after some seconds, and at which price."""

import pytest

from engine.alerts.messages import ExitFailing, ExitFilled
from engine.exits.pair_rules import (
    SHUT_MAX_WAIT_S,
)
from engine.model.failing_actions import FailingAction
from engine.model.venues import Venue
from sandbox.faults import FaultKind
from sandbox.market import Override
from tests.engine.exits.failing_texts import why_of
from tests.engine.exits.pairs import NOT_AVAILABLE, D

#: What a unit of a pair's money is worth in dollars at the stand-in.
WORTH = {"BTC/USDT": D(1), "BTC/EUR": D("1.08")}


def show_elsewhere(room, bid, ask):
    """Let every other pair show a price, given in dollars."""
    for symbol, worth in WORTH.items():
        shown = Override(bid=D(bid) / worth, ask=D(ask) / worth, bid_size=D(5), ask_size=D(5))
        room.world.market.override("kraken", symbol, shown)


async def fall_without_a_price(room, bid, *, ask):
    """Let every other pair fall while the guarded one is shut and shows no price."""
    room.world.market.override("kraken", "BTC/USD", Override(bid=None, ask=None))
    show_elsewhere(room, bid, ask)
    room.world.market.set_status("kraken", "BTC/USD", "cancel_only")


@pytest.mark.fault("V46")
@pytest.mark.parametrize(
    ("bid", "ask", "is_sold"),
    [("46000", "46100", True), ("46000", "92000", False), ("44000", "44100", False)],
    ids=["a market", "no market", "too far below the trigger"],
)
async def test_a_guarded_pair_without_a_price_keeps_no_other_pair_from_selling_after_a_fall(
    room, bid, ask, is_sold
):
    room.deposit("BTC", "0.1")
    room.set_bid("50000")
    await room.arm("0.1", "6000")
    room.fault(FaultKind.CANCEL_ONLY, times=1)
    await room.look()
    await fall_without_a_price(room, bid, ask=ask)

    await room.clock.sleep(60)

    assert (room.world.ledger("kraken").total("BTC") == 0) is is_sold
    if not is_sold:
        room.world.market.restore("kraken", "BTC/USD")
        room.world.market.set_status("kraken", "BTC/USD", "online")
    await room.wait_for("exit ")


@pytest.mark.fault("V33")
@pytest.mark.parametrize(("bid", "ask"), [("500", "501"), ("20000", "20010"), ("40000", "40010")])
async def test_a_price_that_is_still_shown_is_not_undersold_through_another_pair(room, bid, ask):
    room.deposit("BTC", "0.1")
    room.set_bid("50000")
    await room.arm("0.1", "6000")
    show_elsewhere(room, bid, ask)
    room.world.market.set_status("kraken", "BTC/USD", "cancel_only")

    await room.look()
    await room.clock.sleep(120)

    assert room.world.ledger("kraken").total("BTC") == D("0.1")
    failing = (await room.alerts(ExitFailing))[-1]
    for symbol in WORTH:
        assert f"{symbol} would bring" in why_of(failing)
        room.world.market.restore("kraken", symbol)
    assert why_of(failing).count("less than 45000 is not taken") == len(WORTH)
    room.world.market.set_status("kraken", "BTC/USD", "online")
    await room.wait_for("exit ")
    [filled] = await room.alerts(ExitFilled)
    assert filled.fill_price > 49000


async def test_a_shut_pair_that_shows_the_fall_itself_is_left_for_one_that_brings_as_much(room):
    room.deposit("BTC", "0.1")
    room.set_bid("50000")
    await room.arm("0.1", "6000")
    room.world.market.set_status("kraken", "BTC/USD", "cancel_only")
    await room.look()
    room.set_bid("40000")
    show_elsewhere(room, "39900", "39910")
    for _ in range(10):
        await room.look()
        await room.clock.sleep(3)

    [filled] = await room.alerts(ExitFilled)
    assert filled.symbol in WORTH
    assert D(39800) < filled.fill_price * filled.rate < D(40000)


async def until_a_book_is_read(room, pair):
    while not [call for call in room.sent("Depth") if call.params["pair"] == pair]:
        await room.clock.sleep(0.05)


@pytest.mark.fault("V58")
@pytest.mark.parametrize("later", ["49990", "47000"], ids=["back", "else"])
async def test_a_book_that_says_something_else_a_moment_later_sells_nothing(room, later):
    room.deposit("BTC", "0.1")
    room.set_bid("50000")
    await room.arm("0.1", "6000")
    room.fault(FaultKind.CANCEL_ONLY, times=1)
    await room.look()
    await fall_without_a_price(room, "45500", ask="45600")
    await until_a_book_is_read(room, "XBTUSDT")

    await fall_without_a_price(room, later, ask="50000")
    await room.clock.sleep(1)

    assert room.world.ledger("kraken").total("BTC") == D("0.1")
    room.world.market.restore("kraken", "BTC/USD")
    room.world.market.set_status("kraken", "BTC/USD", "online")
    await room.wait_for("exit ")
    [filled] = await room.alerts(ExitFilled)
    assert filled.fill_price * filled.rate > 49000


async def test_a_second_pair_whose_market_is_shut_or_too_big_is_left_for_the_next(closed):
    for words in ("PRODUCT_TRADING_HALTED", "INVALID_NO_LIQUIDITY", "INVALID_ORDER_SIZE_TOO_SMALL"):
        closed.account_there.closed_products["BTC-USDC"] = words
        await closed.arm("0.1", "6000", venue=Venue.COINBASE)

        await closed.sell_off()

        *_, filled = await closed.alerts()
        assert (type(filled), filled.symbol) == (ExitFilled, "BTC/EUR")
    assert closed.world.ledger("coinbase").total("BTC") == D(0)


async def test_a_second_pair_that_stays_shut_does_not_keep_the_first_from_being_tried(closed):
    closed.account_there.closed_products["BTC-EUR"] = NOT_AVAILABLE
    closed.account_there.closed_products["BTC-USDC"] = "PRODUCT_TRADING_HALTED"
    await closed.look()
    await closed.clock.sleep(120)
    closed.account_there.closed_products.pop("BTC-USD")

    await closed.clock.sleep(20)

    [filled] = await closed.alerts(ExitFilled)
    assert filled.symbol == "BTC/USD"


@pytest.mark.fault("V33")
@pytest.mark.parametrize("by_listing", [True, False])
async def test_a_guarded_pair_that_stays_shut_is_left_after_some_seconds(room, by_listing):
    room.deposit("BTC", "0.1")
    room.set_bid("50000")
    await room.arm("0.1", "6000")
    if by_listing:
        room.world.market.set_status("kraken", "BTC/USD", "cancel_only")
    else:
        room.fault(FaultKind.CANCEL_ONLY, times=2)
    begun = room.clock.monotonic()

    await room.sell_off()

    failing, filled = await room.alerts()
    assert failing.doing == FailingAction.TRY_ANOTHER_PAIR
    assert (filled.symbol, filled.instead_of) == ("BTC/USDT", "BTC/USD")
    assert SHUT_MAX_WAIT_S < room.clock.monotonic() - begun < 15
