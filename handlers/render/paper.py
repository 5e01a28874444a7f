"""The mark of paper mode, which stands on every message: what it tells of is no money."""

from collections.abc import Callable

PAPER_MODE = "paper"
#: At the end of a message's first line, so that its first words stay what they are.
PAPER_MARK = " · PAPER"


def mark_paper(text: str) -> str:
    """Return a message, plain or HTML, with the mark on its first line; it is put there once."""
    first, newline, rest = text.partition("\n")
    return text if PAPER_MARK in first else f"{first}{PAPER_MARK}{newline}{rest}"


def mark_of(mode: str) -> Callable[[str], str]:
    """Return what marks the messages of a mode; live ones stay as they are."""
    return mark_paper if mode == PAPER_MODE else str
