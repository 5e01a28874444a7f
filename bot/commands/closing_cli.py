"""`nija close`: show what the bot would sell, confirm, and have it sell."""

import json
import sys

import typer

from bot.commands.server_commands import confirm_close, preview_close
from bot.commands.socket import CommandAnswer
from bot.configuration.settings import Settings
from engine.model.venues import Venue

NOTHING_SOLD = "Nothing was sold."
NEEDS_TERMINAL = "Nothing was sold: without a terminal to answer in, only --yes sells."


def ask_to_close(settings: Settings, symbol: str, venue: Venue | None, *, sell: bool, as_json: bool) -> int:
    """Preview, confirm unless `sell` is set, and return the exit code: 0 when it is being sold.

    Raises:
        CommandError: no bot runs.

    """
    preview, outcome = preview_close(settings, symbol, venue), None
    if preview.confirmation is None or not sell:
        # What is confirmed already needs no question.
        _print(preview.text, as_json=as_json)
    if preview.confirmation is not None:
        if sell or _says_yes(as_json=as_json):
            outcome = confirm_close(settings, preview.confirmation)
            _print(outcome.text, as_json=as_json)
        else:
            _print(NOTHING_SOLD if sys.stdin.isatty() else NEEDS_TERMINAL, as_json=as_json)
    if as_json:
        typer.echo(json.dumps({"preview": preview.data, "outcome": outcome.data if outcome else None}))
    return _exit_code(outcome)


def _says_yes(*, as_json: bool) -> bool:
    if as_json or not sys.stdin.isatty():
        return False
    return typer.confirm("Sell now?", default=False)


def _print(text: str, *, as_json: bool) -> None:
    if not as_json:
        typer.echo(text)


def _exit_code(outcome: CommandAnswer | None) -> int:
    return 0 if outcome is not None and outcome.done else 1
