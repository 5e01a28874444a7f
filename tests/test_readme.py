"""What the README promises is there: its commands and its links."""

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import typer

from demo.cli import app
from engine.exits.exit_message import describe_exit
from engine.guards.guard_mark import trigger_of
from engine.market.mark import Mark, MarkBasis
from engine.model.money import exact
from engine.model.orders import CancelledOrder, Side, VenueOrderId
from handlers.registry import COMMANDS
from handlers.render.exits import render_exit
from handlers.render.html import plain_text
from handlers.render.times import Reader
from tests.builders import a_guard, an_exit_intent, an_exit_order, number

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


def test_the_example_is_what_one_fill_at_kraken_reads_as():
    quantity, price, at = (
        number("1.23765432"),
        number("3160.91"),
        datetime(2026, 11, 30, 18, 24, 41, tzinfo=UTC),
    )
    with exact():
        value, cost = quantity * price, quantity * 3208
        # What Kraken's taker pays.
        fee = value * number("0.004")
    guard = a_guard(str(quantity), str(cost), asset="ETH")
    trigger = trigger_of(guard, Mark(price=price, basis=MarkBasis.BID, at=at), now=at)
    order = replace(
        an_exit_order(str(quantity), str(value), str(fee)),
        symbol="ETH/USD",
        venue_order_id=VenueOrderId("OC7Y42-WGZGD-F37OOD"),
        closed_at=at + timedelta(milliseconds=57),
    )

    message = describe_exit(
        an_exit_intent(symbol="ETH/USD", asset="ETH", trigger=trigger),
        guard,
        order,
        cancelled=(CancelledOrder(side=Side.SELL, quantity=number("1.2"), price=number("3900")),),
        dust=None,
        found_later=False,
        heard_at=at,
        rate=number("1"),
    )

    [example] = re.findall(r"```text\n(.*?)\n```", README, re.DOTALL)
    assert plain_text(render_exit(message, Reader(now=at)).text) == example
