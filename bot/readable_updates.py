"""Updates python-telegram-bot cannot read are passed over, or one of them would hold up all others for ever."""

from typing import Any

import structlog
from telegram import Update

log = structlog.get_logger(__name__)


def pass_over_unreadable(answer: dict[str, Any]) -> dict[str, Any]:
    """Return an answer of Telegram's with each unreadable update reduced to its number, which confirms it.

    Nothing of what it says is logged: it may be a stranger's.
    """
    result = answer.get("result")
    if not isinstance(result, list) or not all(_is_update(item) for item in result):
        return answer
    return answer | {"result": [_readable(update) for update in result]}


def _is_update(item: object) -> bool:
    return isinstance(item, dict) and isinstance(item.get("update_id"), int)


def _readable(update: dict[str, Any]) -> dict[str, Any]:
    try:
        # What it is read into is thrown away; only whether it can be read is asked.
        Update.de_json(dict(update), None)
    except (TypeError, ValueError, KeyError, AttributeError, LookupError) as error:
        number, kinds = update["update_id"], sorted(update.keys() - {"update_id"})
        log.warning(
            "an update could not be read and was passed over",
            update=number,
            kinds=kinds,
            why=type(error).__name__,
        )
        return {"update_id": number}
    return update
