"""Who is answered: everything here runs through the real gate."""

from datetime import timedelta

import pytest
from structlog.testing import capture_logs
from telegram import Update

from engine.clock import Moment
from engine.users.roles import Role, may
from handlers.access import StrangerLog, is_speech, why_refused
from tests.handlers.values import NOW, OWNER, user

STRANGER = 666


@pytest.mark.parametrize("text", ["/start", "/balance", "/guard BTC", "hello"])
async def test_strangers_get_silence(engine, owner, server, text):
    stranger = server.user(user_id=STRANGER, name="Stranger")

    stranger.send(text)
    await owner.ask("/help")

    assert not any(one.from_bot for one in stranger.messages)
    assert stranger.typing == ()
    assert engine.calls == []


async def test_a_strangers_button_press_is_not_even_answered(engine, owner, server):
    asked = await owner.ask("/guard BTC")
    stranger = server.user(user_id=STRANGER)

    stranger.forge_press(asked, "c:abc123", chat=owner)
    await owner.ask("/help")

    assert stranger.callback_answers == ()
    assert engine.asked("confirm") == []


@pytest.mark.fault("C14")
@pytest.mark.parametrize("number", [float(OWNER), str(OWNER)])
@pytest.mark.parametrize("text", ["/halt", "/balance"])
async def test_a_number_that_only_equals_the_owners_is_a_strangers(engine, owner, text, number):
    sender, chat = {"id": number, "is_bot": False, "first_name": "O"}, {"id": number, "type": "private"}
    command = [{"type": "bot_command", "offset": 0, "length": len(text)}]
    message = {"message_id": 9000, "date": int(NOW.timestamp()), "chat": chat, "from": sender}

    owner._world.tell_bot("message", message | {"text": text, "entities": command})
    owner._world.tell_bot(
        "callback_query",
        {"id": "77", "from": sender, "chat_instance": "1", "data": "c:abc123", "message": message},
    )
    await owner.ask("/help")

    assert engine.calls == []


async def test_an_empty_list_means_nobody(engine, owner, server):
    engine.users.clear()

    owner.send("/balance")
    await engine.knocks.get()
    engine.users[OWNER] = user()
    await owner.ask("/help")

    assert len(server.calls("sendMessage")) == 1
    assert engine.calls == []


@pytest.mark.fault("C5")
async def test_a_known_person_is_not_answered_in_a_group(engine, owner, server):
    group = server.group(chat_id=-100500)

    group.send("/balance", by=owner)
    await owner.ask("/help")

    assert not any(one.from_bot for one in group.messages)
    assert engine.calls == []


@pytest.mark.parametrize("disguise", ["admin", "channel"])
async def test_nobody_speaks_from_behind_a_group_or_channel(engine, owner, server, disguise):
    group = server.group(chat_id=-100500)
    # Even when somebody has put the disguise itself on the list.
    engine.users |= {known: user(user_id=known) for known in (1087968824, 136817688)}

    if disguise == "admin":
        group.send_anonymously("/balance")
    else:
        group.send_as_channel("/balance", channel_id=-100600)
    await owner.ask("/help")

    assert not any(one.from_bot for one in group.messages)
    assert engine.calls == []


async def test_an_edited_message_is_no_command(engine, owner):
    sent = owner.send("/help")
    await owner.wait_for("Commands", after=sent)

    owner.edit(sent, "/balance")
    await owner.ask("/help")

    assert engine.calls == []


@pytest.mark.fault("C4")
async def test_another_known_persons_button_never_acts(engine, owner, server):
    engine.users[2002] = user(user_id=2002)
    other = server.user(user_id=2002, name="Other")
    asked = await owner.ask("/guard BTC")

    other.forge_press(asked, "c:abc123", chat=owner)
    await owner.ask("/help")

    assert engine.asked("confirm") == []
    assert owner.message(asked.message_id).buttons == asked.buttons


async def test_revoking_works_at_once(engine, owner, server):
    await owner.ask("/help")
    engine.users.clear()
    engine.knocks.get_nowait()

    owner.send("/balance")
    await engine.knocks.get()
    engine.users[OWNER] = user()
    await owner.ask("/help")

    assert len(server.calls("sendMessage")) == 2
    assert engine.calls == []


async def test_blocking_the_bot_is_no_concern_of_any_handler(engine, owner, server):
    await owner.ask("/help")

    owner.block()
    owner.unblock()

    assert "Total equity" in (await owner.ask("/balance")).text


async def test_a_gate_that_cannot_ask_who_it_is_lets_nobody_through(engine, owner, server):
    engine.users = RuntimeError("the database is gone")

    with capture_logs() as lines:
        owner.send("/balance")
        await engine.knocks.get()
        await engine.knocks.get()  # the error edge asks once more before it says anything
        engine.users = {OWNER: user()}
        await owner.ask("/help")

    assert len([line for line in lines if "incident" in line]) == 1
    assert engine.calls == []
    assert len(server.calls("sendMessage")) == 1


_USER = {"id": OWNER, "is_bot": False, "first_name": "Owner"}
_PRIVATE = {"id": OWNER, "type": "private"}


def _update(kind="message", *, sender=_USER, chat=_PRIVATE):
    message = {"message_id": 1, "date": 1772850611, "chat": chat, "from": sender, "text": "/balance"}
    return Update.de_json({"update_id": 1, kind: message})


@pytest.mark.parametrize(
    ("kind", "expected"),
    [("message", True), ("edited_message", False), ("channel_post", False), ("edited_channel_post", False)],
)
def test_only_new_messages_are_speech(kind, expected):
    assert is_speech(_update(kind)) is expected


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, None),
        ({"sender": None}, "no user"),
        ({"sender": _USER | {"is_bot": True}}, "hidden behind a bot"),
        ({"sender": _USER | {"id": 1087968824}}, "hidden behind a bot"),
        ({"chat": _PRIVATE | {"type": "group"}}, "not their own private chat"),
        ({"chat": _PRIVATE | {"id": 2002}}, "not their own private chat"),
        ({"sender": _USER | {"id": float(OWNER)}}, "no user"),
        ({"sender": _USER | {"id": True}}, "no user"),
        ({"chat": _PRIVATE | {"id": float(OWNER)}}, "not their own private chat"),
    ],
    ids=[
        "owner",
        "nobody",
        "bot",
        "anonymous admin",
        "group",
        "somebody else's chat",
        "a fraction",
        "a flag",
        "a chat with a fraction",
    ],
)
def test_each_reason_to_refuse_stands_alone(changes, expected):
    assert why_refused(_update(**changes)) == expected


@pytest.mark.parametrize(
    ("role", "needed", "expected"),
    [
        (Role.VIEWER, Role.VIEWER, True),
        (Role.VIEWER, Role.TRADER, False),
        (Role.TRADER, Role.TRADER, True),
        (Role.TRADER, Role.OWNER, False),
        (Role.OWNER, Role.TRADER, True),
    ],
)
def test_roles_include_those_below(role, needed, expected):
    assert may(role, needed) is expected


@pytest.mark.fault("C5")
def test_a_knocking_stranger_leaves_one_line_an_hour():
    with capture_logs() as lines:
        log = StrangerLog()
        for second in range(100):
            log.note(STRANGER, "unknown user", Moment(NOW, second))
        log.note(STRANGER, "unknown user", Moment(NOW, 3600))

    assert [(line["user_id"], line["left_out_before"]) for line in lines] == [(STRANGER, 0), (STRANGER, 99)]


@pytest.mark.fault("C3")
def test_a_crowd_of_strangers_leaves_a_bounded_number_of_lines():
    with capture_logs() as lines:
        log = StrangerLog()
        for user_id in range(10_000):
            log.note(user_id, "unknown user", Moment(NOW, 0))

    assert len(lines) == 20


@pytest.mark.parametrize("step", [timedelta(days=-1), timedelta(days=1)])
def test_a_clock_that_is_set_neither_silences_the_log_nor_fills_it(step):
    with capture_logs() as lines:
        log = StrangerLog()
        log.note(STRANGER, "unknown user", Moment(NOW, 0))
        log.note(STRANGER, "unknown user", Moment(NOW + step, 1))
        log.note(STRANGER, "unknown user", Moment(NOW + step, 3600))

    assert len(lines) == 2
