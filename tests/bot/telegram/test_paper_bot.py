"""Whatever leaves in paper mode bears the mark: every alert kind, every part of a long message, every change."""

import pytest
from telegram.request import HTTPXRequest

from bot.telegram.paper_bot import PaperBot
from handlers.render.alerts import render_alert
from handlers.render.screen import Document, Screen, ScreenButton
from handlers.render.times import Reader
from handlers.screens import replace_screen, send_screen
from sandbox.telegram import TelegramServer
from tests.handlers.alert_examples import EXAMPLES
from tests.handlers.values import NOW, OWNER

MARK = " · PAPER"


@pytest.fixture
async def server():
    async with TelegramServer() as running:
        yield running


@pytest.fixture
def user(server):
    return server.user(user_id=OWNER, started=True)


@pytest.fixture
async def bot(server, monkeypatch):
    monkeypatch.setenv("PTB_TIMEDELTA", "1")
    async with PaperBot(server.token, base_url=f"{server.url}/bot", request=HTTPXRequest()) as ready:
        yield ready


def first_line(message):
    return message.text.partition("\n")[0]


@pytest.mark.parametrize("kind", EXAMPLES)
async def test_every_alert_bears_the_mark(bot, user, kind):
    screen = render_alert(EXAMPLES[kind], Reader(now=NOW))

    await send_screen(bot, OWNER, screen)

    assert first_line(user.messages[-1]).endswith(MARK)


async def test_every_part_of_a_long_message_bears_it(bot, user):
    await send_screen(bot, OWNER, Screen(text="x" * 5000))

    assert [len(part.text) for part in user.messages] == [4096, 912 + len(MARK)]
    assert all(part.text.endswith(MARK) for part in user.messages)


async def test_a_screen_that_is_replaced_bears_it_once(bot, user):
    button = ScreenButton(label="Go", data="r:x")
    await send_screen(bot, OWNER, Screen(text="one\ntwo", keyboard=((button,),)))
    shown = user.messages[-1]

    assert await replace_screen(bot, OWNER, shown.message_id, Screen(text="three\nfour"))
    assert not await replace_screen(bot, OWNER, shown.message_id, Screen(text="three\nfour"))

    assert user.messages[-1].text == f"three{MARK}\nfour"


async def test_a_document_bears_it_in_its_caption_and_in_its_name(bot, user):
    file = Document(name="nija-fills.csv", content=b"time\r\n")
    await send_screen(bot, OWNER, Screen(text="2 fills\nmore", document=file))
    await send_screen(bot, OWNER, Screen(text="x" * 1025, document=file))

    first, _, second = user.messages
    assert (first.text, first.document.name) == (f"2 fills{MARK}\nmore", "paper-nija-fills.csv")
    assert "PAPER" in second.text
