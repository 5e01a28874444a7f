"""Formatted text: plain text plus entities, counted in UTF-16 units as Telegram counts."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

#: Control characters other than the newline become spaces; carriage returns disappear.
_CONTROLS: Mapping[int, str | None] = {code: " " for code in range(32) if code != ord("\n")} | {13: None}
_INVISIBLE = " \n\u00a0\u180e\u200b\u200c\u200d\u200e\u200f\u2060\u2800\u3000\ufeff"
_COMMAND = re.compile(r"(?<![\w/])/[A-Za-z0-9_]{1,64}(?:@[A-Za-z0-9_]{3,32})?(?![\w/])")


@dataclass(frozen=True, slots=True, kw_only=True)
class Entity:
    """A stretch of text with a meaning: bold, a link, a bot command."""

    kind: str
    offset: int
    length: int
    extra: Mapping[str, str | int] = field(default_factory=dict)

    @property
    def end(self) -> int:
        """The first unit after the entity."""
        return self.offset + self.length

    def to_json(self) -> dict[str, str | int]:
        """The MessageEntity object of the Bot API."""
        return {"type": self.kind, "offset": self.offset, "length": self.length, **self.extra}


@dataclass(frozen=True, slots=True, kw_only=True)
class FormattedText:
    """What a message says."""

    text: str
    entities: tuple[Entity, ...] = ()

    @property
    def is_blank(self) -> bool:
        """Whether a reader would see nothing."""
        return not self.text.strip(_INVISIBLE)


def utf16_length(text: str) -> int:
    """Count UTF-16 units: an emoji outside the basic plane counts twice."""
    return len(text) + sum(character > "\uffff" for character in text)


def clean(text: str) -> str:
    """Replace what a message cannot carry."""
    return text.translate(_CONTROLS)


def trim(body: FormattedText) -> FormattedText:
    """Cut the blank ends, moving and shortening entities with them."""
    from_left = body.text.lstrip(" \n")
    cut = len(body.text) - len(from_left)
    text = from_left.rstrip(" \n")
    end = utf16_length(text)
    moved = []
    for entity in body.entities:
        start, stop = max(entity.offset - cut, 0), min(entity.end - cut, end)
        if start < stop:
            moved.append(Entity(kind=entity.kind, offset=start, length=stop - start, extra=entity.extra))
    return FormattedText(text=text, entities=tuple(moved))


def plain(text: str) -> FormattedText:
    """Take text as it stands, without markup."""
    return trim(FormattedText(text=clean(text)))


def with_commands(body: FormattedText) -> FormattedText:
    """Mark each ``/command``, as Telegram does for what people type."""
    marks = [
        Entity(
            kind="bot_command",
            offset=utf16_length(body.text[: found.start()]),
            length=utf16_length(found.group()),
        )
        for found in _COMMAND.finditer(body.text)
    ]
    return FormattedText(text=body.text, entities=(*body.entities, *marks))
