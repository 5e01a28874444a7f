"""Telegram's HTML mode: a strict parser with the server's own error texts (after TDLib's parse_html)."""

import re
from dataclasses import dataclass

from sandbox.telegram.links import link_fault
from sandbox.telegram.nesting import settle
from sandbox.telegram.text import Entity, FormattedText, clean, trim, utf16_length

#: Tag names and the entity each one makes; anything else is refused.
TAGS = {
    "b": "bold",
    "strong": "bold",
    "i": "italic",
    "em": "italic",
    "u": "underline",
    "ins": "underline",
    "s": "strikethrough",
    "strike": "strikethrough",
    "del": "strikethrough",
    "span": "spoiler",
    "tg-spoiler": "spoiler",
    "tg-emoji": "custom_emoji",
    "tg-time": "date_time",
    "a": "text_link",
    "code": "code",
    "pre": "pre",
    "blockquote": "blockquote",
}
_END = 0  # a zero byte after the text stands for its end, as in the original
_NAMED = {b"lt": "<", b"gt": ">", b"amp": "&", b"quot": '"'}
_LONGEST_REFERENCE = 10
_MAX_CODE_POINT = 0x10FFFF
_REFERENCE = re.compile(rb"&(?:#x(?P<hex>[0-9a-fA-F]+)|#(?P<dec>[0-9]+)|(?P<name>[A-Za-z]+))")
_LITERAL = re.compile(rb"[^&<\0]+")
_SPACES = re.compile(rb"[ \n]*")
_TAG_NAME = re.compile(rb"[^ \n\0>]*")
_ATTRIBUTE_NAME = re.compile(rb"[^ \n\0=>/\"']*")
_NAME_TOKEN = re.compile(rb"[0-9A-Za-z.-]*")


class HtmlError(ValueError):
    """The markup is broken; the text is the server's."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _OpenTag:
    name: str
    attributes: dict[str, str]
    offset: int
    piece: int


def parse_html(source: str) -> FormattedText:
    """Turn HTML into text and entities, or raise :class:`HtmlError` as Telegram would refuse it."""
    parser = _Parser(clean(source))
    parser.run()
    text = "".join(parser.pieces)
    if any("\ud800" <= character <= "\udfff" for character in text):
        reason = "check for unmatched surrogate code units"
        raise HtmlError(f"Text contains invalid Unicode characters after decoding HTML entities, {reason}")
    body = trim(FormattedText(text=text, entities=tuple(parser.entities)))
    return FormattedText(text=body.text, entities=settle(body.entities))


class _Parser:
    """One pass over the UTF-8 bytes, since the error texts count bytes."""

    def __init__(self, source: str) -> None:
        self._data = source.encode() + b"\0"
        self._at = 0
        self._units = 0
        self._open: list[_OpenTag] = []
        self.pieces: list[str] = []
        self.entities: list[Entity] = []

    def run(self) -> None:
        while self._data[self._at] != _END:
            if self._data.startswith(b"</", self._at):
                self._end_tag()
            elif self._data.startswith(b"<", self._at):
                self._start_tag()
            else:
                self._text()
        if self._open:
            raise HtmlError(f'Can\'t find end tag corresponding to start tag "{self._open[-1].name}"')

    def _text(self) -> None:
        if literal := _LITERAL.match(self._data, self._at):
            self._emit(literal.group().decode(), literal.end())
        else:
            # A lone ampersand or an unknown name is kept as it stands, as the real server does.
            character, end = _reference(self._data, self._at) or ("&", self._at + 1)
            self._emit(character, end)

    def _emit(self, piece: str, end: int) -> None:
        self.pieces.append(piece)
        self._units += utf16_length(piece)
        self._at = end

    def _take(self, pattern: re.Pattern[bytes]) -> str:
        found = pattern.match(self._data, self._at)
        taken = found.group() if found else b""
        self._at += len(taken)
        return taken.decode()

    def _next_is(self, byte: bytes) -> bool:
        return self._data.startswith(byte, self._at)

    def _start_tag(self) -> None:
        begin = self._at
        self._at += 1
        name = self._take(_TAG_NAME).lower()
        if self._data[self._at] == _END:
            raise HtmlError(f"Unclosed start tag at byte offset {begin}")
        if name not in TAGS:
            raise HtmlError(f'Unsupported start tag "{name}" at byte offset {begin}')
        attributes = self._attributes(name, begin)
        if name == "span" and attributes.get("class") != "tg-spoiler":
            raise HtmlError(f'Tag "span" must have class "tg-spoiler" at byte offset {begin}')
        self._at += 1
        tag = _OpenTag(name=name, attributes=attributes, offset=self._units, piece=len(self.pieces))
        self._open.append(tag)

    def _attributes(self, tag: str, begin: int) -> dict[str, str]:
        found: dict[str, str] = {}
        while True:
            self._take(_SPACES)
            if self._next_is(b">"):
                return found
            name = self._take(_ATTRIBUTE_NAME)
            if not name:
                raise HtmlError(f'Empty attribute name in the tag "{tag}" at byte offset {begin}')
            self._take(_SPACES)
            found[name] = "1"
            if self._next_is(b"="):
                self._at += 1
                self._take(_SPACES)
                self._expect_more(f'Unclosed start tag "{tag}" at byte offset {begin}')
                found[name] = self._attribute_value()
                self._expect_more(f"Unclosed start tag at byte offset {begin}")
            self._expect_more(f'Unclosed start tag "{tag}" at byte offset {begin}')

    def _expect_more(self, otherwise: str) -> None:
        if self._data[self._at] == _END:
            raise HtmlError(otherwise)

    def _attribute_value(self) -> str:
        if not (self._next_is(b'"') or self._next_is(b"'")):
            begin = self._at
            token = self._take(_NAME_TOKEN)
            if self._data[self._at] not in b" \n\0>":
                raise HtmlError(f"Unexpected end of name token at byte offset {begin}")
            return token.lower()
        quote = self._data[self._at]
        self._at += 1
        value = bytearray()
        while self._data[self._at] not in {quote, _END}:
            if decoded := _reference(self._data, self._at):
                value += decoded[0].encode(errors="surrogatepass")
                self._at = decoded[1]
            else:
                value.append(self._data[self._at])
                self._at += 1
        if self._data[self._at] == quote:
            self._at += 1
        return value.decode(errors="replace")

    def _end_tag(self) -> None:
        begin = self._at
        if not self._open:
            raise HtmlError(f"Unexpected end tag at byte offset {begin}")
        self._at += 2
        name = self._take(_TAG_NAME).lower()
        self._take(_SPACES)
        if not self._next_is(b">"):
            raise HtmlError(f"Unclosed end tag at byte offset {begin}")
        tag = self._open[-1]
        if name not in {"", tag.name}:
            expected = f'expected "</{tag.name}>", found "</{name}>"'
            raise HtmlError(f"Unmatched end tag at byte offset {begin}, {expected}")
        self._at += 1
        self._open.pop()
        if self._units > tag.offset:
            self._close(tag)

    def _close(self, tag: _OpenTag) -> None:
        inside = "".join(self.pieces[tag.piece :])
        entity = _entity(tag, self._units - tag.offset, inside)
        if entity is None:
            return
        last = self.entities[-1] if self.entities else None
        same_text = last is not None and (last.offset, last.length) == (entity.offset, entity.length)
        if (
            last
            and same_text
            and {last.kind, entity.kind} == {"pre", "code"}
            and (last.extra or entity.extra)
        ):
            # <pre><code class="language-x"> is one entity, whichever is outside.
            merged = last.extra or entity.extra
            self.entities[-1] = Entity(kind="pre", offset=last.offset, length=last.length, extra=merged)
            return
        self.entities.append(entity)


def _reference(data: bytes, at: int) -> tuple[str, int] | None:
    """Decode the character reference at a place; none when it is not one."""
    found = _REFERENCE.match(data, at)
    if found is None:
        return None
    if name := found["name"]:
        character = _NAMED.get(name)
    else:
        code = int(found["hex"], 16) if found["hex"] else int(found["dec"])
        valid = 0 < code < _MAX_CODE_POINT and found.end() - at < _LONGEST_REFERENCE
        character = chr(code) if valid else None
    if character is None:
        return None
    return character, found.end() + data.startswith(b";", found.end())


def _entity(tag: _OpenTag, length: int, inside: str) -> Entity | None:
    kind = TAGS[tag.name]
    extra: dict[str, str | int] = {}
    given = tag.attributes
    if kind == "text_link":
        url = given.get("href") or inside
        if link_fault(url):
            return None  # the real server drops a link it cannot use and keeps the words
        extra["url"] = url
    elif kind == "custom_emoji":
        extra["custom_emoji_id"] = _number(given.get("emoji-id"), "Invalid custom emoji identifier specified")
    elif kind == "date_time":
        extra["unix_time"] = int(_number(given.get("unix"), "Invalid date specified"))
        if "format" in given:
            extra["date_time_format"] = given["format"]
    elif kind == "code" and given.get("class", "").startswith("language-"):
        extra["language"] = given["class"].removeprefix("language-")
    elif kind == "blockquote" and "expandable" in given:
        kind = "expandable_blockquote"
    return Entity(kind=kind, offset=tag.offset, length=length, extra=extra)


def _number(value: str | None, otherwise: str) -> str:
    if value is None or not value.isdecimal() or int(value) == 0:
        raise HtmlError(otherwise)
    return value
