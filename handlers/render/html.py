"""Telegram's HTML: escaping, fixed-width blocks, and cutting long text without breaking a tag."""

import html
import re
from collections.abc import Iterable, Iterator, Sequence

#: A message holds this many UTF-16 units, counted after the markup is taken out.
MESSAGE_UNITS = 4096
#: The text under a file holds fewer.
CAPTION_UNITS = 1024
#: A phone shows this many columns of fixed width before it wraps.
COLUMNS = 34

_LONGEST_FOREIGN = 300

_TAG = re.compile(r"<(?P<end>/?)(?P<name>[a-z-]+)[^>]*>")
_TOKEN = re.compile(r"<[^>]*>|&[a-z]+;|.", re.DOTALL)
#: Where to cut, best first: between blocks, between lines, anywhere.
_SEPARATORS = ("\n\n", "\n", "")


def escape(text: str) -> str:
    """Make foreign text safe to show."""
    return html.escape(text, quote=False)


def foreign(text: str) -> str:
    """Show text of a venue or the engine: safe, in one paragraph, and not a whole error page."""
    line = " ".join("".join(sign if sign.isprintable() else " " for sign in text).split())
    return escape(line if len(line) <= _LONGEST_FOREIGN else f"{line[:_LONGEST_FOREIGN]}…")


def bold(text: str) -> str:
    """Show text in bold."""
    return f"<b>{escape(text)}</b>"


def code(text: str) -> str:
    """Show text in fixed width; a tap copies it."""
    return f"<code>{escape(text)}</code>"


def rows(pairs: Iterable[tuple[str, str]]) -> str:
    """Show labels left and values right in fixed width; a value too long goes to its own line."""
    lines: list[str] = []
    for label, value in pairs:
        if len(label) + len(value) < COLUMNS:
            lines.append((label + value.rjust(COLUMNS - len(label))).rstrip())
        else:
            lines += _wrapped(label)
            lines += (piece.rjust(COLUMNS) for piece in _wrapped(value))
    return f"<pre>{escape(chr(10).join(lines))}</pre>"


def plain_text(text: str) -> str:
    """Take the markup out again."""
    return html.unescape(_TAG.sub("", text))


def units(text: str) -> int:
    """Count what Telegram counts: UTF-16 units of the text without its markup."""
    return len(plain_text(text).encode("utf-16-le")) // 2


def split(text: str, limit: int = MESSAGE_UNITS) -> tuple[str, ...]:
    """Cut text into messages, between blocks or lines where possible, never inside a tag."""
    parts = _balanced(_pack(text, limit, _SEPARATORS))
    return tuple(part for part in parts if plain_text(part).strip())


def _wrapped(text: str) -> list[str]:
    line = " ".join(text.split())
    return [line[start : start + COLUMNS] for start in range(0, len(line), COLUMNS)]


def _pack(text: str, limit: int, separators: Sequence[str]) -> list[str]:
    if units(text) <= limit:
        return [text]
    separator, *finer = separators
    pieces = text.split(separator) if separator else _TOKEN.findall(text)
    parts: list[str] = []
    room = 0
    for piece in pieces:
        size, gap = units(piece), len(separator)
        if parts and size + gap <= room:
            parts[-1] += separator + piece
            room -= size + gap
            continue
        new = _pack(piece, limit, finer) if size > limit else [piece]
        parts += new
        room = limit - units(new[-1])
    return parts


def _balanced(parts: Sequence[str]) -> Iterator[str]:
    """Close at the end of each part what is open there, and open it again in the next."""
    open_tags: list[re.Match[str]] = []
    for part in parts:
        opening = "".join(tag.group() for tag in open_tags)
        for tag in _TAG.finditer(part):
            if tag["end"]:
                open_tags.pop()
            else:
                open_tags.append(tag)
        closing = "".join(f"</{tag['name']}>" for tag in reversed(open_tags))
        yield f"{opening}{part}{closing}"
