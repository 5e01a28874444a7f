"""The question that a copied or moved database begins with."""

from engine.alerts.messages import DatabaseCopied
from handlers.render.choice_buttons import choice_keyboard
from handlers.render.html import bold, escape
from handlers.render.screen import Screen
from handlers.render.times import Reader


def render_copied(message: DatabaseCopied, reader: Reader) -> Screen:
    """Ask whether another bot runs on what this database was made from."""
    stop_it = "If the bot it comes from still runs, stop that one first: both would sell the same positions."
    then = (
        "Each is then compared with its venue, watches again, and is asked about if something happened to it."
    )
    lines = (
        bold("Is this the only NIJA?"),
        f"Its database is a copy, was moved, or is an older one put back. {stop_it}",
        f"Not watched until you answer: {escape(', '.join(message.guarded))}. {then}",
        reader.as_of(message.at),
    )
    return Screen(text="\n".join(lines), keyboard=choice_keyboard([message.choice]))
