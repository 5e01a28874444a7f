"""The command menu: each user's own, and nothing of it for strangers."""

import asyncio

import pytest
from telegram import BotCommandScopeChat

from engine.users.roles import Role, may
from handlers.menu import PUBLIC_MENU
from handlers.registry import COMMANDS
from sandbox.telegram import FaultKind
from tests.handlers.values import OWNER, user

VIEWER = 2003


async def menu(application, user_id):
    return {one.command for one in await application.bot.get_my_commands(scope=BotCommandScopeChat(user_id))}


def usable(role):
    return {command.name for command in COMMANDS if may(role, command.role)}


@pytest.mark.parametrize("role", Role)
async def test_who_writes_has_the_menu_of_their_role(application, engine, owner, server, role):
    engine.users[OWNER] = user(role=role)

    await owner.ask("/help")
    await server.wait_for_call("setMyCommands")

    assert await menu(application, OWNER) == usable(role)


async def test_it_is_set_once_and_again_for_another_role(application, engine, owner, server):
    for role in (Role.VIEWER, Role.VIEWER, Role.TRADER):
        engine.users[OWNER] = user(role=role)
        await owner.ask("/help")
    await server.wait_for_call("setMyCommands", 2)

    assert len(server.calls("setMyCommands")) == 2
    assert await menu(application, OWNER) == usable(Role.TRADER)


async def test_strangers_have_none(application, engine, owner, server):
    stranger = server.user(user_id=666)

    stranger.send("/start")
    await server.wait_until_confirmed()
    await owner.ask("/help")
    await server.wait_for_call("setMyCommands")

    assert await menu(application, 666) == set()
    assert len(server.calls("setMyCommands")) == 1
    assert server.commands == []


def test_everybody_is_shown_how_to_begin_and_no_more():
    assert [one.command for one in PUBLIC_MENU] == ["start"]


async def test_a_menu_that_was_not_set_holds_up_no_answer_and_is_tried_again(application, owner, server):
    server.faults.add("setMyCommands", kind=FaultKind.BAD_REQUEST)

    answer = await owner.ask("/help")
    async with asyncio.timeout(5):
        while len(server.calls("setMyCommands")) < 2:
            await owner.ask("/help")
    await server.wait_for_call("setMyCommands", 2)

    assert "Commands" in answer.text
    assert await menu(application, OWNER) == usable(Role.OWNER)
