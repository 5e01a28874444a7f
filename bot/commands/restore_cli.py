"""`nija restore`: compare the backup with what stands there, confirm, and put it in its place."""

import sys
from pathlib import Path

import typer

from bot.command_errors import CommandError
from bot.configuration.settings import Settings
from bot.storage.backup_text import render_age, render_contents, render_prepared
from bot.storage.upkeep import restore
from engine.clock import Clock
from engine.storage.backup import PreparedBackup, Restored

NO_TERMINAL = "Nothing was changed; --yes restores without asking."
_AFTER = (
    "Its guards wait: at its next start the bot compares them with the venues, and asks about what changed."
)


def restore_if_wanted(settings: Settings, file: Path, clock: Clock, *, yes: bool, as_json: bool) -> Restored:
    """Restore a backup unless its owner declines.

    Raises:
        CommandError: nothing was changed; the message states why.

    """

    def agrees(prepared: PreparedBackup) -> bool:
        if not as_json:
            typer.echo("\n".join(render_prepared(prepared, now=clock.now())))
        if yes or as_json or not sys.stdin.isatty():
            return yes
        return typer.confirm("Put the backup in its place?", default=False)

    done = restore(settings, file, clock, agrees=agrees)
    if done is None:
        raise CommandError(NO_TERMINAL)
    return done


def render_restored(done: Restored) -> list[str]:
    """Return what was done and where the replaced database lies."""
    return [
        f"Restored to {done.database}, revision {done.revision}.",
        *render_contents(done.contents),
        render_age(done.contents, done.replaced_contents),
        f"What stood there is kept as {done.replaced}." if done.replaced else "",
        done.note,
        _AFTER if done.contents is None or done.contents.guards else "",
    ]
