"""Query parameters and cursor pages as the v3 lists use them."""

from collections.abc import Callable, Sequence
from typing import TypeVar

from aiohttp import web

from sandbox.coinbase.refusals import invalid
from sandbox.formats import query_time

Item = TypeVar("Item")


def wanted(request: web.Request, *names: str) -> frozenset[str]:
    """All values of a repeatable parameter, under any of its names; empty means: no filter."""
    return frozenset(value for name in names for value in request.query.getall(name, []) if value)


def since_and_until(request: web.Request, since: str, until: str) -> tuple[float, float]:
    """The bounds of a time filter, open where a parameter is missing."""
    return _moment(request, since, float("-inf")), _moment(request, until, float("inf"))


def limit_of(request: web.Request, default: int) -> int:
    """The page size the client asks for."""
    text = request.query.get("limit") or str(default)
    if not text.isdecimal() or not int(text):
        raise invalid(f"limit {text!r} is not a positive number")
    return int(text)


def page(
    items: Sequence[Item], *, cursor: str, limit: int, id_of: Callable[[Item], str]
) -> tuple[Sequence[Item], str]:
    """The items after the cursor, and the cursor of the next page or an empty string."""
    begin = 0
    if cursor:
        place = next((place for place, item in enumerate(items) if id_of(item) == cursor), None)
        if place is None:
            raise invalid("cursor is not valid")
        begin = place + 1
    rows = items[begin : begin + limit]
    more = begin + limit < len(items)
    return rows, id_of(rows[-1]) if rows and more else ""


def _moment(request: web.Request, name: str, default: float) -> float:
    return query_time(request, name, default, refuse=lambda _: invalid(f"{name} is no time"))
