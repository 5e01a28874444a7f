"""Whose command menu is meant: the scopes of the Bot API and what each must name."""

import json
from typing import Any

from sandbox.telegram.errors import bad_request
from sandbox.telegram.request import ApiRequest
from sandbox.telegram.world import World

_FOR_MANY = frozenset({"default", "all_private_chats", "all_group_chats", "all_chat_administrators"})
_FOR_A_CHAT = frozenset({"chat", "chat_administrators", "chat_member"})
_MEMBER = "chat_member"
#: What a scope may carry besides its type; anything else is passed over.
_FIELDS = ("type", "chat_id", "user_id")


def read_scope(world: World, request: ApiRequest) -> tuple[str, str]:
    """Return the scope, written in one way, and the language a menu is for."""
    scope = request.json("scope", "BotCommandScope")
    if scope is None:
        scope = {"type": "default"}
    if not isinstance(scope, dict):
        raise bad_request("can't parse BotCommandScope: BotCommandScope must be an Object")
    kind = scope.get("type")
    if kind not in _FOR_MANY | _FOR_A_CHAT:
        raise bad_request("can't parse BotCommandScope: Unsupported type specified")
    if kind in _FOR_A_CHAT:
        _check_chat(world, scope.get("chat_id"))
    if kind == _MEMBER and not _is_number(scope.get("user_id")):
        raise bad_request("can't parse BotCommandScope: Invalid user_id specified")
    named = {name: scope[name] for name in _FIELDS if name in scope}
    return json.dumps(named, sort_keys=True), request.text("language_code")


def _check_chat(world: World, chat_id: Any) -> None:
    if chat_id in (None, ""):
        raise bad_request("can't parse BotCommandScope: Empty chat_id specified")
    if not _is_number(chat_id) or int(chat_id) not in world.chats:
        raise bad_request("chat not found")


def _is_number(value: object) -> bool:
    return isinstance(value, int | str) and str(value).lstrip("-").isdecimal()
