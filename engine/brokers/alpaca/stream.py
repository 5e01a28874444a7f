"""Alpaca's streams of quotes, of coins and of stocks."""

from collections.abc import Callable
from datetime import timedelta
from functools import partial

from engine.brokers.alpaca.market import AlpacaMarketData
from engine.brokers.alpaca.names import Catalog
from engine.brokers.alpaca.stream_quotes import BAN_S, AlpacaQuotes
from engine.brokers.streams.demand import NameOf
from engine.brokers.streams.venue_price_stream import VenuePriceStream
from engine.brokers.streams.websocket import StreamTerms
from engine.clock import Clock
from engine.model.venues import Venue

#: Of the free plan at IEX.
MOST_STOCKS = 30
#: There are no heartbeats; two pings are missed before a connection is given up.
PING_EVERY_S = 4.0

#: Returns the listings, or None while there are none.
ReadCatalog = Callable[[], Catalog | None]


def alpaca_stream(
    url: str, key: str, secret: str, *, market: AlpacaMarketData, clock: Clock
) -> VenuePriceStream:
    """Return the stream of Alpaca's coins."""
    return VenuePriceStream(
        StreamTerms(venue=Venue.ALPACA, name="Alpaca", url=url, ban_s=BAN_S, ping_every_s=PING_EVERY_S),
        partial(AlpacaQuotes, key=key, secret=secret),
        name_of=pair_name_of(market.known_catalog),
        http=market.http,
        clock=clock,
        ahead=_data_ahead(market),
    )


def alpaca_stock_stream(
    url: str, key: str, secret: str, *, market: AlpacaMarketData, clock: Clock
) -> VenuePriceStream:
    """Return the stream of the stocks that are held, as IEX quotes them: a few percent of the volume."""
    return VenuePriceStream(
        StreamTerms(
            venue=Venue.ALPACA,
            name="Alpaca stocks",
            url=url,
            ban_s=BAN_S,
            ping_every_s=PING_EVERY_S,
            is_whole_market=False,
        ),
        partial(AlpacaQuotes, key=key, secret=secret, most_symbols=MOST_STOCKS),
        name_of=ticker_of(market.known_catalog),
        http=market.http,
        clock=clock,
        ahead=_data_ahead(market),
    )


def _data_ahead(market: AlpacaMarketData) -> Callable[[], timedelta]:
    return lambda: market.ahead(market.data_url)


def pair_name_of(read: ReadCatalog) -> NameOf:
    """Return what names the pairs of coins."""

    def name_of(symbol: str) -> str | None:
        catalog = read()
        is_pair = catalog is not None and symbol in catalog.instruments and symbol not in catalog.tickers
        return symbol if is_pair else None

    return name_of


def ticker_of(read: ReadCatalog) -> NameOf:
    """Return what names the stocks that somebody holds."""

    def name_of(symbol: str) -> str | None:
        catalog = read()
        return None if catalog is None else catalog.tickers.get(symbol)

    return name_of
