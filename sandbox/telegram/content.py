"""What the bot wants to say, checked as the server checks it: markup, lengths, keyboard."""

from sandbox.telegram.errors import bad_request
from sandbox.telegram.html import HtmlError, parse_html
from sandbox.telegram.keyboard import Keyboard, parse_keyboard
from sandbox.telegram.request import ApiRequest
from sandbox.telegram.text import FormattedText, plain, utf16_length

MAX_TEXT = 4096
MAX_CAPTION = 1024
#: Formatting beyond this many entities is silently lost.
MAX_ENTITIES = 100


def read_text(request: ApiRequest) -> FormattedText:
    """The text of a message: 1 to 4096 units after parsing."""
    if not request.text("text"):
        raise bad_request("message text is empty")
    body = _read(request, "text")
    if body.is_blank:
        raise bad_request("text must be non-empty")
    if utf16_length(body.text) > MAX_TEXT:
        raise bad_request("message is too long")
    return body


def read_caption(request: ApiRequest) -> FormattedText:
    """The words under a photo: up to 1024 units after parsing, or none."""
    body = _read(request, "caption")
    if utf16_length(body.text) > MAX_CAPTION:
        raise bad_request("message caption is too long")
    return body


def read_keyboard(request: ApiRequest) -> Keyboard:
    """The buttons of a message; none when the parameter is absent."""
    markup = request.json("reply_markup", "reply keyboard markup")
    return () if markup is None else parse_keyboard(markup)


def _read(request: ApiRequest, name: str) -> FormattedText:
    mode = request.text("parse_mode").lower()
    source = request.text(name)
    if mode in {"", "none"}:
        return plain(source)
    if mode != "html":
        raise bad_request("unsupported parse_mode")
    try:
        body = parse_html(source)
    except HtmlError as error:
        raise bad_request(f"can't parse entities: {error}") from error
    return FormattedText(text=body.text, entities=body.entities[:MAX_ENTITIES])
