"""The text of /halt and /resume."""

from datetime import datetime

from engine.entries.halts import Halt
from handlers.render.html import bold
from handlers.render.screen import Screen
from handlers.render.times import Reader

ONLY_BUYS = (
    "This does not stop sales: guards keep selling, and /unguard SYMBOL stops one. /resume allows buys again."
)
_ALLOWED = "What is guarded is watched as before; /halt blocks buys."
_NOBODY = "No bot is running here: nothing is watched or sold until `nija run`."
ONLY_CONFIRMED = "NIJA buys only what you confirm with the button of /buy."


def halted_since(halt: Halt, reader: Reader) -> str:
    """Say since when entries are stopped."""
    return f"since {reader.clock(halt.since)}" if halt.since else "since a time that cannot be read"


def render_entries(
    halt: Halt | None, reader: Reader, *, sent_at: datetime | None = None, is_running: bool = True
) -> Screen:
    """Return how entries stand; `sent_at` is given for commands that came too late to act.

    `is_running` is False where no bot runs that would watch anything.
    """
    if not is_running:
        lines = [bold("Buys are allowed" if halt is None else "Buys are stopped"), _NOBODY]
    elif halt is None:
        lines = [bold("Buys are allowed"), _ALLOWED]
    else:
        where = f"Stopped {_from(halt)} {_at(halt, reader)}."
        lines = [bold("Buys are stopped"), ONLY_BUYS, where]
    if sent_at is not None:
        lines.append(
            f"You sent this {reader.age(sent_at)}, while NIJA could not answer, so nothing was changed. "
            "Send it again if you still want it."
        )
    return Screen(text="\n".join((*lines, ONLY_CONFIRMED, "", reader.as_of(reader.now))))


def _from(halt: Halt) -> str:
    return f"from the {halt.by}" if halt.by else "from a place that cannot be read"


def _at(halt: Halt, reader: Reader) -> str:
    return f"at {reader.clock(halt.since)}" if halt.since else "at a time that cannot be read"
