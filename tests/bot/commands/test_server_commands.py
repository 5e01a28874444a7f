import asyncio
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from types import SimpleNamespace

import pytest
from sqlmodel import select

from bot.command_errors import CommandError, SettingsError
from bot.commands.closing_cli import ask_to_close
from bot.commands.owner_move_cli import move_owner
from bot.commands.server_commands import ServerCommands, change_entries, preview_close
from bot.commands.socket import CommandSocket
from bot.storage.upkeep import migrate
from bot.supervision.lease import AlreadyRunningError, hold_data_dir
from engine.alerts.messages import load_message
from engine.alerts.table import AlertRow
from engine.entries.halts import HaltedBy, HaltSwitch
from engine.model.guard_reasons import GuardReason
from engine.offers.closing_preview import Selling, ShownAgain, Worsening
from engine.offers.not_held import NotHeld, Wanted
from engine.offers.outcomes import Nothing
from engine.orders.states import IntentState
from engine.storage.database import Database
from engine.users.accounts import KeyOrigin
from tests.bot.database import migrated
from tests.bot.hand_clock import HandClock
from tests.bot.storage.test_database_mode import file_with
from tests.handlers.exit_values import close_line, close_preview, exit_record, manual, trigger, unsellable
from tests.handlers.render.test_render_manual_close import MANUAL
from tests.rows import load_rows

OWNERS = (7, 8)


def an_exit(intent_id):
    reported = exit_record(intent_id=intent_id, trigger=trigger(manual=manual()))
    return replace(reported, alert=MANUAL)


class SleepingClock(HandClock):
    """A clock that a sleep moves on."""

    async def sleep(self, seconds):
        self.pass_time(seconds)


class Engine:
    """The closing side of a bot, answering what it is told to."""

    def __init__(self):
        self.calls = []
        self.offer, self.outcome = close_preview(), Selling(lines=(close_line(),))
        self.exits, self.sold = (an_exit("before"),), ()

    async def offer_close(self, user_id, symbol=None, venue=None):
        self.calls.append(("offer", user_id, symbol, venue))
        return self.offer

    async def close(self, user_id, confirmation_id):
        self.calls.append(("close", user_id, confirmation_id))
        self.exits = (*self.sold, *self.exits)
        return self.outcome

    async def fetch_exits(self, user_id, symbol=None):
        return self.exits


@pytest.fixture
def engine():
    return Engine()


@pytest.fixture
def clock():
    return SleepingClock()


@pytest.fixture
async def database(tmp_path):
    async with migrated(tmp_path, owners=OWNERS) as ready:
        yield ready


@pytest.fixture
def halts(database, clock):
    return HaltSwitch(database=database, clock=clock)


@pytest.fixture
def commands(engine, halts, clock):
    return ServerCommands(closing=engine, halts=halts, history=engine, owner_ids=OWNERS, clock=clock)


async def test_each_change_from_the_server_is_told_to_every_owner_once(commands, database, clock):
    for verb in ("halt", "halt", "resume", "resume"):
        await commands.respond({"verb": verb})
        clock.pass_time(1)

    async with database.read() as session:
        reported = [
            (row.user_id, load_message(row.data).halted) for row in await load_rows(session, select(AlertRow))
        ]
    assert reported == [(7, True), (8, True), (7, False), (8, False)]


async def test_a_change_from_the_chat_is_answered_there_and_reported_nowhere_else(halts, database):
    await halts.halt(7, by=HaltedBy.CHAT)
    await halts.resume(7)

    async with database.read() as session:
        assert await load_rows(session, select(AlertRow)) == []


async def test_halt_and_resume_speak_for_every_owner(commands, halts):
    stopped = await commands.respond({"verb": "halt"})
    halted = [await halts.fetch_halt(owner) for owner in OWNERS]
    allowed = await commands.respond({"verb": "resume"})

    assert stopped.done
    assert stopped.data == {"halted": True, "since": "2026-11-22T12:00:00+00:00"}
    assert "Stopped from the server" in stopped.text
    assert [halt.by for halt in halted] == [HaltedBy.SERVER] * 2
    assert allowed.data == {"halted": False, "since": None}


async def test_close_shows_first_and_sells_with_what_it_showed(commands, engine):
    shown = await commands.respond({"verb": "close", "symbol": "btc", "broker": "kraken"})
    sold = await commands.respond({"verb": "close", "confirmation": shown.confirmation})

    assert engine.calls == [("offer", 7, "BTC", "kraken"), ("close", 7, "sell1")]
    assert not shown.done
    assert "Nothing is sold without your yes." in shown.text
    assert shown.data["lines"][0]["quantity"] == "0.12"
    assert sold.done
    assert "Selling now" in sold.text
    assert "Not filled yet after 20 s" in sold.text
    assert "/history" in sold.text


async def test_the_fill_is_reported_once_the_journal_has_it(commands, engine):
    engine.sold = (an_exit("now"),)

    sold = await commands.respond({"verb": "close", "confirmation": "sell1"})

    assert sold.text.count("sold 0.12 at $63,020.00") == 1
    assert "Realised PnL" in sold.text
    assert "Not filled yet" not in sold.text


async def test_a_sale_that_ended_unsold_is_reported_with_its_reason_and_not_waited_for(
    commands, engine, clock
):
    ended = exit_record(
        intent_id="now",
        trigger=trigger(manual=manual()),
        state=IntentState.REFUSED,
        filled_quantity=Decimal(0),
        cost=None,
        fills=(),
        life=((3, IntentState.PLANNED, IntentState.REFUSED, GuardReason.PRICE_WORSE, ""),),
    )
    engine.sold, began_at = (ended,), clock.monotonic()

    answer = await commands.respond({"verb": "close", "confirmation": "sell1"})

    assert not answer.done
    assert "the price has moved against you by more than 1 %" in answer.text
    assert "NIJA goes on" not in answer.text
    assert clock.monotonic() == began_at


async def test_what_is_not_held_is_said(commands, engine):
    engine.offer = Nothing(why=NotHeld(symbol="BTC", venue=None, wanted=Wanted.SELL))

    answer = await commands.respond({"verb": "close", "symbol": "BTC", "broker": None})

    why = "You hold no BTC at any of your brokers; nothing was sold. /positions shows what you hold."
    assert (answer.done, answer.text, answer.confirmation) == (False, why, None)
    assert answer.data == {"why": why}


@pytest.mark.parametrize(
    "request_",
    [
        {},
        {"verb": "withdraw"},
        {"verb": "close"},
        {"verb": "close", "symbol": 5, "broker": None},
        {"verb": "close", "symbol": "!", "broker": None},
        {"verb": "close", "symbol": "BTC", "broker": "binance"},
    ],
)
async def test_nothing_else_is_a_command(commands, engine, request_):
    answer = await commands.respond(request_)

    assert not answer.done
    assert engine.calls == []


def settings_of(folder, owner_ids=OWNERS, mode="live"):
    url = f"sqlite+aiosqlite:///{folder}/nija.db"
    return SimpleNamespace(data_dir=folder, database_url=url, owner_ids=owner_ids, mode=mode)


def test_without_a_bot_the_stop_is_written_down(tmp_path):
    settings, clock = settings_of(tmp_path), HandClock()

    answer = change_entries(settings, clock, verb="halt")

    async def stored():
        database = Database(settings.database_url)
        try:
            return await HaltSwitch(database=database, clock=clock).fetch_halt(8)
        finally:
            await database.dispose()

    assert answer.done
    assert "nothing is watched or sold until `nija run`" in answer.text
    assert "guards keep selling" not in answer.text
    assert asyncio.run(stored()).since == datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


def test_nobody_knows_whose_entries_are_meant_without_owners(tmp_path):
    with pytest.raises(SettingsError, match="NIJA_OWNER_IDS"):
        change_entries(settings_of(tmp_path, ()), HandClock(), verb="halt")


COMMANDS = {
    "halt": lambda settings: change_entries(settings, HandClock(), verb="halt"),
    "close": lambda settings: preview_close(settings, "BTC", None),
    "migrate": lambda settings: migrate(settings, HandClock()),
    "owner move": lambda settings: move_owner(settings, HandClock(), old=1, new=7),
}


@pytest.mark.parametrize("command", COMMANDS.values(), ids=COMMANDS)
def test_no_command_touches_a_database_of_the_other_mode(tmp_path, command):
    async def make():
        async with migrated(tmp_path) as database:
            await file_with(database, KeyOrigin.ENVIRONMENT)

    asyncio.run(make())
    file = tmp_path / "nija.db"
    before = file.read_bytes()

    with pytest.raises(SettingsError, match="of live accounts"):
        command(settings_of(tmp_path, mode="paper"))

    assert file.read_bytes() == before


def test_a_data_dir_held_by_something_deaf_is_left_alone(tmp_path):
    with hold_data_dir(tmp_path), pytest.raises(AlreadyRunningError):
        change_entries(settings_of(tmp_path), HandClock(), verb="halt")


def test_close_without_a_bot_sells_nothing_and_says_how(tmp_path):
    with pytest.raises(CommandError, match="only the bot uses its keys"):
        ask_to_close(settings_of(tmp_path), "BTC", None, sell=True, as_json=False)


@pytest.fixture
async def ask(tmp_path, commands):
    """Run the command in a thread beside the listening bot."""
    listening = CommandSocket(tmp_path, respond=commands.respond)
    await listening.start()

    async def run(**options):
        choices = {"sell": False, "as_json": False, **options}
        return await asyncio.to_thread(ask_to_close, settings_of(tmp_path), "BTC", None, **choices)

    yield run
    await listening.stop()


async def test_yes_sells_and_shows_no_question(ask, engine, capsys):
    assert await ask(sell=True) == 0
    assert engine.calls[-1] == ("close", 7, "sell1")
    assert "Nothing is sold without your yes" not in capsys.readouterr().out


@pytest.mark.parametrize("as_json", [False, True])
async def test_nobody_to_ask_sells_nothing(ask, engine, as_json):
    assert await ask(as_json=as_json) == 1
    assert [call[0] for call in engine.calls] == ["offer"]


async def test_a_price_that_moved_sells_nothing_and_is_exit_code_1(ask, engine):
    engine.outcome = close_preview(again=ShownAgain(why=Worsening.PRICE, symbol="BTC/USD"))

    assert await ask(sell=True) == 1


async def test_nothing_sellable_asks_nothing(ask, engine):
    engine.offer = close_preview(unsellable(), confirmation_id=None)

    assert await ask(sell=True) == 1
    assert [call[0] for call in engine.calls] == ["offer"]
