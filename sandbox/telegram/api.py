"""The table of methods, and those about the bot itself."""

import re
from collections.abc import Awaitable, Callable
from typing import Any

from sandbox.telegram import methods
from sandbox.telegram.errors import ApiError, bad_request
from sandbox.telegram.request import ApiRequest
from sandbox.telegram.scopes import read_scope
from sandbox.telegram.updates import MAX_BATCH
from sandbox.telegram.world import World

MAX_POLL_S = 50
MAX_COMMANDS = 100
MAX_DESCRIPTION = 256
_COMMAND = re.compile(r"[a-z0-9_]{1,32}")

Method = Callable[[World, ApiRequest], Any]


async def get_updates(world: World, request: ApiRequest) -> list[dict[str, Any]]:
    """Answer getUpdates by long polling; an offset confirms everything below it."""
    allowed = request.list("allowed_updates", "allowed updates")
    if allowed is not None:
        world.updates.allow(frozenset(map(str, allowed)))
    limit = request.number("limit", MAX_BATCH)
    return await world.updates.poll(
        offset=request.number("offset"),
        limit=limit if 1 <= limit <= MAX_BATCH else MAX_BATCH,
        timeout_s=min(request.number("timeout"), MAX_POLL_S),
    )


def get_me(world: World, _request: ApiRequest) -> dict[str, Any]:
    """Say who the bot is."""
    abilities = {"can_join_groups": True, "can_read_all_group_messages": False}
    return world.bot.to_json() | abilities | {"supports_inline_queries": False}


def delete_webhook(world: World, request: ApiRequest) -> bool:
    """There never is a webhook, but waiting updates may be dropped."""
    if request.flag("drop_pending_updates"):
        world.updates.drop_all()
    return True


def set_my_commands(world: World, request: ApiRequest) -> bool:
    """Keep the command menu of a scope and language."""
    given = request.list("commands", "commands") or []
    if not all(isinstance(command, dict) for command in given):
        raise bad_request("can't parse BotCommand: expected an Object")
    if len(given) > MAX_COMMANDS:
        raise bad_request("too many commands specified")
    for command in given:
        if not _COMMAND.fullmatch(str(command.get("command", "")).removeprefix("/")):
            raise bad_request("BOT_COMMAND_INVALID")
        if not 1 <= len(str(command.get("description", ""))) <= MAX_DESCRIPTION:
            raise bad_request("BOT_COMMAND_DESCRIPTION_INVALID")
    world.commands[read_scope(world, request)] = given
    return True


def get_my_commands(world: World, request: ApiRequest) -> list[dict[str, str]]:
    """Give back the command menu of a scope and language."""
    return world.commands.get(read_scope(world, request), [])


#: The name on the wire is read without regard to case.
METHODS: dict[str, Method] = {
    "getMe": get_me,
    "deleteWebhook": delete_webhook,
    "getUpdates": get_updates,
    "setMyCommands": set_my_commands,
    "getMyCommands": get_my_commands,
    "sendMessage": methods.send_message,
    "sendPhoto": methods.send_photo,
    "sendDocument": methods.send_document,
    "sendChatAction": methods.send_chat_action,
    "editMessageText": methods.edit_message_text,
    "editMessageReplyMarkup": methods.edit_message_reply_markup,
    "deleteMessage": methods.delete_message,
    "answerCallbackQuery": methods.answer_callback_query,
}
_BY_LOWER_NAME = {name.lower(): name for name in METHODS}


def spell(given: str) -> str:
    """The proper spelling of a method; an unknown one stays as it is."""
    return _BY_LOWER_NAME.get(given.lower(), given)


def method_name(given: str) -> str:
    """The proper spelling of a method, or the 404 of an unknown one."""
    name = spell(given)
    if name not in METHODS:
        raise ApiError(404, "Not Found: method not found")
    return name


async def call_method(world: World, name: str, request: ApiRequest) -> Any:
    """Carry out a method and return its result."""
    result = METHODS[name](world, request)
    return await result if isinstance(result, Awaitable) else result
