"""What a copy of the database holds, in sentences for whoever keeps it."""

from datetime import datetime, timedelta

from engine import wall_time
from engine.storage.backup import PreparedBackup
from engine.storage.contents import Contents

_HOUR = timedelta(hours=1)
_DAY = timedelta(days=1)
NOTHING_GUARDED = "Warning: nothing is guarded in this database."


def render_contents(contents: Contents | None) -> list[str]:
    """Return how much is guarded in it and how old it is, and warn where that is nothing."""
    if contents is None:
        return []
    written = (
        f"last written {contents.written_at:%Y-%m-%d %H:%M} UTC" if contents.written_at else "never used"
    )
    counted = f"{_count(contents.guards, 'guard')}, {_count(contents.exits, 'running exit')}, {written}."
    return [f"It holds {counted}", *([] if contents.guards else [NOTHING_GUARDED])]


def render_prepared(prepared: PreparedBackup, *, now: datetime) -> list[str]:
    """Return what a backup holds beside what stands in its place, before anything is changed."""
    lines = [f"The backup {prepared.file}: {_holds(prepared.contents, now)}"]
    if prepared.replaces:
        lines.append(f"What stands there, {prepared.target}: {_holds(prepared.replaced_contents, now)}")
    else:
        lines.append(f"There is no database at {prepared.target} yet.")
    if prepared.contents is not None and not prepared.contents.guards:
        lines.append("Warning: nothing is guarded in this backup.")
    if difference := _difference(prepared.contents, prepared.replaced_contents):
        lines.append(f"The backup is {difference} older: what was guarded or sold since is not in it.")
    return lines


def _holds(contents: Contents | None, now: datetime) -> str:
    if contents is None:
        return "what it holds cannot be read."
    counted = f"{_count(contents.guards, 'guard')}, {_count(contents.exits, 'running exit')}"
    if contents.written_at is None:
        return f"{counted}, never used."
    age = _length(wall_time.between(contents.written_at, now))
    return f"{counted}, last written {contents.written_at:%Y-%m-%d %H:%M} UTC, {age} ago."


def render_age(backup: Contents | None, replaced: Contents | None) -> str:
    """Return how much older a backup is than what it replaced; empty where that is not known."""
    older = _difference(backup, replaced)
    if not older or replaced is None:
        return ""
    return f"That is {older} older than what stood there, which held {_count(replaced.guards, 'guard')}."


def _difference(backup: Contents | None, replaced: Contents | None) -> str:
    if not (backup and replaced and backup.written_at and replaced.written_at):
        return ""
    older = wall_time.between(backup.written_at, replaced.written_at)
    return _length(older) if older >= timedelta(minutes=1) else ""


def _count(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"


def _length(time: timedelta) -> str:
    if time < timedelta(minutes=1):
        return "less than a minute"
    if time < 2 * _HOUR:
        return f"{time // timedelta(minutes=1)} min"
    return f"{time // _HOUR} h" if time < 2 * _DAY else f"{time // _DAY} days"
