"""Inline keyboards: what the Bot API accepts under a message."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from sandbox.telegram.errors import bad_request
from sandbox.telegram.links import link_fault

MAX_CALLBACK_DATA_BYTES = 64
MAX_BUTTONS = 100
MAX_BUTTONS_A_ROW = 8
MAX_COPY_TEXT = 256


@dataclass(frozen=True, slots=True, kw_only=True)
class Button:
    """One inline button; without data it opens a link or copies a text."""

    text: str
    data: str | None
    fields: Mapping[str, Any]


Keyboard = tuple[tuple[Button, ...], ...]


def parse_keyboard(markup: object) -> Keyboard:
    """Check a reply_markup object and read its rows; no rows means no keyboard."""
    if not isinstance(markup, dict):
        raise bad_request("object expected as reply markup")
    if "inline_keyboard" not in markup:
        raise bad_request("this stand-in shows inline keyboards only")
    rows = markup["inline_keyboard"]
    if not isinstance(rows, list):
        raise bad_request('field "inline_keyboard" of the InlineKeyboardMarkup should be an Array of Arrays')
    keyboard = tuple(_row(row) for row in rows if row)
    if sum(map(len, keyboard)) > MAX_BUTTONS or any(len(row) > MAX_BUTTONS_A_ROW for row in keyboard):
        raise bad_request("reply markup is too long")
    return keyboard


def keyboard_json(keyboard: Keyboard) -> dict[str, Any]:
    """The InlineKeyboardMarkup object of the Bot API."""
    return {"inline_keyboard": [[dict(button.fields) for button in row] for row in keyboard]}


def labels(keyboard: Keyboard) -> tuple[tuple[str, ...], ...]:
    """The rows of labels as a person sees them."""
    return tuple(tuple(button.text for button in row) for row in keyboard)


def find_button(keyboard: Keyboard, label: str) -> Button:
    """The button with this label, or the only one whose label begins with it."""
    buttons = [button for row in keyboard for button in row]
    exact = [button for button in buttons if button.text == label]
    found = exact or [button for button in buttons if button.text.startswith(label)]
    if len(found) != 1:
        raise LookupError(f"{len(found)} buttons match {label!r}; there are {[one.text for one in buttons]}")
    return found[0]


def _row(row: object) -> tuple[Button, ...]:
    if not isinstance(row, list):
        raise bad_request('field "inline_keyboard" of the InlineKeyboardMarkup should be an Array of Arrays')
    return tuple(_button(button) for button in row)


def _button(button: object) -> Button:
    if not isinstance(button, dict):
        raise bad_request("can't parse inline keyboard button: InlineKeyboardButton must be an Object")
    text = button.get("text")
    if not isinstance(text, str):
        raise bad_request("can't parse inline keyboard button: Can't find field \"text\"")
    if not text.strip():
        raise bad_request("inline keyboard button text must be non-empty")
    chosen = [name for name in _CHECKS if name in button]
    if len(chosen) != 1:
        raise bad_request("text buttons are unallowed in the inline keyboard")
    _CHECKS[chosen[0]](button[chosen[0]])
    return Button(text=text, data=button.get("callback_data"), fields=button)


def _check_data(data: object) -> None:
    if not isinstance(data, str):
        raise bad_request('can\'t parse inline keyboard button: Field "callback_data" must be of type String')
    if not 1 <= len(data.encode()) <= MAX_CALLBACK_DATA_BYTES:
        raise bad_request("BUTTON_DATA_INVALID")


def _check_url(url: object) -> None:
    if not isinstance(url, str):
        raise bad_request('can\'t parse inline keyboard button: Field "url" must be of type String')
    if fault := link_fault(url):
        raise bad_request(f"inline keyboard button URL '{url}' is invalid: {fault}")


def _check_copy_text(copy_text: object) -> None:
    if not _can_be_copied(copy_text):
        raise bad_request("BUTTON_COPY_TEXT_INVALID")


def _can_be_copied(copy_text: object) -> bool:
    text = copy_text.get("text") if isinstance(copy_text, dict) else None
    return isinstance(text, str) and 1 <= len(text) <= MAX_COPY_TEXT


#: A button does exactly one of these.
_CHECKS: Mapping[str, Callable[[object], None]] = {
    "callback_data": _check_data,
    "url": _check_url,
    "copy_text": _check_copy_text,
}
