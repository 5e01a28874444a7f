"""Paper mode: live public prices, made-up money, the mark on every screen, and nothing private asked of any venue."""

import asyncio
import os
import re
import sqlite3
from contextlib import closing
from decimal import Decimal

import pytest

from demo.tour.records import read_guards
from handlers.registry import COMMANDS
from sandbox.world import ALPACA, COINBASE, KRAKEN, SandboxWorld
from tests.acceptance.ether import WAIT_S
from tests.bot.command_process import fork_command

MARK = " · PAPER"
BUY = "Buy BTC for $60.00 at"
KEYLESS = {
    "NIJA_MODE": "paper",
    **{f"NIJA_{v}_API_{half}": "" for v in ("KRAKEN", "COINBASE", "ALPACA") for half in ("KEY", "SECRET")},
}
VENUES = (KRAKEN, COINBASE, ALPACA)
#: By venue, what anybody may ask, as the tape names it.
PUBLIC = {
    KRAKEN: re.compile("Time|SystemStatus|Assets|AssetPairs|Ticker|Depth|OHLC|stream /v2"),
    COINBASE: re.compile("time|market/.*|stream /"),
    ALPACA: re.compile("GET /v1beta3/crypto/.*"),
}


def a_world():
    return SandboxWorld(venues=list(VENUES))


def private_calls(world):
    return [
        (venue, call.endpoint)
        for venue in VENUES
        for call in world.tape(venue).calls()
        if call.key or not PUBLIC[venue].fullmatch(call.endpoint)
    ]


async def ended(stage, **settings):
    """Start the bot with other settings, wait for its end, and return the exit code and its last words."""
    await stage.bot.stop()
    stage.bot.change_settings(**settings)
    await stage.bot.start()
    return await stage.bot.wait(), stage.bot.last_output(1)


def contents(database):
    with closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True)) as connection:
        return "\n".join(connection.iterdump())


async def bought(stage, venue=""):
    """Buy bitcoin, at a broker that may be named, and return the one it was bought at."""
    preview = await stage.owner.ask(f"/buy BTC 60 {venue}".strip(), timeout_s=WAIT_S)
    assert preview.text.startswith(f"Buy?{MARK}\n"), preview.text
    [button] = [b for row in preview.buttons for b in row if b.startswith(BUY)]
    stage.owner.press(preview, button)
    message = await stage.owner.wait_for("BOUGHT", WAIT_S, after=preview)
    assert message.text.startswith(f"BOUGHT{MARK}\n")
    return button.removeprefix(BUY).strip().lower()


@pytest.mark.parametrize("venue", VENUES)
async def test_without_a_key_a_buy_is_guarded_and_liquidated_and_nothing_private_is_asked(open_bot, venue):
    world = a_world()
    stage = await open_bot(world, **KEYLESS)
    balance = await stage.owner.ask("/balance", timeout_s=WAIT_S)
    assert "1,500.00" in balance.text
    assert balance.text.count("500.00") >= 4
    assert await bought(stage, venue) == venue
    [guard] = read_guards(stage.database)
    for command in ("/positions", "/why BTC", "/route BTC 50", "/status"):
        assert MARK in (await stage.owner.ask(command, timeout_s=WAIT_S)).text.split("\n")[0]

    await stage.bot.kill()
    greeting = await stage.start_bot()
    assert "No broker is sent an order, and no money is at risk." in greeting.text
    assert "guarded at" in (await stage.owner.ask("/positions", timeout_s=WAIT_S)).text
    price = world.market.book(venue, "BTC/USD").bid.price
    world.set_bid(venue, "BTC/USD", (price * Decimal("0.97")).quantize(Decimal("0.1")))
    sold = await stage.owner.wait_for("EMERGENCY LIQUIDATION", WAIT_S)

    assert sold.text.startswith(f"EMERGENCY LIQUIDATION{MARK}\n")
    # The ninth digit of what is guarded may be less than a lot.
    assert str(guard.quantity)[:10] in sold.text
    assert "paper, version" in (await stage.owner.ask("/status", timeout_s=WAIT_S)).text
    assert '"mode": "paper"' in stage.bot.log.read_text()
    assert all(world.tape(one).calls() for one in VENUES)
    assert private_calls(world) == []


async def test_every_command_answers_with_the_mark(open_bot):
    stage = await open_bot(a_world(), **KEYLESS)

    for command in COMMANDS:
        typed = f"/{command.name} BTC" if command.form else f"/{command.name}"
        answer = await stage.owner.ask(typed, timeout_s=WAIT_S)
        assert answer.text.partition("\n")[0].endswith(MARK), command.name


async def test_a_live_database_is_not_opened_on_paper(open_bot):
    stage = await open_bot(a_world(), NIJA_GUARD_EXISTING="none")
    assert private_calls(stage.world)
    await stage.bot.stop()
    before = contents(stage.database)

    code, words = await ended(stage, **KEYLESS)

    assert code == 2
    assert f"The database {stage.database} is of live accounts" in words
    assert contents(stage.database) == before


async def test_a_database_on_paper_is_not_opened_live(open_bot):
    stage = await open_bot(a_world(), **KEYLESS)
    await stage.bot.stop()
    before = contents(stage.database)

    code, words = await ended(stage, **{**stage.world.environment(stage.data_dir), "NIJA_MODE": "live"})

    assert code == 2
    assert f"The database {stage.database} is of accounts on paper" in words
    assert contents(stage.database) == before


async def test_a_reset_ends_the_guard_and_begins_with_the_dollars_it_names(open_bot):
    stage = await open_bot(a_world(), **KEYLESS)
    venue = await bought(stage)
    asked = await stage.owner.ask(f"/paper reset 700 {venue}", timeout_s=WAIT_S)
    assert asked.text.startswith(f"Reset?{MARK}\n")

    stage.owner.press(asked, "Reset to $700.00")
    done = await stage.owner.wait_for("it has $700.00 now", WAIT_S)

    assert "Guards that ended with it: BTC/USD" in done.text
    assert [guard.state for guard in read_guards(stage.database)] == ["closed"]
    assert "1,700.00" in (await stage.owner.ask("/balance", timeout_s=WAIT_S)).text

    await bought(stage)
    ended, armed = sorted(read_guards(stage.database), key=lambda guard: guard.state, reverse=True)
    assert (ended.state, armed.state) == ("closed", "armed")
    positions = await stage.owner.ask("/positions", timeout_s=WAIT_S)
    assert positions.text.count("guarded at") == 1
    assert str(armed.quantity)[:10] in positions.text


async def test_a_position_on_paper_is_closed_by_a_press(open_bot):
    stage = await open_bot(a_world(), **KEYLESS)
    await bought(stage)
    preview = await stage.owner.ask("/close BTC", timeout_s=WAIT_S)

    stage.owner.press(preview, next(b for row in preview.buttons for b in row if b.startswith("Sell")))
    sold = await stage.owner.wait_for("SOLD as you asked", WAIT_S)

    assert sold.text.startswith(f"SOLD as you asked{MARK}\n")
    assert private_calls(stage.world) == []


async def test_live_accounts_are_not_reset(open_bot):
    stage = await open_bot(SandboxWorld(venues=[KRAKEN]), NIJA_GUARD_EXISTING="none")

    answer = await stage.owner.ask("/paper reset 500", timeout_s=WAIT_S)

    assert answer.text.startswith("There is no account on paper to reset; nothing was changed.")
    assert MARK not in answer.text


async def test_the_doctor_finds_all_well_without_a_key(open_bot):
    stage = await open_bot(a_world(), **KEYLESS)
    await stage.bot.stop()
    stage.database.chmod(0o600)

    done = await asyncio.to_thread(
        fork_command, "doctor", "--env-file", os.devnull, environment=stage.bot.environment
    )

    assert done.returncode == 0, done.stdout
    assert "Kraken, Coinbase, Alpaca, on paper: no key is needed" in done.stdout
    assert "FAIL" not in done.stdout
    assert private_calls(stage.world) == []


async def test_what_pops_up_says_so_too(open_bot):
    stage = await open_bot(a_world(), **KEYLESS)
    shown = await stage.owner.ask("/status", timeout_s=WAIT_S)

    answer = await stage.owner.wait_for_answer(stage.owner.forge_press(shown, "zz:none"))

    assert answer.text.endswith(MARK)
