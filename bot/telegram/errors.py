"""What a failed request to Telegram means, in text for the owner instead of a library's."""

import socket
from collections.abc import Iterator

from telegram.error import TelegramError, TimedOut

#: Telegram lets no bot write first.
PRESS_START = "its reader must press Start in the bot's chat, or unblock the bot"


def error_text(error: TelegramError) -> str:
    """Return what went wrong: Telegram's own description if it answered, else how far we got."""
    causes = tuple(_causes(error))
    if any(isinstance(cause, socket.gaierror) for cause in causes):
        return "its host was not found; is there a network, and a name server (DNS)?"
    if isinstance(error, TimedOut):
        return "no answer in time"
    if any(type(cause).__name__ == "ConnectError" for cause in causes):
        return "no connection to its host"
    return error.message or type(error).__name__


def _causes(error: BaseException) -> Iterator[BaseException]:
    seen: BaseException | None = error
    while seen is not None:
        yield seen
        seen = seen.__cause__ or seen.__context__
