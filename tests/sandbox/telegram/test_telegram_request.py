import json

import httpx
import pytest


def markup(rows):
    return {"text": "x", "reply_markup": json.dumps({"inline_keyboard": rows})}


MALFORMED = {
    "no chat": ("sendMessage", {"text": "x", "chat_id": ""}, "chat_id is empty"),
    "no text": ("sendMessage", {}, "message text is empty"),
    "another markup": ("sendMessage", {"text": "x", "parse_mode": "Markdown"}, "unsupported parse_mode"),
    "a keyboard that is no JSON": (
        "sendMessage",
        {"text": "x", "reply_markup": "{"},
        "can't parse reply keyboard markup JSON object",
    ),
    "a keyboard that is a list": (
        "sendMessage",
        {"text": "x", "reply_markup": "[]"},
        "object expected as reply markup",
    ),
    "another keyboard": (
        "sendMessage",
        {"text": "x", "reply_markup": '{"keyboard": []}'},
        "this stand-in shows inline keyboards only",
    ),
    "rows that are none": (
        "sendMessage",
        markup("x"),
        'field "inline_keyboard" of the InlineKeyboardMarkup should be an Array of Arrays',
    ),
    "a row that is none": (
        "sendMessage",
        markup(["x"]),
        'field "inline_keyboard" of the InlineKeyboardMarkup should be an Array of Arrays',
    ),
    "a button that is none": (
        "sendMessage",
        markup([["x"]]),
        "can't parse inline keyboard button: InlineKeyboardButton must be an Object",
    ),
    "a button without a label": (
        "sendMessage",
        markup([[{"callback_data": "x"}]]),
        "can't parse inline keyboard button: Can't find field \"text\"",
    ),
    "a button with a blank label": (
        "sendMessage",
        markup([[{"text": " ", "callback_data": "x"}]]),
        "inline keyboard button text must be non-empty",
    ),
    "a button that copies nothing": (
        "sendMessage",
        markup([[{"text": "x", "copy_text": {}}]]),
        "BUTTON_COPY_TEXT_INVALID",
    ),
    "an edit of nothing": ("editMessageText", {"text": "x"}, "message identifier is not specified"),
    "a number that is none": (
        "editMessageText",
        {"text": "x", "message_id": "one"},
        'invalid parameter "message_id" specified',
    ),
    "an unknown action": ("sendChatAction", {"action": "dancing"}, "wrong parameter action in request"),
    "no photo": ("sendPhoto", {}, "there is no photo in the request"),
}


@pytest.mark.parametrize(("method", "given", "words"), MALFORMED.values(), ids=MALFORMED)
async def test_a_malformed_call_is_refused_in_telegrams_words(owner, server, method, given, words):
    async with httpx.AsyncClient() as client:
        url = f"{server.url}/bot{server.token}/{method}"
        answer = await client.post(url, data={"chat_id": "7", **given})

    assert (answer.status_code, answer.json()["description"]) == (400, f"Bad Request: {words}")
    assert owner.messages == ()


@pytest.mark.parametrize("body", ["{", "[]"])
async def test_a_json_body_that_is_no_object_is_refused(server, body):
    async with httpx.AsyncClient() as client:
        url = f"{server.url}/bot{server.token}/getMe"
        answer = await client.post(url, content=body, headers={"Content-Type": "application/json"})

    assert answer.status_code == 400
