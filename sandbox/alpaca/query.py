"""Query parameters as Alpaca reads them; what it cannot read it refuses."""

from collections.abc import Sequence

from aiohttp import web

from sandbox.alpaca.refusals import malformed, unprocessable
from sandbox.formats import query_time


def word(request: web.Request, name: str, choices: Sequence[str]) -> str:
    """One of the choices; the first is the default."""
    value = request.query.get(name) or choices[0]
    if value not in choices:
        raise malformed(f"invalid {name}: {value}")
    return value


def whole(request: web.Request, name: str, default: int) -> int:
    """A positive number."""
    text = request.query.get(name) or str(default)
    if not text.isdecimal() or not int(text):
        raise unprocessable(f"{name} must be > 0")
    return int(text)


def moment(request: web.Request, name: str, default: float) -> float:
    """A time or date in wall seconds."""
    return query_time(request, name, default, refuse=lambda text: malformed(f"invalid {name}: {text}"))
