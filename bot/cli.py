"""The command `nija`: each command imports its work only when it is called."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bot.errors import CommandError

if TYPE_CHECKING:
    from bot.settings import Settings

app = typer.Typer(
    help="A Telegram bot that shows true balances, guards positions and routes trades by cost.",
    no_args_is_help=True,
    add_completion=False,
    # A rich traceback would show local variables, and with them secrets.
    pretty_exceptions_enable=False,
)

EnvFile = Annotated[Path, typer.Option(help="The file of settings; the environment goes before it.")]
Json = Annotated[bool, typer.Option("--json", help="Print JSON for a program to read.")]
ENV_FILE = Path(".env")


@app.command()
def run(env_file: EnvFile = ENV_FILE) -> None:
    """Run the bot until SIGTERM or Ctrl-C."""
    settings = _settings(env_file)
    from bot.bootstrap import run as run_bot

    raise typer.Exit(run_bot(settings))


@app.command()
def demo(
    *,
    tour: Annotated[bool, typer.Option("--tour", help="Play the story and check every step.")] = False,
    port: Annotated[int, typer.Option(help="Port of the demo's Telegram; 0 takes a free one.")] = 0,
    sabotage: Annotated[
        str | None, typer.Option(help="Break this step of the tour, to see it noticed.")
    ] = None,
) -> None:
    """Try everything on this machine: no token, no keys, no internet."""
    from bot.demo import main as run_demo

    raise typer.Exit(run_demo(tour=tour, port=port, sabotage=sabotage))


def main() -> None:
    """Run the command line; an error the owner can mend is one sentence and an exit code."""
    try:
        app()
    except CommandError as error:
        sys.stderr.write(f"{error}\n")
        sys.exit(error.exit_code)


def _settings(env_file: Path = ENV_FILE) -> "Settings":
    from bot.settings import load_settings

    return load_settings(env_file)
