"""Query parameters as Alpaca's trading side reads them; what it cannot read it refuses."""

from collections.abc import Sequence

from aiohttp import web

from sandbox.alpaca.refusals import malformed, unprocessable
from sandbox.fields import query_choice, query_time, query_whole


def choice(request: web.Request, name: str, choices: Sequence[str]) -> str:
    """One of the choices; the first is the default."""
    return query_choice(request, name, choices, refuse=lambda text: malformed(f"invalid {name}: {text}"))


def whole(request: web.Request, name: str, default: int) -> int:
    """A positive number."""
    return query_whole(request, name, default, refuse=lambda _: unprocessable(f"{name} must be > 0"))


def moment(request: web.Request, name: str, default: float) -> float:
    """A time or date in wall seconds."""
    return query_time(request, name, default, refuse=lambda text: malformed(f"invalid {name}: {text}"))
