"""Past bars of crypto, page by page: symbol after symbol, each from the oldest unless told otherwise."""

import base64
import re
from collections.abc import Iterable, Sequence

from aiohttp import web

from engine.brokers.paper.book import Listing
from sandbox.alpaca.names import symbol_of
from sandbox.alpaca.refusals import BAD_REQUEST, AlpacaError, Json
from sandbox.fields import Refuse, query_choice, query_time, query_whole
from sandbox.formats import iso_time, number
from sandbox.market import Market
from sandbox.past import Candle

_UNITS_S = {"min": 60, "t": 60, "hour": 3_600, "h": 3_600, "day": 86_400, "d": 86_400}
_MOST_OF = {"min": 59, "t": 59, "hour": 23, "h": 23, "day": 1, "d": 1}
_TIMEFRAME = re.compile(r"([1-9]\d?)(min|t|hour|h|day|d)")
_DAY_S = 86_400
_PAGE, _LONGEST_PAGE = 1_000, 10_000


def list_bars(market: Market, listings: Sequence[Listing], request: web.Request, *, now: float) -> Json:
    """The bars between `start` and `end`, both included; `limit` counts those of all symbols together."""
    width_s = _width_s(request.query.get("timeframe", ""))
    first = query_time(request, "start", now // _DAY_S * _DAY_S, refuse=_invalid("start"))
    last = query_time(request, "end", now, refuse=_invalid("end"))
    if last < first:
        raise _refused("end should not be before start")
    limit = query_whole(request, "limit", _PAGE, refuse=_invalid("limit"), most=_LONGEST_PAGE)
    begin, sort = _offset(request), query_choice(request, "sort", ("asc", "desc"), refuse=_invalid("sort"))
    rows = [
        (listing, candle)
        for listing in listings
        for candle in _ordered(
            market.candles(listing, width_s=width_s, first=first, last=last), reverse=sort == "desc"
        )
    ]
    bars: dict[str, list[Json]] = {}
    for listing, candle in rows[begin : begin + limit]:
        bars.setdefault(symbol_of(listing), []).append(_bar(candle))
    is_last = begin + limit >= len(rows)
    return {"bars": bars, "next_page_token": None if is_last else _token(begin + limit)}


def _ordered(candles: list[Candle], *, reverse: bool) -> Iterable[Candle]:
    return reversed(candles) if reverse else candles


def _bar(candle: Candle) -> Json:
    return {
        "c": number(candle.close),
        "h": number(candle.high),
        "l": number(candle.low),
        "n": 1,
        "o": number(candle.open),
        "t": iso_time(candle.start).replace(".000000", ""),
        "v": 1.0,
        "vw": number(candle.close),
    }


def _width_s(text: str) -> int:
    found = _TIMEFRAME.fullmatch(text.lower())
    if found is None or int(found[1]) > _MOST_OF[found[2]]:
        raise _invalid("timeframe")(text)
    return int(found[1]) * _UNITS_S[found[2]]


def _token(offset: int) -> str:
    return base64.b64encode(f"bars|{offset}".encode()).decode()


def _offset(request: web.Request) -> int:
    text = request.query.get("page_token")
    if not text:
        return 0
    try:
        kind, _, offset = base64.b64decode(text, validate=True).decode().partition("|")
    except ValueError:
        kind, offset = "", ""
    if kind != "bars" or not offset.isdecimal():
        raise _invalid("page_token")(text)
    return int(offset)


def _invalid(name: str) -> Refuse:
    return lambda text: _refused(f"invalid {name}: {text}")


def _refused(message: str) -> AlpacaError:
    return AlpacaError(BAD_REQUEST, message)
