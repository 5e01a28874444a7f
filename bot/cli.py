"""The command `nija`: each command imports its work only when it is called."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bot.command_errors import CommandError, SettingsError
from bot.imports import nothing_collected

if TYPE_CHECKING:
    from bot.configuration.settings import Settings

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


def _print_version(*, wanted: bool) -> None:
    if wanted:
        from importlib.metadata import version

        typer.echo(f"nija {version('nija')}")
        raise typer.Exit


@app.callback()
def nija(
    *,
    version: Annotated[
        bool,
        typer.Option(
            "--version",
            help="Print the version.",
            is_eager=True,
            callback=lambda wanted: _print_version(wanted=wanted),
        ),
    ] = False,
) -> None:
    """Take what stands before the command."""


@app.command()
def run(env_file: EnvFile = ENV_FILE) -> None:
    """Run the bot until SIGTERM or Ctrl-C."""
    with nothing_collected():
        settings = _settings(env_file)
        from bot.bootstrap import run as run_bot
    raise typer.Exit(run_bot(settings))


@app.command()
def doctor(env_file: EnvFile = ENV_FILE, *, as_json: Json = False) -> None:
    """Check settings, token, keys, clocks, database and disk, and advise what to do."""
    try:
        settings = _settings(env_file)
    except SettingsError as error:
        if not env_file.is_file():
            raise
        from bot.doctor.report import report_wrong_settings

        report_wrong_settings(error, env_file, as_json=as_json, write=typer.echo)
        raise typer.Exit(error.exit_code) from None
    import asyncio

    from bot.bootstrap import open_links
    from bot.configuration.settings_sources import find_sources
    from bot.doctor.report import report
    from bot.logs.redaction import LogRedactor
    from bot.logs.setup import configure_logs
    from engine.clock import SystemClock

    configure_logs(level="ERROR", output=settings.log_format, redactor=LogRedactor(settings.secrets()))
    reporting = report(
        settings,
        sources=find_sources(env_file),
        clock=SystemClock(),
        connect=open_links,
        as_json=as_json,
        write=typer.echo,
    )
    raise typer.Exit(asyncio.run(reporting))


@app.command()
def migrate(env_file: EnvFile = ENV_FILE, *, as_json: Json = False) -> None:
    """Bring the database to the newest revision, after a backup."""
    settings = _settings(env_file)
    from bot.storage.upkeep import migrate as run_migration
    from engine.clock import SystemClock

    done = run_migration(settings, SystemClock())
    lines = [f"The database is at revision {done.to_revision}."]
    if done.backup:
        kept = f"Before: revision {done.from_revision}, kept in {done.backup.file}."
        lines += [kept, done.backup.note]
    _print(lines, done, as_json=as_json)


@app.command()
def backup(file: Path, env_file: EnvFile = ENV_FILE, *, as_json: Json = False) -> None:
    """Copy the database into FILE and check the copy; the bot may go on running."""
    settings = _settings(env_file)
    from bot.storage.backup_text import render_contents
    from bot.storage.upkeep import backup as make_backup

    done = make_backup(settings, file)
    size = f"{done.size_bytes:,} bytes, revision {done.revision}"
    lines = [f"Copied to {done.file} and checked: {size}.", *render_contents(done.contents), done.note]
    _print(lines, done, as_json=as_json)


@app.command()
def restore(
    file: Path,
    env_file: EnvFile = ENV_FILE,
    *,
    yes: Annotated[bool, typer.Option("--yes", help="Restore without asking.")] = False,
    as_json: Json = False,
) -> None:
    """Put the backup FILE in the database's place, after showing both; stop the bot first."""
    settings = _settings(env_file)
    from bot.commands.restore_cli import render_restored, restore_if_wanted
    from engine.clock import SystemClock

    done = restore_if_wanted(settings, file, SystemClock(), yes=yes, as_json=as_json)
    _print(render_restored(done), done, as_json=as_json)


@app.command()
def halt(env_file: EnvFile = ENV_FILE, *, as_json: Json = False) -> None:
    """Stop buys; guards go on selling. Works beside the bot and without it."""
    _change_entries(env_file, verb="halt", as_json=as_json)


@app.command()
def resume(env_file: EnvFile = ENV_FILE, *, as_json: Json = False) -> None:
    """Allow buys again. Works beside the bot and without it."""
    _change_entries(env_file, verb="resume", as_json=as_json)


@app.command()
def close(
    symbol: str,
    env_file: EnvFile = ENV_FILE,
    *,
    broker: Annotated[str | None, typer.Option(help="Only at this broker.")] = None,
    yes: Annotated[bool, typer.Option("--yes", help="Sell without asking.")] = False,
    as_json: Json = False,
) -> None:
    """Let the running bot sell all of SYMBOL now, after a preview."""
    from bot.commands.closing_cli import ask_to_close
    from handlers.arguments import parse_symbol, parse_venue

    named, venue = parse_symbol(symbol), parse_venue(broker) if broker else None
    if named is None:
        raise typer.BadParameter(f"{symbol} is not a symbol; BTC or BTC/USD is one.")
    if broker and venue is None:
        raise typer.BadParameter(f"{broker} is not a broker; kraken, coinbase and alpaca are.")
    settings = _settings(env_file)
    raise typer.Exit(ask_to_close(settings, named, venue, sell=yes, as_json=as_json))


nonce = typer.Typer(help="The counters that API keys sign with.", no_args_is_help=True)
app.add_typer(nonce, name="nonce")


@nonce.command()
def show(env_file: EnvFile = ENV_FILE, *, as_json: Json = False) -> None:
    """List every key's broker, fingerprint, last nonce, its age and how many were issued."""
    settings = _settings(env_file)
    import asyncio

    from bot.commands.nonce_lines import brokers_by_fingerprint, render_nonce, with_broker
    from bot.storage.upkeep import list_nonces
    from engine.clock import SystemClock

    clock = SystemClock()
    brokers = brokers_by_fingerprint(settings)
    found = tuple(with_broker(one, brokers) for one in asyncio.run(list_nonces(settings, clock)))
    lines = [render_nonce(one, now=clock.now()) for one in found]
    _print(lines or ["No key has been used yet."], found, as_json=as_json)


owner = typer.Typer(help="The owners of the bot.", no_args_is_help=True)
app.add_typer(owner, name="owner")


@owner.command()
def move(old: int, new: int, env_file: EnvFile = ENV_FILE) -> None:
    """Give what is OLD's to the Telegram id NEW, as after a lost account; stop the bot first."""
    settings = _settings(env_file)
    from bot.commands.owner_move_cli import move_owner
    from engine.clock import SystemClock

    typer.echo(move_owner(settings, SystemClock(), old=old, new=new))


def main() -> None:
    """Run the command line; an error the owner can mend is one sentence and an exit code."""
    try:
        app()
    except CommandError as error:
        sys.stderr.write(f"{error}\n")
        sys.exit(error.exit_code)
    except Exception as error:
        from bot.storage.storage_text import storage_sentence

        sentence = storage_sentence(error)
        if sentence is None:
            raise
        sys.stderr.write(f"{sentence}\n")
        sys.exit(CommandError.exit_code)


def _settings(env_file: Path = ENV_FILE) -> "Settings":
    from bot.configuration.settings_sources import load_settings

    return load_settings(env_file)


def _change_entries(env_file: Path, *, verb: str, as_json: bool) -> None:
    settings = _settings(env_file)
    from bot.commands.server_commands import change_entries
    from engine.clock import SystemClock

    answer = change_entries(settings, SystemClock(), verb=verb)
    _print([answer.text], answer.data, as_json=as_json)
    raise typer.Exit(0 if answer.done else 1)


def _print(lines: list[str], found: object, *, as_json: bool) -> None:
    if as_json:
        from pydantic import TypeAdapter

        typer.echo(TypeAdapter(type(found)).dump_json(found, by_alias=True).decode())
    else:
        typer.echo("\n".join(filter(None, lines)))
