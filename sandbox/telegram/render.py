"""Formatted text back to HTML, safe to show on a page and to parse again."""

from collections import defaultdict

from sandbox.telegram.text import Entity, FormattedText

_TAGS = {
    "bold": "b",
    "italic": "i",
    "underline": "u",
    "strikethrough": "s",
    "spoiler": "tg-spoiler",
    "code": "code",
    "pre": "pre",
    "blockquote": "blockquote",
    "expandable_blockquote": "blockquote",
    "text_link": "a",
    "custom_emoji": "tg-emoji",
    "date_time": "tg-time",
}
_ATTRIBUTES = {
    "url": "href",
    "custom_emoji_id": "emoji-id",
    "unix_time": "unix",
    "date_time_format": "format",
}


def render_html(body: FormattedText) -> str:
    """Write text and entities as Telegram HTML; entities nest, outer ones come first."""
    units = body.text.encode("utf-16-le")
    opening, closing = defaultdict[int, str](str), defaultdict[int, str](str)
    for entity in body.entities:
        if entity.kind in _TAGS:
            start, end = _marks(entity)
            opening[entity.offset] += start
            closing[entity.end] = end + closing[entity.end]
    pieces, last = [], 0
    for place in sorted({*opening, *closing, len(units) // 2}):
        pieces.append(_escape(units[2 * last : 2 * place].decode("utf-16-le")))
        pieces.append(closing[place] + opening[place])
        last = place
    return "".join(pieces)


def _marks(entity: Entity) -> tuple[str, str]:
    tag = _TAGS[entity.kind]
    if language := entity.extra.get("language"):
        return f'<pre><code class="language-{_escape(str(language))}">', "</code></pre>"
    given = {_ATTRIBUTES[name]: str(value) for name, value in entity.extra.items() if name in _ATTRIBUTES}
    attributes = "".join(f' {name}="{_escape(value)}"' for name, value in given.items())
    expandable = " expandable" if entity.kind == "expandable_blockquote" else ""
    return f"<{tag}{attributes}{expandable}>", f"</{tag}>"


def _escape(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace('"', "&quot;")
