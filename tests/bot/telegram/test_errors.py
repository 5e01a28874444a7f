import socket

import pytest
from telegram import Bot
from telegram.error import BadRequest, Forbidden, NetworkError, TelegramError, TimedOut

from bot.telegram.errors import error_text


async def failure_of(url):
    with pytest.raises(TelegramError) as caught:
        async with Bot("123:token", base_url=f"{url}/bot"):
            pass
    return caught.value


async def test_a_host_that_nobody_knows_is_not_found(monkeypatch):
    def unknown(*_args, **_options):
        raise socket.gaierror(-2, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)

    assert error_text(await failure_of("http://telegram.invalid")).startswith("its host was not found")


async def test_a_host_where_nobody_listens_gives_no_connection():
    assert error_text(await failure_of("http://127.0.0.1:1")) == "no connection to its host"


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (TimedOut(), "no answer in time"),
        (Forbidden("Forbidden: bot was blocked by the user"), "Forbidden: bot was blocked by the user"),
        (BadRequest("chat not found"), "chat not found"),
        (NetworkError("Bad Gateway"), "Bad Gateway"),
    ],
)
def test_what_telegram_said_itself_is_kept(error, words):
    assert error_text(error).lower() == words.lower()
