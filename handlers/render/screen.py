"""What a user sees: HTML text with rows of buttons below it."""

from dataclasses import dataclass, field
from enum import StrEnum

#: Telegram's limit on what a button may carry.
CALLBACK_DATA_BYTES = 64

REFRESH = "r"
CHOICE = "c"
SELL = "s"
KEEP = "k"
PANIC = "p"
CANCEL = "x"
#: Followed by the percentage.
SELL_PART = SELL
HISTORY = "h"
OLDER = "o"
ADMISSION = "a"
MEMBER = "m"
BUY = "b"
DECLINE = "d"
LEVELS = "l"
PAPER_RESET = "n"


class Tone(StrEnum):
    """How a button is coloured where the client can."""

    PLAIN = "plain"
    DANGER = "danger"


@dataclass(frozen=True, slots=True, kw_only=True)
class ScreenButton:
    """A label and the data that comes back when it is pressed."""

    label: str
    data: str
    tone: Tone = Tone.PLAIN


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """A file that is sent with a screen."""

    name: str
    content: bytes = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Screen:
    """HTML text of any length, the keyboard below its end, and a file that the text is about."""

    text: str
    keyboard: tuple[tuple[ScreenButton, ...], ...] = ()
    document: Document | None = None


def refresh_row(screen: str, *args: str) -> tuple[tuple[ScreenButton, ...], ...]:
    """Return a keyboard with Refresh for a screen, or none when its arguments do not fit a button."""
    data = ":".join((REFRESH, screen, *args))
    if len(data.encode()) > CALLBACK_DATA_BYTES:
        return ()
    return ((ScreenButton(label="🔄 Refresh", data=data),),)


def choice_data(confirmation_id: str) -> str:
    """Return the data of a button that carries out a stored choice."""
    return f"{CHOICE}:{confirmation_id}"
