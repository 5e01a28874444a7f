"""Updates python-telegram-bot cannot read are passed over, or one of them would hold up all others for ever."""

import json
from collections.abc import Mapping
from typing import Any

import structlog
from telegram import Update

#: What the Bot API gives each field as, wherever it stands; python-telegram-bot takes anything.
_TYPES: Mapping[str, type] = {"message_id": int, "is_bot": bool, "text": str, "caption": str, "data": str}
#: What has a number of its own, by the field it stands in.
_NUMBERED = ("from", "chat", "sender_chat")
_PRESS = "callback_query"

log = structlog.get_logger(__name__)


def pass_over_unreadable(answer: dict[str, Any]) -> dict[str, Any]:
    """Return an answer of Telegram's with each unreadable update reduced to its number, which confirms it.

    Its contents are not logged: they may be a stranger's.
    """
    result = answer.get("result")
    if not isinstance(result, list) or not all(_is_update(item) for item in result):
        return answer
    return answer | {"result": [_readable(update) for update in result]}


def _is_update(item: object) -> bool:
    return isinstance(item, dict) and isinstance(item.get("update_id"), int)


def _readable(update: dict[str, Any]) -> dict[str, Any]:
    try:
        # What it is read into is thrown away; only whether it can be read matters.
        Update.de_json(dict(update), None)
        json.dumps(update, ensure_ascii=False).encode()
        _require_types(update)
        if _PRESS in update and type(update[_PRESS]["id"]) is not str:
            _refuse(_PRESS)
    except (TypeError, ValueError, ArithmeticError, AttributeError, LookupError, RecursionError) as error:
        number, kinds = update["update_id"], sorted(update.keys() - {"update_id"})
        log.warning(
            "an update could not be read and was passed over",
            update=number,
            kinds=kinds,
            why=type(error).__name__,
        )
        return {"update_id": number}
    return update


def _require_types(value: object) -> None:
    """Refuse a field of another type: 8.0 equals 8, and would be its user."""
    if isinstance(value, list):
        for item in value:
            _require_types(item)
    if not isinstance(value, dict):
        return
    for name, item in value.items():
        if name in _TYPES and type(item) is not _TYPES[name]:
            _refuse(name)
        if name in _NUMBERED and isinstance(item, dict) and type(item.get("id")) is not int:
            _refuse(name)
        _require_types(item)


def _refuse(name: str) -> None:
    message = f"{name} is of another type"
    raise TypeError(message)
