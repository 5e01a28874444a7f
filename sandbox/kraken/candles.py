"""Kraken's OHLC: the newest candles of one width, the last of them unfinished."""

from collections.abc import Mapping

from sandbox.kraken.call import find_pair
from sandbox.kraken.errors import INVALID_ARGUMENTS, KrakenError
from sandbox.kraken.figures import whole, written
from sandbox.kraken.names import pair_names
from sandbox.kraken.public import quote_decimals
from sandbox.market import Market
from sandbox.past import MINUTE_S, Candle

#: In minutes; another width is refused.
WIDTHS = frozenset({1, 5, 15, 30, 60, 240, 1440, 10080, 21600})
#: What is older cannot be had, whatever is asked for.
KEPT = 720


def ohlc(market: Market, params: Mapping[str, str], *, now: float) -> object:
    """The candles of one pair that begin after `since`."""
    listing = find_pair(market, params.get("pair", ""))
    width = whole(params, "interval", 1)
    if width not in WIDTHS:
        raise KrakenError(INVALID_ARGUMENTS)
    width_s = width * MINUTE_S
    running = int(now // width_s) * width_s
    kept = market.candles(listing, width_s=width_s, first=running - (KEPT - 1) * width_s, last=running)
    since = whole(params, "since", 0) or 0
    decimals = quote_decimals(listing)
    # The unfinished candle is there whatever `since` says.
    rows = [_row(candle, decimals) for candle in kept if candle.start > since or candle is kept[-1]]
    return {pair_names(listing).id: rows, "last": running - width_s}


def _row(candle: Candle, decimals: int) -> list[object]:
    prices = (candle.open, candle.high, candle.low, candle.close, candle.close)
    return [candle.start, *(written(price, decimals) for price in prices), "1.00000000", 1]
