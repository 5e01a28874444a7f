"""One update that cannot be read holds up no other, and nothing of what it says is logged."""

import copy

import pytest
from structlog.testing import capture_logs

from bot.readable_updates import pass_over_unreadable

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
    [told] = logs
    assert (told["update"], told["kinds"], told["log_level"]) == (6, ["message"], "warning")
    assert "secret" not in str(logs)


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
