"""Which entities may lie inside which: Telegram's rules, applied without a word to the sender."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from itertools import pairwise

from sandbox.telegram.text import Entity

#: Outer first where two entities cover the same text.
_PRIORITY = {"blockquote": 0, "expandable_blockquote": 0, "pre": 10, "code": 20, "text_link": 49, "bold": 90}
_PRIORITY |= {"italic": 91, "underline": 92, "strikethrough": 93, "spoiler": 94}
_CODE = frozenset({"code", "pre"})
#: These may contain and be contained; they are cut at the edges of code and quotes, and left out in code.
_SPLITTABLE = frozenset({"bold", "italic", "underline", "strikethrough", "spoiler"})
#: These may contain everything but themselves.
_QUOTES = frozenset({"blockquote", "expandable_blockquote"})


def settle(entities: Sequence[Entity]) -> tuple[Entity, ...]:
    """Sort outer before inner, keep the outer of two that cannot nest, cut formatting out of code."""
    quotes = _outermost(entity for entity in entities if entity.kind in _QUOTES)
    solid = _outermost(entity for entity in entities if entity.kind not in _QUOTES | _SPLITTABLE)
    codes = [entity for entity in solid if entity.kind in _CODE]
    splittable = [entity for entity in entities if entity.kind in _SPLITTABLE]
    soft = [part for entity in splittable for part in _around(entity, codes, quotes)]
    return tuple(sorted([*quotes, *solid, *soft], key=_outer_first))


def _outer_first(entity: Entity) -> tuple[int, int, int]:
    return entity.offset, -entity.length, _PRIORITY.get(entity.kind, 99)


def _outermost(entities: Iterable[Entity]) -> list[Entity]:
    kept: list[Entity] = []
    for entity in sorted(entities, key=_outer_first):
        if not kept or entity.offset >= kept[-1].end:
            kept.append(entity)
    return kept


def _around(entity: Entity, codes: list[Entity], quotes: list[Entity]) -> list[Entity]:
    edges = {edge for other in (*codes, *quotes) for edge in (other.offset, other.end)}
    inner = (edge for edge in edges if entity.offset < edge < entity.end)
    parts = pairwise(sorted({entity.offset, *inner, entity.end}))
    return [
        replace(entity, offset=start, length=end - start)
        for start, end in parts
        if not any(code.offset <= start < code.end for code in codes)
    ]
