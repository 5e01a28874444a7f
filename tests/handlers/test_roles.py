"""Who may do what: every command and every kind of button, as every role and as a stranger."""

import re

import pytest

from engine.users.roles import Role, may
from handlers.registry import CALLBACKS, COMMANDS
from handlers.render.problems import NO_ACCOUNT, may_not_text
from tests.handlers.values import OWNER, user

TRADER, VIEWER, STRANGER = 2002, 2003, 666
KNOWN = {Role.OWNER: OWNER, Role.TRADER: TRADER, Role.VIEWER: VIEWER}
#: What is typed for each word of a command's form; a new word needs its example here.
TYPED = {
    "SYMBOL": "BTC",
    "BROKER": "kraken",
    "USD": "30",
    "PERCENT": "3",
    "ORDER_ID": "OQCLML-BW3P3-BUCMWZ",
    "NAME": "size",
    "VALUE": "5%",
    "PERIOD": "week",
    "MONTH": "2026-02",
    "ROLE": "trader",
    "YEAR": "2026",
    "ID": "2003",
    "FORMAT": "koinly",
}
#: What a viewer can cause besides fetching: it looks, and changes nothing.
LOOKS = {"preview", "plan", "rules_of"}


def words_of(command):
    return re.findall(r"[A-Z_]{2,}", command.form)


def line_of(command):
    return " ".join([f"/{command.name}", *(TYPED.get(word, word) for word in words_of(command))])


def data_of(callback):
    return f"{callback.pattern.removeprefix('^')}abc123".replace(r"\d{1,9}", "5")


LINES = [pytest.param(command, line_of(command), id=command.name) for command in COMMANDS]
BUTTONS = [pytest.param(callback, data_of(callback), id=data_of(callback)) for callback in CALLBACKS]


@pytest.fixture(autouse=True)
def _known(engine):
    engine.users |= {user_id: user(user_id=user_id, role=role) for role, user_id in KNOWN.items()}


def of_others(engine, user_id):
    return [call for call in engine.calls if call[1] != user_id]


def changes(engine):
    return [verb for verb, *_ in engine.calls if verb not in LOOKS and not verb.startswith("fetch_")]


def test_every_word_of_a_form_has_its_example():
    assert {word for command in COMMANDS for word in words_of(command)} - set(TYPED) == set()


@pytest.mark.parametrize(("command", "line"), LINES)
async def test_a_command_is_for_its_roles_and_about_whoever_sends_it(server, engine, owner, command, line):
    for role, user_id in KNOWN.items():
        engine.calls.clear()

        answer = await server.user(user_id=user_id).ask(line)

        if may(role, command.role):
            assert answer.text != may_not_text(command.role)
            assert of_others(engine, user_id) == []
        else:
            assert (answer.text, engine.calls) == (may_not_text(command.role), [])
        assert role is not Role.VIEWER or changes(engine) == []


@pytest.mark.parametrize(("command", "line"), LINES)
async def test_without_an_account_a_command_shows_nobody_elses(server, engine, owner, command, line):
    engine.without_accounts = {TRADER, VIEWER}

    for role, user_id in KNOWN.items():
        engine.calls.clear()
        answer = await server.user(user_id=user_id).ask(line)
        if command.needs_account and role is not Role.OWNER and may(role, command.role):
            assert (answer.text, engine.calls) == (NO_ACCOUNT, [])
        else:
            assert answer.text != NO_ACCOUNT


@pytest.mark.parametrize(("callback", "data"), BUTTONS)
async def test_a_button_is_for_its_roles_and_about_whoever_presses_it(server, engine, owner, callback, data):
    assert re.match(callback.pattern, data)
    for role, user_id in KNOWN.items():
        chat = server.user(user_id=user_id)
        shown = await chat.ask("/help")
        engine.calls.clear()

        answer = await chat.wait_for_answer(chat.forge_press(shown, data))

        if may(role, callback.role):
            assert answer.text != may_not_text(callback.role)
            assert of_others(engine, user_id) == []
        else:
            assert (answer.text, engine.calls) == (may_not_text(callback.role), [])
        assert role is not Role.VIEWER or changes(engine) == []


@pytest.mark.fault("C5")
async def test_a_stranger_gets_no_answer_to_any_command_or_button(server, engine, owner):
    stranger, shown = server.user(user_id=STRANGER), await owner.ask("/help")

    for command in COMMANDS:
        sent = stranger.send(line_of(command))
    for callback in CALLBACKS:
        stranger.forge_press(shown, data_of(callback), chat=owner)
        stranger.forge_press(sent, data_of(callback))
    await server.wait_until_confirmed()
    await owner.ask("/help")

    assert [one for one in stranger.messages if one.from_bot] == []
    assert (stranger.typing, stranger.callback_answers) == ((), ())
    assert engine.calls == []


async def test_a_button_in_somebody_elses_chat_is_nobodys(server, engine, owner):
    shown, trader = await owner.ask("/help"), server.user(user_id=TRADER)

    for callback in CALLBACKS:
        trader.forge_press(shown, data_of(callback), chat=owner)
    await server.wait_until_confirmed()
    await owner.ask("/help")

    assert trader.callback_answers == ()
    assert engine.calls == []


@pytest.mark.fault("C5")
async def test_neither_groups_nor_edits_nor_disguises_do_anything(server, engine, owner):
    group, edited = server.group(chat_id=-100500), owner.send("/help")
    await owner.wait_for("Commands", after=edited)

    for command in COMMANDS:
        group.send(line_of(command), by=owner)
        group.send_anonymously(line_of(command))
        group.send_as_channel(line_of(command), channel_id=-100600)
        owner.edit(edited, line_of(command))
    await server.wait_until_confirmed()
    await owner.ask("/help")

    assert not any(one.from_bot for one in group.messages)
    assert engine.calls == []


@pytest.mark.parametrize("role", KNOWN)
async def test_help_lists_what_the_role_may_use_and_nothing_else(server, owner, role):
    text = (await server.user(user_id=KNOWN[role]).ask("/help")).text

    listed = {line.split(maxsplit=1)[0].strip("/:") for line in text.splitlines()[1:]}
    assert listed == {command.name for command in COMMANDS if may(role, command.role)}
