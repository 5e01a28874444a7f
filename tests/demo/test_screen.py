import io
import itertools

import pytest
from rich.console import Console

from demo.screen import ChatScreen, styled
from sandbox.telegram import CallbackAnswer, ChatEvent, ChatEventKind, ChatMessage


@pytest.fixture
def written():
    return io.StringIO()


@pytest.fixture
def screen(written):
    return ChatScreen(Console(file=written, width=100))


@pytest.fixture
def post():
    """What a chat tells of a message of the bot: the first version of the next one, or a change of one."""
    changes = itertools.count(1)

    def event(text, *labels, edit=None):
        change = next(changes)
        message = ChatMessage(
            message_id=edit or change,
            from_bot=True,
            text=text,
            html=text,
            buttons=(labels,) if labels else (),
            sent_at=0.0,
            edited_at=1.0 if edit else None,
            photo=None,
            silent=False,
            change=change,
            keyboard=(),
        )
        return ChatEvent(kind=ChatEventKind.EDIT if edit else ChatEventKind.NEW, message=message)

    return event


def test_bold_is_bold_and_markup_is_gone():
    text = styled("<b>Balance</b>\n<pre>Total &lt; 1</pre>")

    assert text.plain == "Balance\nTotal < 1"
    assert [(span.start, span.end, span.style) for span in text.spans] == [(0, 7, "bold")]


def test_a_button_keeps_its_number_when_its_message_changes(screen, post):
    first = post("Balance", "Refresh")
    screen.show(first)
    screen.show(post("Guard?", "Yes", "No"))
    screen.show(post("Balance again", "Refresh", edit=first.message.message_id))

    assert screen.button(1)[1] == "Refresh"
    assert [screen.button(number)[1] for number in (2, 3)] == ["Yes", "No"]
    assert screen.button(4) is None


def test_a_button_that_an_edit_took_away_cannot_be_pressed(screen, post):
    question = post("Guard?", "Yes")
    screen.show(question)
    screen.show(post("Guarded", edit=question.message.message_id))

    assert screen.button(1) is None
    assert screen.find("yes") is None


def test_a_label_means_the_newest_button_that_carries_it(screen, post):
    screen.show(post("Coinbase", "Guard all"))
    newest = post("Kraken", "Guard all")
    screen.show(newest)

    assert screen.find("guard all") == (newest.message, "Guard all")


def test_messages_are_shown_with_their_numbered_buttons(screen, post, written):
    screen.show(post("Guard these?", "Yes", "No"))

    assert "Guard these?" in written.getvalue()
    assert written.getvalue().splitlines()[-2:] == ["[1] Yes", "[2] No"]


def test_a_terminal_is_written_to_its_width_without_breaking_words(written, post):
    narrow = ChatScreen(Console(file=written, width=30, force_terminal=True, color_system=None))

    narrow.show(post("A sentence that is longer than thirty columns are wide."))

    assert "A sentence that is longer than\nthirty columns are wide.\n" in written.getvalue()


def test_a_pipe_gets_whole_lines(screen, post, written):
    screen.show(post("word " * 40 + "end"))

    assert "word " * 40 + "end\n" in written.getvalue()


def test_a_pop_up_is_shown_and_an_action_is_not(screen, written):
    answer = CallbackAnswer(query_id="1", user_id=7, text="Up to date", show_alert=False, at=0.0)

    assert screen.show(ChatEvent(kind=ChatEventKind.TOAST, answer=answer))
    assert not screen.show(ChatEvent(kind=ChatEventKind.ACTION))
    assert "(Up to date)" in written.getvalue()
