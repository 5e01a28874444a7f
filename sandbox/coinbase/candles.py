"""The candles of a product: newest first, only whole ranges, never more than a page."""

from aiohttp import web

from engine.brokers.paper.book import Listing
from sandbox.coinbase.refusals import Json, invalid
from sandbox.fields import query_whole
from sandbox.formats import plain
from sandbox.market import Market
from sandbox.past import Candle

WIDTHS_S = {
    "ONE_MINUTE": 60,
    "FIVE_MINUTE": 300,
    "FIFTEEN_MINUTE": 900,
    "THIRTY_MINUTE": 1_800,
    "ONE_HOUR": 3_600,
    "TWO_HOUR": 7_200,
    "FOUR_HOUR": 14_400,
    "SIX_HOUR": 21_600,
    "ONE_DAY": 86_400,
}
MOST = 350


def list_candles(market: Market, listing: Listing, request: web.Request) -> Json:
    """Every candle that begins within `start` and `end`, both in seconds and both included."""
    width_s = WIDTHS_S.get(request.query.get("granularity", ""))
    if width_s is None:
        raise invalid("granularity argument is invalid")
    start, end = _second(request, "start"), _second(request, "end")
    most = _second(request, "limit", default=MOST)
    if end < start or not 0 < most <= MOST:
        raise invalid("start and end argument is invalid")
    if (end - start) // width_s >= MOST:
        raise invalid(
            f"start and end argument is invalid - number of candles requested should be less than {MOST}"
        )
    found = market.candles(listing, width_s=width_s, first=start, last=end)
    return {"candles": [_row(candle) for candle in reversed(found)][:most]}


def _second(request: web.Request, name: str, *, default: int | None = None) -> int:
    refusal = invalid(f"{name} argument is invalid")
    return query_whole(request, name, default, refuse=lambda _: refusal, least=0)


def _row(candle: Candle) -> Json:
    return {
        "start": str(candle.start),
        "low": plain(candle.low),
        "high": plain(candle.high),
        "open": plain(candle.open),
        "close": plain(candle.close),
        "volume": "1",
    }
