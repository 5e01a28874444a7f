"""Another pair is taken at a sane price only: near what is still shown, the trigger or what its owner agreed to."""

from dataclasses import replace

import pytest

from engine.alerts.messages import ExitFailing, ExitFilled
from engine.guards.guard import GuardState
from engine.model.venues import Venue
from sandbox.market import Override
from sandbox.world import OWNER_ID
from tests.engine.exits.failing_texts import why_of
from tests.engine.exits.pairs import NOT_AVAILABLE, D, products


def show(room, symbol, bid, *, venue=Venue.COINBASE, size=5):
    ask = D(80000)
    shown = Override(bid=bid if bid is None else D(bid), ask=ask, bid_size=D(size), ask_size=D(size))
    room.world.market.override(venue.value, symbol, shown)


@pytest.mark.fault("V33")
async def test_a_pair_with_an_absurd_price_is_passed_over_for_a_sane_one(closed):
    show(closed, "BTC/USDC", 20000)

    await closed.sell_off()

    [filled] = await closed.alerts()
    assert (filled.symbol, products(closed)) == ("BTC/EUR", ["BTC-USD", "BTC-EUR"])


@pytest.mark.fault("V33")
@pytest.mark.parametrize(
    ("shown", "said"),
    [
        ({"bid": 20000}, "BTC/USDC would bring 20000 USD a unit"),
        ({"bid": None}, "BTC/USDC: the order book does not cover the quantity"),
    ],
)
async def test_without_a_sane_pair_nothing_is_sold_until_one_takes_it(closed, shown, said):
    closed.account_there.closed_products["BTC-EUR"] = NOT_AVAILABLE
    show(closed, "BTC/USDC", **shown)
    await closed.look()
    await closed.clock.sleep(30)

    assert closed.world.ledger("coinbase").total("BTC") == D("0.3")
    failing, *_ = await closed.alerts(ExitFailing)
    assert said in why_of(failing)
    assert "BTC-USDC" not in products(closed)
    assert products(closed).count("BTC-USD") > 2
    closed.world.market.restore("coinbase", "BTC/USDC")
    await closed.wait_for("exit ")
    *_, filled = await closed.alerts(ExitFilled)
    assert filled.symbol == "BTC/USDC"


async def test_a_pair_too_thin_for_all_of_it_sells_what_its_book_carries_and_the_rest_stays_guarded(closed):
    closed.account_there.closed_products["BTC-EUR"] = NOT_AVAILABLE
    show(closed, "BTC/USDC", 50000, size="0.04")

    await closed.sell_off()

    [first] = await closed.alerts(ExitFilled)
    assert (first.symbol, first.quantity, first.left_over) == ("BTC/USDC", D("0.04"), D("0.06"))
    assert first.left_over_why.startswith("BTC/USDC took no more; it stays guarded and is sold next")
    guard = await closed.guard()
    assert (guard.state, guard.quantity, guard.cost) == (GuardState.ARMED, D("0.06"), D(3600))
    closed.world.market.restore("coinbase", "BTC/USDC")
    await closed.sell_off()
    assert closed.world.ledger("coinbase").total("BTC") == D("0.2")
    assert (await closed.guard()).state is GuardState.CLOSED


@pytest.mark.fault("V146")
async def test_another_pair_is_taken_although_its_book_has_levels_of_size_zero(closed):
    closed.account_there.closed_products["BTC-EUR"] = NOT_AVAILABLE
    listing = closed.world.market.listing("coinbase", "BTC/USDC")
    closed.world.market.add(replace(listing, depth=(D("0.04"), D(0), D(5))))

    await closed.sell_off()

    [filled] = await closed.alerts(ExitFilled)
    assert (filled.symbol, filled.quantity) == ("BTC/USDC", D("0.1"))


async def test_a_price_that_fell_before_the_next_try_in_another_pair_is_looked_at_again(closed):
    closed.account_there.closed_products["BTC-EUR"] = NOT_AVAILABLE
    closed.account_there.closed_products["BTC-USDC"] = "INSUFFICIENT_FUND"
    await closed.look()
    await closed.clock.sleep(0.4)

    show(closed, "BTC/USDC", 20000)
    closed.account_there.closed_products.pop("BTC-USDC")
    await closed.clock.sleep(30)

    assert closed.world.ledger("coinbase").total("BTC") == D("0.3")


async def test_what_its_owner_requested_is_not_sold_for_less_through_another_pair(closed):
    closed.account_there.closed_products["BTC-EUR"] = NOT_AVAILABLE
    show(closed, "BTC/USDC", 49000)
    closed.world.market.override("coinbase", "BTC/USDC", Override(bid=D(49000), ask=D(49010)))
    await closed.read()
    offer = await closed.engine.closing.offer_close(OWNER_ID, "BTC")

    await closed.engine.closing.close(OWNER_ID, offer.confirmation_id)
    await closed.wait_for("exit ")

    assert closed.world.ledger("coinbase").total("BTC") == D("0.3")
    failing, *_ = await closed.alerts(ExitFailing)
    assert "BTC/USDC would bring 49000 USD a unit, less than" in why_of(failing)
