"""One update that cannot be read holds up no other, and nothing of what it says is logged."""

import copy

import pytest
from structlog.testing import capture_logs

from bot.telegram.readable_updates import pass_over_unreadable

CHAT = {"id": 8, "type": "private", "first_name": "Eve"}
MESSAGE = {
    "message_id": 1,
    "date": 1_772_600_000,
    "chat": CHAT,
    "from": {"id": 8, "is_bot": False, "first_name": "Eve"},
}
GOOD = {"update_id": 5, "message": {**MESSAGE, "text": "/start"}}
#: A poll as servers wrote it that do not know whether its votes may be changed.
POISON = {"update_id": 6, "message": {**MESSAGE, "poll": {"id": "1", "question": "a secret question?"}}}


def test_an_update_that_cannot_be_read_is_reduced_to_its_number():
    with capture_logs() as logs:
        answer = pass_over_unreadable({"ok": True, "result": [copy.deepcopy(POISON), copy.deepcopy(GOOD)]})

    assert answer == {"ok": True, "result": [{"update_id": 6}, GOOD]}
    [reported] = logs
    assert (reported["update"], reported["kinds"], reported["log_level"]) == (6, ["message"], "warning")
    assert "secret" not in str(logs)


def nested(levels):
    message = MESSAGE
    for _ in range(levels):
        message = {**MESSAGE, "reply_to_message": message}
    return message


@pytest.mark.parametrize(
    "message",
    [
        pytest.param({**MESSAGE, "date": 10**20}, id="a time beyond the calendar"),
        pytest.param({**MESSAGE, "date": -(10**20)}, id="a time before it"),
        pytest.param({**MESSAGE, "date": 1e300}, id="a fraction beyond it"),
        pytest.param({**MESSAGE, "date": 10**400}, id="a number of no machine"),
        pytest.param({**MESSAGE, "date": float("inf")}, id="for ever"),
        pytest.param(nested(5000), id="nested too deep"),
    ],
)
def test_an_update_that_no_program_can_take_apart_is_reduced_to_its_number(message):
    answer = pass_over_unreadable({"ok": True, "result": [{"update_id": 6, "message": message}, GOOD]})

    assert answer["result"] == [{"update_id": 6}, GOOD]


@pytest.mark.parametrize(
    "answer",
    [
        {"ok": True, "result": []},
        {"ok": True, "result": True},
        {"ok": True, "result": {"message_id": 1}},
        {"ok": True, "result": [{"command": "help"}]},
        {"ok": False, "description": "Unauthorized"},
    ],
    ids=["none", "a flag", "a message", "a menu", "a refusal"],
)
def test_what_are_no_updates_is_left_as_it_is(answer):
    assert pass_over_unreadable(dict(answer)) == answer


OWNER = {"id": 8, "is_bot": False, "first_name": "Owner"}
PRESS = {"id": "77", "from": OWNER, "chat_instance": "1", "data": "x", "message": MESSAGE}
FORGED = {
    "a user id with a fraction": ("message", {**MESSAGE, "from": {**OWNER, "id": 8.0}, "text": "/halt"}),
    "a user id that is a text": ("message", {**MESSAGE, "from": {**OWNER, "id": "8"}, "text": "/halt"}),
    "a user id that is a flag": ("message", {**MESSAGE, "from": {**OWNER, "id": True}, "text": "/halt"}),
    "a chat id with a fraction": ("message", {**MESSAGE, "chat": {**CHAT, "id": 8.0}, "text": "/halt"}),
    "a chat id that is a text": ("message", {**MESSAGE, "chat": {**CHAT, "id": "8"}, "text": "/halt"}),
    "a message id with a fraction": ("message", {**MESSAGE, "message_id": 1.0, "text": "/halt"}),
    "no message id": ("message", {**MESSAGE, "message_id": None, "text": "/halt"}),
    "a text that is an object": ("message", {**MESSAGE, "text": {"a": 1}}),
    "a text that is a list": ("message", {**MESSAGE, "text": ["/halt"]}),
    "half a character": ("message", {**MESSAGE, "text": "/gu\ud83dard"}),
    "a bot that is a number": ("message", {**MESSAGE, "from": {**OWNER, "is_bot": 0}, "text": "/halt"}),
    "an id in a message that is answered": (
        "message",
        {**MESSAGE, "text": "x", "reply_to_message": {**MESSAGE, "from": {**OWNER, "id": 8.0}}},
    ),
    "a presser with a fraction": ("callback_query", {**PRESS, "from": {**OWNER, "id": 8.0}}),
    "a press whose number is none": ("callback_query", {**PRESS, "id": 77}),
    "pressed data that is an object": ("callback_query", {**PRESS, "data": {"a": 1}}),
    "a press in a chat with a fraction": (
        "callback_query",
        {**PRESS, "message": {**MESSAGE, "chat": {**CHAT, "id": 8.0}}},
    ),
}


@pytest.mark.parametrize(("kind", "reported"), FORGED.values(), ids=FORGED)
def test_an_update_whose_fields_are_of_another_type_is_reduced_to_its_number(kind, reported):
    answer = pass_over_unreadable({"ok": True, "result": [{"update_id": 6, kind: copy.deepcopy(reported)}]})

    assert answer == {"ok": True, "result": [{"update_id": 6}]}


def test_a_press_is_read():
    answer = {"ok": True, "result": [{"update_id": 6, "callback_query": copy.deepcopy(PRESS)}]}

    assert pass_over_unreadable(copy.deepcopy(answer)) == answer
