"""What a client asks for, read field by field; each venue hands in how it refuses what it cannot read."""

import re
from collections.abc import Callable, Mapping, Sequence
from typing import TypeVar

from aiohttp import web

from sandbox.formats import parse_time

Item = TypeVar("Item")
#: Makes the refusal of a text.
Refuse = Callable[[str], Exception]
AMOUNT = re.compile(r"\d+(\.\d+)?")
#: Alpaca's; Coinbase tells none, and its own SDK and most clients send a UUID.
LONGEST_CLIENT_ID = 128


def body_text(body: Mapping[str, object], name: str, *, refuse: Refuse) -> str:
    """A field that must be there, and a text."""
    value = body.get(name)
    if not isinstance(value, str) or not value:
        raise refuse(f"{name} is required")
    return value


def query_whole(
    request: web.Request,
    name: str,
    default: int | None = None,
    *,
    refuse: Refuse,
    least: int = 1,
    most: int | None = None,
) -> int:
    """A whole number of a query; without a default it must be there."""
    text = request.query.get(name) or ("" if default is None else str(default))
    if not text.isdecimal() or int(text) < least or (most is not None and int(text) > most):
        raise refuse(text)
    return int(text)


def query_choice(request: web.Request, name: str, choices: Sequence[str], *, refuse: Refuse) -> str:
    """One of the choices; the first is the default."""
    value = request.query.get(name) or choices[0]
    if value not in choices:
        raise refuse(value)
    return value


def query_time(request: web.Request, name: str, default: float, *, refuse: Refuse) -> float:
    """A time or date of a query in wall seconds."""
    text = request.query.get(name)
    if not text:
        return default
    try:
        return parse_time(text)
    except ValueError as error:
        raise refuse(text) from error


def page_after(
    items: Sequence[Item], *, cursor: str, limit: int, id_of: Callable[[Item], str], refuse: Refuse
) -> tuple[Sequence[Item], str]:
    """The items after the one that a cursor names, and the cursor of the next page or an empty string."""
    begin = 0
    if cursor:
        place = next((place for place, item in enumerate(items) if id_of(item) == cursor), None)
        if place is None:
            raise refuse(cursor)
        begin = place + 1
    rows = items[begin : begin + limit]
    more = begin + limit < len(items)
    return rows, id_of(rows[-1]) if rows and more else ""
