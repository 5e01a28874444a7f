"""What was there before the bot is guarded as its owner says, and never sold by arming."""

import sqlite3
from contextlib import closing
from decimal import Decimal

import pytest

from demo.tour.records import read_guards
from engine.model.money import exact
from handlers.render.numbers import MINUS, money, price
from sandbox.world import KRAKEN, Bought, Opening, SandboxWorld, Story
from tests.acceptance.ether import WAIT_S, guarded, sales, until

WINNER = Bought(symbol="SOL/USD", quantity=Decimal(20), price=Decimal(120))
LOSER = Bought(symbol="ADA/USD", quantity=Decimal(1000), price=Decimal("0.5"))


@pytest.fixture
def world():
    """SOL above its cost, ADA 17.2 % below it, and bitcoin that came from elsewhere."""
    opening = Opening(purchases=(WINNER, LOSER), deposits={"BTC": Decimal("0.05")})
    return SandboxWorld(venues=[KRAKEN], story=Story(openings={KRAKEN: opening}))


def assets(stage):
    return [guard.asset for guard in read_guards(stage.database)]


async def met(stage):
    """Wait until the bot has met the account."""

    def known():
        with closing(sqlite3.connect(f"file:{stage.database}?mode=ro", uri=True)) as connection:
            return connection.execute("SELECT asset FROM known_assets").fetchall()

    await until(known)


async def settle(stage):
    """Let the guard take a few turns after everything that was said before."""
    await stage.owner.ask("/help")
    await stage.world.tape(KRAKEN).wait_for(
        "Ticker", len(stage.world.tape(KRAKEN).calls("Ticker")) + 3, timeout_s=WAIT_S
    )


async def test_ask_guards_nothing_before_the_owner_answers(open_bot, world):
    stage = await open_bot(world, NIJA_GUARD_EXISTING="ask")

    question = await stage.owner.wait_for("Guard these positions?", WAIT_S)

    assert "would be sold now: −17.20 %, −$86.00" in question.text  # noqa: RUF001 - as it is shown
    assert assets(stage) == []


async def test_all_guards_what_has_an_entry_and_asks_about_what_would_be_sold(open_bot, world):
    stage = await open_bot(world, NIJA_GUARD_EXISTING="all")

    question = await stage.owner.wait_for("Sell at once?", WAIT_S)
    await settle(stage)

    assert assets(stage) == ["SOL"]
    assert "ADA/USD" in question.text
    assert "SOL/USD" not in question.text
    assert sales(world) == []


async def test_none_guards_nothing_and_does_not_ask(open_bot, world):
    stage = await open_bot(world, NIJA_GUARD_EXISTING="none")

    await met(stage)
    await stage.owner.ask("/help")

    assert assets(stage) == []
    assert not [
        one for one in stage.owner.messages if "Guard these" in one.text or "Sell at once" in one.text
    ]


async def test_a_loser_is_sold_only_after_its_own_confirmation(open_bot, world):
    stage = await open_bot(world, NIJA_GUARD_EXISTING="all")
    question = await stage.owner.wait_for("Sell at once?", WAIT_S)
    await settle(stage)
    assert sales(world) == []

    stage.owner.press(question, "Guard ADA Kraken and sell now")
    await stage.owner.wait_for("EMERGENCY LIQUIDATION", WAIT_S)

    assert [(fill.listing.base, fill.quantity) for fill in sales(world)] == [("ADA", Decimal(1000))]


async def test_a_position_is_guarded_and_unguarded_by_command(open_bot, world):
    stage = await open_bot(world, NIJA_GUARD_EXISTING="none")
    await met(stage)

    question = await stage.owner.ask("/guard SOL kraken", timeout_s=WAIT_S)
    stage.owner.press(question, "Guard from cost")
    guard = await guarded(stage, "SOL")
    answer = await stage.owner.ask("/unguard SOL", timeout_s=WAIT_S)
    stage.owner.press(answer, "Stop guarding")
    await stage.owner.wait_for("Not guarded any more", WAIT_S)

    assert (guard.quantity, guard.cost) == (Decimal(20), Decimal(2400))
    assert [guard.state for guard in read_guards(stage.database)] == ["closed"]


async def test_an_answer_counts_once(open_bot, world):
    stage = await open_bot(world, NIJA_GUARD_EXISTING="ask")
    question = await stage.owner.wait_for("Guard these positions?", WAIT_S)
    stage.owner.press(question, "Guard all from today's price")
    await stage.owner.wait_for("Guarded", WAIT_S, after=question)
    before = read_guards(stage.database)

    again = stage.owner.press(question, "Guard all from today's price", stale=True)
    answer = await stage.owner.wait_for_answer(again)

    assert answer.show_alert
    assert {guard.asset for guard in before} == {"ADA", "BTC", "SOL"}
    assert read_guards(stage.database) == before


async def test_what_is_guarded_from_today_s_price_has_one_result_on_every_screen(open_bot, world):
    stage = await open_bot(world, NIJA_GUARD_EXISTING="none")
    await met(stage)
    question = await stage.owner.ask("/guard ADA", timeout_s=WAIT_S)
    stage.owner.press(question, "Guard from today's price")
    await guarded(stage, "ADA")
    await stage.owner.wait_for("Guarded", WAIT_S, after=question)

    shown = await stage.owner.ask("/positions", timeout_s=WAIT_S)
    asked = await stage.owner.ask("/unguard ADA", timeout_s=WAIT_S)
    preview = await stage.owner.ask("/close ADA", timeout_s=WAIT_S)

    positions, close = (" ".join(screen.text.split()) for screen in (shown, preview))
    assert f"PnL {MINUS}17.20 %, {MINUS}$86.00 Net if sold now {MINUS}$87.66" in positions
    assert f"Net if sold now {MINUS}$87.66 Against the guard's price $0.414: {MINUS}$1.66" in close
    assert f"guarded at {MINUS}1.00 %, now 0.00 % against $0.414, sold at $0.40986 or less" in asked.text
    assert f"\n{MINUS}17.20 %, {MINUS}$86.00 from cost $0.50" in asked.text


async def test_a_sale_that_made_money_is_reported_as_one_although_it_lost_against_the_guard_s_price(
    open_bot, world
):
    stage = await open_bot(world, NIJA_GUARD_EXISTING="none")
    await met(stage)
    question = await stage.owner.ask("/guard SOL", timeout_s=WAIT_S)
    stage.owner.press(question, "Guard from today's price")
    guard = await guarded(stage, "SOL")
    await stage.owner.wait_for("Guarded", WAIT_S, after=question)

    world.set_bid(
        KRAKEN, "SOL/USD", (guard.cost / guard.quantity * Decimal("0.985")).quantize(Decimal("0.01"))
    )
    alert = await stage.owner.wait_for("EMERGENCY LIQUIDATION", WAIT_S)
    history = await stage.owner.ask("/history", timeout_s=WAIT_S)

    [sold] = sales(world)
    with exact():
        realised = sold.quantity * (sold.price - WINNER.price) - sold.fee
        against = sold.quantity * sold.price - guard.cost - sold.fee
    assert realised > 0 > against
    for screen in (alert, history):
        text = " ".join(screen.text.split())
        assert f"Realised PnL {money(realised, signed=True)}" in text
        assert f"Against the guard's price {price(guard.cost / guard.quantity)}: {money(against)}" in text
