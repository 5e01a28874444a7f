"""Query parameters and cursor pages as the v3 lists use them."""

from collections.abc import Callable, Sequence
from typing import TypeVar

from aiohttp import web

from sandbox.coinbase.refusals import invalid
from sandbox.fields import page_after, query_time, query_whole

Item = TypeVar("Item")


def wanted(request: web.Request, *names: str) -> frozenset[str]:
    """All values of a repeatable parameter, under any of its names; empty means: no filter."""
    return frozenset(value for name in names for value in request.query.getall(name, []) if value)


def since_and_until(request: web.Request, since: str, until: str) -> tuple[float, float]:
    """The bounds of a time filter, open where a parameter is missing."""
    return _moment(request, since, float("-inf")), _moment(request, until, float("inf"))


def limit_of(request: web.Request, default: int) -> int:
    """The page size the client asks for."""
    return query_whole(
        request, "limit", default, refuse=lambda text: invalid(f"limit {text!r} is not a positive number")
    )


def page(
    items: Sequence[Item], *, cursor: str, limit: int, id_of: Callable[[Item], str]
) -> tuple[Sequence[Item], str]:
    """The items after the cursor, and the cursor of the next page or an empty string."""
    return page_after(
        items, cursor=cursor, limit=limit, id_of=id_of, refuse=lambda _: invalid("cursor is not valid")
    )


def _moment(request: web.Request, name: str, default: float) -> float:
    return query_time(request, name, default, refuse=lambda _: invalid(f"{name} is no time"))
