"""What the README promises is there: its commands and its links."""

import re
from pathlib import Path

import typer

from demo.cli import app
from handlers.registry import COMMANDS

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text()
CHAT_COMMAND = re.compile(r"`(/[^`]+)`")
SERVER_COMMAND = re.compile(r"`nija ([a-z][a-z ]*[a-z])")
LINK = re.compile(r"\]\(([^)]+)\)")


def server_commands():
    group = typer.main.get_command(app)
    for name, command in group.commands.items():
        below = getattr(command, "commands", None)
        yield from [f"{name} {verb}" for verb in below] if below else [name]


def test_every_chat_command_has_its_row_with_what_may_be_said_after_it():
    commands = [f"/{command.name} {command.form}".strip() for command in COMMANDS]
    rows = [line.split("|")[1] for line in README.splitlines() if line.startswith("| `/")]

    assert sorted(CHAT_COMMAND.findall(" ".join(rows))) == sorted(commands)


def test_every_command_of_the_server_is_named_and_every_named_one_is_there():
    assert set(SERVER_COMMAND.findall(README)) == set(server_commands())


def test_every_link_leads_to_something():
    links = [link for link in LINK.findall(README) if not link.startswith("https://")]

    assert [link for link in links if not (ROOT / link).exists()] == []


def test_it_is_read_at_one_sitting():
    assert len(README.splitlines()) <= 120
