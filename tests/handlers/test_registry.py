import re

from telegram.constants import BotCommandLimit

from engine.users.roles import Role, may
from handlers.menu import menu_of
from handlers.registry import COMMANDS

_DESIGNED = {"start", "help", "balance", "positions", "route", "why", "guard", "unguard", "status"} | {
    "close",
    "closeall",
    "sell",
    "orders",
    "cancel",
    "panic",
    "target",
    "stop",
    "history",
    "halt",
    "resume",
    "pnl",
    "fees",
    "export",
}


def test_every_command_of_the_design_is_there_once():
    names = [command.name for command in COMMANDS]

    assert len(names) == len(set(names))
    assert set(names) >= _DESIGNED


def test_every_command_has_help_and_says_what_a_failure_did_not_do():
    for command in COMMANDS:
        assert command.help.strip()
        assert command.not_done.endswith(".")


def test_the_menu_is_what_telegram_takes():
    menu = menu_of(COMMANDS)

    assert [line.command for line in menu] == [command.name for command in COMMANDS]
    for line in menu:
        assert re.fullmatch(r"[a-z0-9_]{1,32}", line.command)
        assert 1 <= len(line.description) <= BotCommandLimit.MAX_DESCRIPTION


def test_only_commands_that_ask_before_changing_need_more_than_looking():
    changing = {command.name for command in COMMANDS if not may(Role.VIEWER, command.role)}

    assert changing == {
        "buy",
        "guard",
        "unguard",
        "close",
        "closeall",
        "sell",
        "cancel",
        "panic",
        "paper",
        "target",
        "stop",
        "halt",
        "resume",
        "settings",
        "invite",
        "users",
    }


async def test_telegram_accepts_the_menu(application, server):
    await application.bot.set_my_commands(menu_of(COMMANDS))

    assert [line["command"] for line in server.commands] == [command.name for command in COMMANDS]


async def test_help_lists_every_command_in_one_line(owner):
    lines = (await owner.ask("/help")).text.split("\n")[1:]

    assert len(lines) == len(COMMANDS)
    for command, line in zip(COMMANDS, lines, strict=True):
        assert line.startswith(f"/{command.name}")
        assert command.help in line
