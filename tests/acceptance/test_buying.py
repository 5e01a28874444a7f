"""A buy in chat: previewed, confirmed once, guarded from its first fill, and sold by its guard."""

from decimal import Decimal

import pytest

from demo.tour.records import read_guards
from sandbox.faults import Fault, FaultKind
from sandbox.world import KRAKEN, Opening, SandboxWorld, Story
from tests.acceptance.ether import WAIT_S, until

BUY = "Buy BTC for $30.00 at Kraken"


def dollars(usd):
    return SandboxWorld(
        venues=[KRAKEN], story=Story(openings={KRAKEN: Opening(deposits={"USD": Decimal(usd)})})
    )


def fills(world):
    return world.ledger(KRAKEN).fills


async def test_a_buy_is_confirmed_guarded_seen_and_sold_at_the_stop(open_bot):
    world = dollars(300)
    stage = await open_bot(world)
    preview = await stage.owner.ask("/buy BTC", timeout_s=WAIT_S)
    assert preview.text.startswith("Buy?\nBuy BTC/USD for $30.00: 10 % of total equity, $300.00.")
    for said in ("Chosen: Kraken", "Round trip", "Stop ", "Target "):
        assert said in preview.text
    assert fills(world) == []

    stage.owner.press(preview, BUY)
    stage.owner.press(preview, BUY, stale=True)
    bought = await stage.owner.wait_for("BOUGHT", WAIT_S)

    [fill] = fills(world)
    assert bought.text.startswith("BOUGHT")
    for said in ("Kraken", "BTC/USD", "Fill price", "Fee", "Slippage", fill.order_id, "Stop ", "Target "):
        assert said in bought.text
    assert Decimal(29) < fill.quantity * fill.price + fill.fee <= 30
    [guard] = read_guards(stage.database)
    assert guard.quantity == fill.quantity
    positions = await stage.owner.ask("/positions", timeout_s=WAIT_S)
    assert "guarded at" in positions.text

    world.set_bid(KRAKEN, "BTC/USD", (fill.price * Decimal("0.98")).quantize(Decimal("0.1")))
    sold = await stage.owner.wait_for("EMERGENCY LIQUIDATION", WAIT_S)

    assert sold.text.startswith("EMERGENCY LIQUIDATION")
    assert [one.quantity for one in fills(world)] == [fill.quantity, fill.quantity]
    assert world.ledger(KRAKEN).total("BTC") == 0


async def test_what_was_bought_is_sold_at_its_target_with_a_profit(open_bot):
    world = dollars(300)
    stage = await open_bot(world)
    preview = await stage.owner.ask("/buy BTC 30", timeout_s=WAIT_S)
    stage.owner.press(preview, BUY)
    await stage.owner.wait_for("BOUGHT", WAIT_S)
    [bought] = fills(world)

    world.set_bid(KRAKEN, "BTC/USD", (bought.price * Decimal("1.02")).quantize(Decimal("0.1")))
    sold = await stage.owner.wait_for("TAKE PROFIT", WAIT_S)

    assert sold.text.startswith("TAKE PROFIT")
    assert [one.quantity for one in fills(world)] == [bought.quantity, bought.quantity]
    assert world.ledger(KRAKEN).total("USD") > 300


@pytest.mark.fault("V155")
@pytest.mark.parametrize(
    ("kind", "delay_s"),
    [
        pytest.param(FaultKind.DELAY_AFTER, 60, id="filled, and not answered"),
        pytest.param(FaultKind.DELAY_BEFORE, 0.5, id="filled while nobody watches"),
    ],
)
async def test_a_buy_that_a_kill_cut_off_is_found_guarded_and_told_once(open_bot, kind, delay_s):
    world = dollars(300)
    stage = await open_bot(world)
    preview = await stage.owner.ask("/buy BTC 30", timeout_s=WAIT_S)
    world.faults(KRAKEN).add(Fault(kind=kind, endpoint="AddOrder", delay_s=delay_s))

    stage.owner.press(preview, BUY)
    await world.tape(KRAKEN).wait_for("AddOrder", timeout_s=WAIT_S)
    await stage.bot.kill()
    await until(lambda: fills(world))
    await stage.start_bot()
    bought = await stage.owner.wait_for("BOUGHT", WAIT_S)

    [fill] = fills(world)
    [guard] = read_guards(stage.database)
    assert "The venue's answer was lost; the fill was found by asking it again." in bought.text
    assert guard.quantity == fill.quantity
    assert len(world.tape(KRAKEN).calls("AddOrder")) == 1


@pytest.mark.fault("V156")
async def test_a_buy_that_a_kill_kept_from_its_venue_is_given_up_by_the_next_start(open_bot):
    world = dollars(300)
    stage = await open_bot(world)
    preview = await stage.owner.ask("/buy BTC 30", timeout_s=WAIT_S)
    world.faults(KRAKEN).add(Fault(kind=FaultKind.DROP_BEFORE, endpoint="AddOrder"))

    stage.owner.press(preview, BUY)
    await world.tape(KRAKEN).wait_for("AddOrder", timeout_s=WAIT_S)
    await stage.bot.kill()
    await stage.start_bot()
    told = await stage.owner.wait_for("Not bought", 2 * WAIT_S)

    assert "The order never arrived at Kraken, and can no longer." in told.text
    assert (fills(world), read_guards(stage.database)) == ([], ())
    assert len(world.tape(KRAKEN).calls("AddOrder")) == 1


async def test_the_second_of_two_buys_is_refused_with_what_the_first_reserved(open_bot):
    world = dollars(100)
    stage = await open_bot(world)
    first = await stage.owner.ask("/buy BTC 60", timeout_s=WAIT_S)
    second = await stage.owner.ask("/buy ETH 60", timeout_s=WAIT_S)

    stage.owner.press(first, "Buy BTC for $60.00 at Kraken")
    stage.owner.press(second, "Buy ETH for $60.00 at Kraken")
    refused = await stage.owner.wait_for("Not bought", WAIT_S)
    await stage.owner.wait_for("BOUGHT", WAIT_S)

    assert "reserved by other buys" in refused.text or "free at Kraken; it needs $61.20" in refused.text
    assert len(fills(world)) == 1


async def test_halted_between_preview_and_press_nothing_is_bought(open_bot):
    world = dollars(300)
    stage = await open_bot(world)
    preview = await stage.owner.ask("/buy BTC 30", timeout_s=WAIT_S)
    await stage.owner.ask("/halt", timeout_s=WAIT_S)

    stage.owner.press(preview, BUY)
    refused = await stage.owner.wait_for("Not bought", WAIT_S)

    assert "/resume allows them again" in refused.text
    assert fills(world) == []
    assert read_guards(stage.database) == ()
    assert not world.ledger(KRAKEN).orders
