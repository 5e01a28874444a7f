import json

import httpx
import pytest
from telegram import InlineKeyboardButton, InlineKeyboardMarkup, ReplyParameters
from telegram.error import BadRequest, Forbidden, InvalidToken

DAY_S = 24 * 60 * 60


def keyboard(*rows):
    return InlineKeyboardMarkup(
        [[InlineKeyboardButton(text, callback_data=text) for text in row] for row in rows]
    )


async def refused(call):
    with pytest.raises(BadRequest) as refusal:
        await call
    return refusal.value.message


async def test_get_me_names_the_bot(bot):
    me = await bot.get_me()

    assert (me.id, me.is_bot, me.username) == (4242424242, True, "nija_sandbox_bot")


async def test_a_sent_message_comes_back_with_its_entities(bot, owner):
    message = await bot.send_message(owner.chat_id, "😀 <b>up</b>", parse_mode="HTML")

    assert message.text == "😀 up"
    assert [(one.type, one.offset, one.length) for one in message.entities] == [("bold", 3, 2)]


async def test_broken_markup_is_refused_in_telegrams_words(bot, owner):
    words = await refused(bot.send_message(owner.chat_id, "loss <1%", parse_mode="HTML"))

    assert words == "Can't parse entities: unclosed start tag at byte offset 5"
    assert owner.messages == ()


TEXTS = {
    "4096 units": ("x" * 4096, None),
    "4096 units of markup more": (f"<b>{'x' * 4096}</b>", None),
    "one unit too many": ("x" * 4097, "Message is too long"),
    "emoji count twice": ("😀" * 2049, "Message is too long"),
    "nothing": ("", "Message text is empty"),
    "only blanks": (" \n ", "Text must be non-empty"),
    "only markup": ("<b></b>", "Text must be non-empty"),
}


@pytest.mark.parametrize(("text", "words"), TEXTS.values(), ids=TEXTS)
async def test_the_length_of_a_text_is_counted_after_parsing(bot, owner, text, words):
    sending = bot.send_message(owner.chat_id, text, parse_mode="HTML")

    if words:
        assert await refused(sending) == words
    else:
        assert (await sending).message_id


async def test_formatting_beyond_a_hundred_entities_is_lost(bot, owner):
    message = await bot.send_message(owner.chat_id, "<b>x</b> " * 101, parse_mode="HTML")

    assert len(message.entities) == 100


KEYBOARDS = {
    "64 bytes of data": (keyboard(["x" * 64]), None),
    "65 bytes of data": (keyboard(["x" * 65]), "Button_data_invalid"),
    "bytes, not characters": (keyboard(["é" * 33]), "Button_data_invalid"),
    "100 buttons": (keyboard(*[[f"{row}{column}" for column in range(5)] for row in range(20)]), None),
    "101 buttons": (keyboard(*[["x"]] * 101), "Reply markup is too long"),
    "9 in a row": (keyboard([str(column) for column in range(9)]), "Reply markup is too long"),
    "a button that does nothing": (
        InlineKeyboardMarkup([[InlineKeyboardButton("x")]]),
        "Text buttons are unallowed in the inline keyboard",
    ),
    "a link": (InlineKeyboardMarkup([[InlineKeyboardButton("x", url="https://example.com/a?b=1")]]), None),
}


@pytest.mark.parametrize(("markup", "words"), KEYBOARDS.values(), ids=KEYBOARDS)
async def test_keyboards_have_limits(bot, owner, markup, words):
    sending = bot.send_message(owner.chat_id, "x", reply_markup=markup)

    if words:
        assert (await refused(sending)).lower() == words.lower()
    else:
        assert (await sending).reply_markup == markup


UNUSABLE_LINKS = {
    "a word": ("nowhere", "Wrong HTTP URL"),
    "this machine": ("http://localhost:8080/x", "Wrong HTTP URL"),
    "a name without a top-level domain": ("https://nija/x", "Wrong HTTP URL"),
    "a port that is none": ("https://example.com:http/", "Wrong HTTP URL"),
    "an empty label": ("https://example..com/", "Wrong HTTP URL"),
    "a blank": ("https://example.com/a b", "Wrong HTTP URL"),
    "ftp": ("ftp://example.com/x", "Unsupported URL protocol"),
    "a script": ("javascript://example.com/x", "Unsupported URL protocol"),
}


@pytest.mark.parametrize(("url", "words"), UNUSABLE_LINKS.values(), ids=UNUSABLE_LINKS)
async def test_a_button_cannot_link_where_no_phone_gets(bot, owner, url, words):
    markup = InlineKeyboardMarkup([[InlineKeyboardButton("x", url=url)]])

    refusal = await refused(bot.send_message(owner.chat_id, "x", reply_markup=markup))
    message = await bot.send_message(owner.chat_id, f'<a href="{url}">x</a>', parse_mode="HTML")

    assert refusal.lower() == f"inline keyboard button url '{url}' is invalid: {words}".lower()
    assert message.entities == ()


USABLE_LINKS = ["https://example.com", "http://127.0.0.1:8080/", "tg://user?id=7", "example.com/x"]


@pytest.mark.parametrize("url", USABLE_LINKS)
async def test_a_button_links_where_a_phone_gets(bot, owner, url):
    markup = InlineKeyboardMarkup([[InlineKeyboardButton("x", url=url)]])

    message = await bot.send_message(owner.chat_id, "x", reply_markup=markup)

    assert message.reply_markup == markup


@pytest.mark.parametrize("data", [5, 1.5, None, True, ["x"], {"a": 1}, ""], ids=repr)
async def test_what_a_button_calls_back_is_text(server, owner, data):
    button = {"text": "x", "callback_data": data}
    status, answer = await post(server, chat_id=7, text="x", reply_markup={"inline_keyboard": [[button]]})

    assert (status, answer["ok"]) == (400, False)
    assert owner.messages == ()


HALF_A_PAIR = "\ud83d"
MALFORMED = {
    "half a surrogate pair in the text": {"text": f"up {HALF_A_PAIR}"},
    "in markup": {"text": f"<b>{HALF_A_PAIR}</b>", "parse_mode": "HTML"},
    "in a name": {"text": "x", HALF_A_PAIR: "x"},
    "in a button": {
        "text": "x",
        "reply_markup": {"inline_keyboard": [[{"text": HALF_A_PAIR, "callback_data": "x"}]]},
    },
    "in JSON within JSON": {"text": "x", "reply_markup": '{"inline_keyboard": [[{"text": "\\ud83d"}]]}'},
    "a reply to no object": {"text": "x", "reply_parameters": [1]},
    "a chat of signs": {"text": "x", "chat_id": "--7"},
    "a chat of too many digits": {"text": "x", "chat_id": "7" * 5000},
    "JSON that is too deep": {"text": "x", "reply_markup": "[" * 100_000},
}


@pytest.mark.parametrize("given", MALFORMED.values(), ids=MALFORMED)
async def test_what_cannot_be_read_is_refused_and_the_server_goes_on(server, owner, bot, given):
    status, answer = await post(server, **({"chat_id": 7} | given))

    assert (status, answer["ok"]) == (400, False)
    await bot.send_message(owner.chat_id, "next")
    assert [one.text for one in owner.messages] == ["next"]


async def test_a_form_that_is_not_utf_8_is_refused(server, owner):
    async with httpx.AsyncClient() as client:
        answer = await client.post(
            f"{server.url}/bot{server.token}/sendMessage",
            content=b"chat_id=7&text=%FF",
            headers={"Content-Type": "application/x-www-form-urlencoded; charset=nonsense"},
        )

    assert answer.status_code == 400
    assert owner.messages == ()


async def post(server, **parameters):
    async with httpx.AsyncClient() as client:
        # Written as ASCII, which can spell what UTF-8 cannot.
        body = json.dumps(parameters)
        answer = await client.post(
            f"{server.url}/bot{server.token}/sendMessage",
            content=body,
            headers={"Content-Type": "application/json"},
        )
        return answer.status_code, answer.json()


async def test_an_edit_that_changes_nothing_is_refused(bot, owner):
    sent = await bot.send_message(owner.chat_id, "same", reply_markup=keyboard(["a"]))

    words = await refused(
        bot.edit_message_text("same", owner.chat_id, sent.message_id, reply_markup=keyboard(["a"]))
    )

    assert words.startswith("Message is not modified")


async def test_an_edit_without_a_keyboard_takes_it_away(bot, owner):
    sent = await bot.send_message(owner.chat_id, "same", reply_markup=keyboard(["a"]))

    await bot.edit_message_text("same", owner.chat_id, sent.message_id)

    assert owner.messages[-1].buttons == ()
    assert owner.messages[-1].edited_at is not None


async def test_the_buttons_alone_can_be_changed(bot, owner):
    sent = await bot.send_message(owner.chat_id, "same", reply_markup=keyboard(["a"]))

    await bot.edit_message_reply_markup(owner.chat_id, sent.message_id, reply_markup=keyboard(["b"], ["c"]))

    assert owner.messages[-1].buttons == (("b",), ("c",))
    assert owner.messages[-1].text == "same"


async def test_only_the_bots_own_messages_that_are_there_can_be_edited(bot, owner):
    own = owner.send("mine")

    assert await refused(bot.edit_message_text("x", owner.chat_id, 999)) == "Message to edit not found"
    assert await refused(bot.edit_message_text("x", owner.chat_id, own)) == "Message can't be edited"


async def test_a_message_is_deleted_within_48_hours_and_once(bot, owner, clock):
    first = await bot.send_message(owner.chat_id, "one")
    second = owner.send("/secret")
    clock.advance(2 * DAY_S)
    await bot.delete_message(owner.chat_id, second)
    clock.advance(1)

    assert await refused(bot.delete_message(owner.chat_id, second)) == "Message to delete not found"
    late = await refused(bot.delete_message(owner.chat_id, first.message_id))
    assert late == "Message can't be deleted for everyone"
    assert [one.text for one in owner.messages] == ["one"]


async def test_a_reply_needs_the_message_it_replies_to(bot, owner):
    asked = owner.send("?")
    await bot.send_message(owner.chat_id, "!", reply_parameters=ReplyParameters(asked))

    words = await refused(bot.send_message(owner.chat_id, "!", reply_parameters=ReplyParameters(999)))

    assert words == "Message to be replied not found"


async def test_a_reply_carries_the_message_it_replies_to_and_no_further(bot, server, owner):
    asked = owner.send("?")

    answer = await bot.send_message(owner.chat_id, "!", reply_parameters=ReplyParameters(asked))
    owner.send("thanks", reply_to=answer.message_id)

    assert (answer.reply_to_message.message_id, answer.reply_to_message.text) == (asked, "?")
    thanks = server.pending_updates[-1]["message"]
    assert thanks["reply_to_message"]["text"] == "!"
    assert "reply_to_message" not in thanks["reply_to_message"]


async def test_a_reply_to_a_message_that_is_gone_is_an_ordinary_message_where_that_is_allowed(bot, owner):
    gone = ReplyParameters(999, allow_sending_without_reply=True)

    message = await bot.send_message(owner.chat_id, "!", reply_parameters=gone)

    assert message.reply_to_message is None


async def test_a_press_is_answered_once(bot, owner):
    sent = await bot.send_message(owner.chat_id, "sure?", reply_markup=keyboard(["Yes"]))
    press = owner.press(sent.message_id, "Yes")
    await bot.answer_callback_query(press, "done", show_alert=True)

    words = await refused(bot.answer_callback_query(press))

    assert words == "Query is too old and response timeout expired or query id is invalid"
    assert [(one.text, one.show_alert) for one in owner.callback_answers] == [("done", True)]


async def test_a_press_cannot_be_answered_late(bot, owner, clock):
    sent = await bot.send_message(owner.chat_id, "sure?", reply_markup=keyboard(["Yes"]))
    press = owner.press(sent.message_id, "Yes")
    clock.advance(16)

    words = await refused(bot.answer_callback_query(press))

    assert words.startswith("Query is too old")
    assert owner.callback_answers == ()


async def test_a_callback_answer_has_200_characters_at_most(bot, owner):
    assert await refused(bot.answer_callback_query("1", "x" * 201)) == "Message_too_long"


async def test_a_person_who_never_wrote_or_blocked_the_bot_gets_nothing(bot, server):
    person = server.user(user_id=8)
    with pytest.raises(Forbidden, match="bot can't initiate conversation with a user"):
        await bot.send_message(8, "hello")
    person.send("/start")
    await bot.send_message(8, "hello")
    person.block()
    with pytest.raises(Forbidden, match="bot was blocked by the user"):
        await bot.send_chat_action(8, "typing")
    person.unblock()

    await bot.send_message(8, "again")

    assert [one.text for one in person.messages] == ["/start", "hello", "again"]


async def test_a_chat_nobody_opened_is_not_found(bot):
    assert await refused(bot.send_message(99, "hello")) == "Chat not found"
    assert await refused(bot.send_message("@nobody", "hello")) == "Chat not found"


async def test_commands_are_kept_by_scope_and_checked(bot, server):
    await bot.set_my_commands([("balance", "True balances")])

    assert [one.command for one in await bot.get_my_commands()] == ["balance"]
    assert await bot.get_my_commands(language_code="de") == ()
    assert server.commands == [{"command": "balance", "description": "True balances"}]
    assert await refused(bot.set_my_commands([("Balance!", "x")])) == "Bot_command_invalid"
    assert await refused(bot.set_my_commands([("x", "")])) == "Bot_command_description_invalid"
    assert await refused(bot.set_my_commands([("x", "y")] * 101)) == "Too many commands specified"


SCOPES = {
    "everybody": ({"type": "default"}, None),
    "private chats": ({"type": "all_private_chats"}, None),
    "a chat": ({"type": "chat", "chat_id": 7}, None),
    "a member": ({"type": "chat_member", "chat_id": 7, "user_id": 7}, None),
    "a made-up one": ({"type": "everybody"}, "can't parse BotCommandScope: Unsupported type specified"),
    "none": ({}, "can't parse BotCommandScope: Unsupported type specified"),
    "a list": (["default"], "can't parse BotCommandScope: BotCommandScope must be an Object"),
    "no chat": ({"type": "chat"}, "can't parse BotCommandScope: Empty chat_id specified"),
    "another chat": ({"type": "chat", "chat_id": 99}, "chat not found"),
    "no member": (
        {"type": "chat_member", "chat_id": 7},
        "can't parse BotCommandScope: Invalid user_id specified",
    ),
}


@pytest.mark.parametrize("method", ["setMyCommands", "getMyCommands"])
@pytest.mark.parametrize(("scope", "words"), SCOPES.values(), ids=SCOPES)
async def test_a_menu_is_for_a_scope_that_there_is(server, owner, method, scope, words):
    commands = [{"command": "balance", "description": "x"}]
    async with httpx.AsyncClient() as client:
        answer = await client.post(
            f"{server.url}/bot{server.token}/{method}", json={"scope": scope, "commands": commands}
        )

    assert answer.json().get("description") == (f"Bad Request: {words}" if words else None)


async def test_a_wrong_token_is_401_and_an_unknown_method_404(new_bot, server):
    async with httpx.AsyncClient() as client:
        wrong = await client.get(f"{server.url}/bot1:x/getMe")
        unknown = await client.get(f"{server.url}/bot{server.token}/sendDice")
        elsewhere = await client.get(f"{server.url}/")

    assert (wrong.status_code, wrong.json()["description"]) == (401, "Unauthorized")
    assert (unknown.status_code, unknown.json()["description"]) == (404, "Not Found: method not found")
    assert elsewhere.status_code == 404
    with pytest.raises(InvalidToken):
        async with new_bot(token="4242424242:wrong"):
            pass


async def test_parameters_may_come_as_query_or_json_and_the_method_in_any_case(owner, server):
    base = f"{server.url}/bot{server.token}"
    async with httpx.AsyncClient() as client:
        await client.get(f"{base}/SENDMESSAGE", params={"chat_id": 7, "text": "one"})
        await client.post(f"{base}/sendmessage", json={"chat_id": 7, "text": "two"})

    assert [one.text for one in owner.messages] == ["one", "two"]
    assert [call.method for call in server.calls("sendMessage")] == ["sendMessage", "sendMessage"]


async def test_in_a_group_the_bot_cannot_delete_what_others_wrote(bot, server, owner):
    group = server.group(chat_id=-100123)
    sent = group.send("/balance", by=owner)

    assert await refused(bot.delete_message(group.chat_id, sent)) == "Message can't be deleted"
