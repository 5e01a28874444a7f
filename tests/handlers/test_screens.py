import pytest

from handlers.render.screen import Document, Screen, ScreenButton, Tone
from handlers.screens import keyboard_markup, message_parts, replace_screen, send_screen
from tests.handlers.values import OWNER


@pytest.fixture
def user(application, server):
    return server.user(user_id=OWNER, started=True)


async def test_broken_markup_still_arrives_as_plain_text(application, user):
    await send_screen(application.bot, OWNER, Screen(text="<b>sold & <i>gone</b>"))

    assert user.messages[-1].text == "sold & gone"


async def test_a_screen_whose_message_is_gone_is_sent_anew(application, user):
    assert await replace_screen(application.bot, OWNER, 9999, Screen(text="hello"))

    assert user.messages[-1].text == "hello"


def test_the_keyboard_stands_below_the_last_part():
    screen = Screen(text="x" * 5000, keyboard=((ScreenButton(label="Go", data="r:balance"),),))

    (first, above), (second, below) = message_parts(screen)

    assert (len(first), above, len(second)) == (4088, None, 912)
    assert below.inline_keyboard[0][0].callback_data == "r:balance"


def test_what_sells_at_once_is_coloured():
    markup = keyboard_markup(((ScreenButton(label="Sell", data="c:1", tone=Tone.DANGER),),))

    assert markup.inline_keyboard[0][0].style == "danger"
    assert keyboard_markup(()) is None


CSV = Document(name="nija-fills.csv", content=b"time,price\r\n")


async def test_a_document_arrives_with_its_text_below_it(application, user):
    await send_screen(application.bot, OWNER, Screen(text="<b>2</b> fills", document=CSV))

    [shown] = user.messages
    assert (shown.text, shown.document.name, shown.document.content) == ("2 fills", CSV.name, CSV.content)


async def test_a_text_too_long_for_a_caption_comes_before_its_document(application, user):
    await send_screen(application.bot, OWNER, Screen(text="x" * 1025, document=CSV))

    said, sent = user.messages
    assert (len(said.text), said.document) == (1025, None)
    assert (sent.text, sent.document.content) == ("", CSV.content)
