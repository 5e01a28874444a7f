"""What a copy of the database holds, in sentences for whoever keeps it."""

from datetime import timedelta

from engine import wall_time
from engine.storage.contents import Contents

_HOUR = timedelta(hours=1)
_DAY = timedelta(days=1)
NOTHING_GUARDED = "Warning: nothing is guarded in this database."


def render_contents(contents: Contents | None) -> list[str]:
    """Say how much is guarded in it and how old it is, and warn where that is nothing."""
    if contents is None:
        return []
    written = (
        f"last written {contents.written_at:%Y-%m-%d %H:%M} UTC" if contents.written_at else "never used"
    )
    counted = f"{_count(contents.guards, 'guard')}, {_count(contents.exits, 'running exit')}, {written}."
    return [f"It holds {counted}", *([] if contents.guards else [NOTHING_GUARDED])]


def render_age(backup: Contents | None, replaced: Contents | None) -> str:
    """Say how much older a backup is than what it replaced; empty where that is not known."""
    if not (backup and replaced and backup.written_at and replaced.written_at):
        return ""
    older = wall_time.between(backup.written_at, replaced.written_at)
    if older < timedelta(minutes=1):
        return ""
    return f"That is {_length(older)} older than what stood there, which held {_count(replaced.guards, 'guard')}."


def _count(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"


def _length(time: timedelta) -> str:
    if time < 2 * _HOUR:
        return f"{time // timedelta(minutes=1)} min"
    return f"{time // _HOUR} h" if time < 2 * _DAY else f"{time // _DAY} days"
