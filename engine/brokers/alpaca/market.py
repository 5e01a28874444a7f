"""Alpaca's market data: crypto, the stocks that are held, and the stock session."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from functools import partial

from engine.brokers.alpaca.names import Catalog, parse_catalog
from engine.brokers.alpaca.parse import parse_bars, parse_book, parse_quotes
from engine.brokers.alpaca.session import parse_session
from engine.brokers.base import Session
from engine.brokers.candles import QUIET_FOR_AT_MOST, close_at
from engine.brokers.ccxt_broker import reading
from engine.brokers.ccxt_client import DEFAULT_TIMEOUT_S, Call, alpaca_client
from engine.brokers.ccxt_market import CcxtMarketData, ask_together, gather_quotes
from engine.brokers.listings import NOTHING_LISTED
from engine.brokers.parse import as_row, iso_time_in
from engine.brokers.venue_http import Http
from engine.clock import Clock
from engine.model.errors import BrokerError, RefusalReason, RefusedError
from engine.model.instruments import AssetClass, Instrument
from engine.model.quotes import Level, OrderBook, Quote, Quotes
from engine.model.venues import Venue

ALPACA_URL = "https://api.alpaca.markets"
ALPACA_DATA_URL = "https://data.alpaca.markets"

_TRADER = ("trader", "private")
CRYPTO = ("market", "public")
_STOCKS = ("market", "private")
#: Of coins.
QUOTES = "v1beta3/crypto/us/latest/quotes"


class AlpacaMarketData(CcxtMarketData[Catalog]):
    """Alpaca's market side, read once for all accounts; listings and stocks need some account's key."""

    spare_calls_per_s = 1.0

    def __init__(
        self,
        key: str,
        secret: str,
        *,
        http: Http,
        clock: Clock,
        url: str = ALPACA_URL,
        data_url: str = ALPACA_DATA_URL,
        timeout_s: float = DEFAULT_TIMEOUT_S,
    ) -> None:
        client = alpaca_client(
            http=http, url=url, data_url=data_url, key=key, secret=secret, timeout_s=timeout_s
        )
        super().__init__(client=client, http=http, url=url, clock=clock)
        self.data_url = data_url

    async def fetch_instruments(self) -> Mapping[str, Instrument]:
        """Return what is listed, by our symbol; stocks join the mapping when an account turns out to hold them."""
        return (await self.refresh_catalog()).instruments

    async def fetch_quotes(self, symbols: Collection[str], *, within_s: float | None = None) -> Quotes:
        """Return the latest quotes: one request for all pairs and one for all stocks."""
        catalog = await self.catalog()
        wanted = {catalog.venue_symbol(s): s for s in symbols if s in catalog.instruments}
        stocks = {name: symbol for name, symbol in wanted.items() if symbol in catalog.tickers}
        pairs = {name: symbol for name, symbol in wanted.items() if name not in stocks}
        return await gather_quotes(
            self.venue,
            partial(self._quotes, QUOTES, CRYPTO, pairs),
            partial(self._quotes, "v2/stocks/quotes/latest", _STOCKS, stocks),
            within_s=within_s,
        )

    async def fetch_book(self, symbol: str) -> OrderBook:
        """Return the order book; of a stock only the top is to be had."""
        instrument = require_listed(await self.catalog(), symbol)
        if instrument.asset_class is AssetClass.STOCK:
            return _top_as_book((await self.fetch_quotes([symbol])).get(symbol), symbol)
        answer = await self._get("v1beta3/crypto/us/latest/orderbooks", CRYPTO, symbols=symbol)
        with reading(Venue.ALPACA):
            book = parse_book(answer, symbol)
        return replace(book, at=book.at - self.ahead(self.data_url))

    async def fetch_close(self, symbol: str, at: datetime) -> Decimal | None:
        """Return a pair's price at a past moment, from the last minute of which there is a bar."""
        instrument = require_listed(await self.catalog(), symbol)
        if instrument.asset_class is AssetClass.STOCK:
            return None  # shares are no money: nobody pays with them
        answer = await self._get(
            "v1beta3/crypto/us/bars",
            CRYPTO,
            symbols=symbol,
            timeframe="1Min",
            start=_rfc3339(at - QUIET_FOR_AT_MOST),
            end=_rfc3339(at),
            limit="1",
            sort="desc",
        )
        with reading(Venue.ALPACA):
            return close_at(parse_bars(answer, symbol), at)

    async def fetch_time(self) -> datetime:
        """Return the venue's clock."""
        answer = await self._get("v2/clock", _TRADER)
        with reading(Venue.ALPACA):
            return iso_time_in(as_row(answer, "clock"), "timestamp")

    async def fetch_session(self) -> Session | None:
        """Return the stock session."""
        answer = await self._get("v2/clock", _TRADER)
        with reading(Venue.ALPACA):
            session = parse_session(answer)
        return session.moved(-self.ahead())

    async def load_stocks(self, tickers: Iterable[str]) -> None:
        """Look up stocks that an account holds and we have not met; one without an answer is met later."""
        for ticker in tickers:
            if not (await self.catalog()).has_stock(ticker):
                await self._load_stock(ticker)

    async def _load_stock(self, ticker: str) -> None:
        try:
            answer = await self._get(f"v2/assets/{ticker}", _TRADER)
            # The listings may have been read again meanwhile.
            catalog = await self.catalog()
            with reading(Venue.ALPACA):
                catalog.add_stock(as_row(answer, ticker))
        except BrokerError:
            return  # the holding is reported all the same, only without a price for now

    async def _quotes(self, path: str, api: tuple[str, ...], symbols: Mapping[str, str]) -> dict[str, Quote]:
        async def ask(some: Sequence[str]) -> dict[str, Quote]:
            answer = await self._get(path, api, symbols=",".join(some))
            with reading(Venue.ALPACA):
                quotes = parse_quotes(answer, symbols)
            ahead = self.ahead(self.data_url)
            return {symbol: replace(quote, at=quote.at - ahead) for symbol, quote in quotes.items()}

        return await ask_together(sorted(symbols), ask)

    async def _fetch_catalog(self) -> Catalog:
        answer = await self._get("v2/assets", _TRADER, asset_class="crypto", status="active")
        with reading(Venue.ALPACA):
            fresh = parse_catalog(answer, self._catalog.instruments if self._catalog else NOTHING_LISTED)
        if self._catalog:
            fresh.keep_listed(self._catalog)
        return fresh

    async def _get(self, path: str, api: tuple[str, ...], **params: str) -> object:
        return await self._send(Call(path=path, api=api, params=params))


def require_listed(catalog: Catalog, symbol: str) -> Instrument:
    """Return what Alpaca lists under a symbol."""
    instrument = catalog.instruments.get(symbol)
    if instrument is None:
        raise RefusedError(Venue.ALPACA, f"{symbol} is not listed", RefusalReason.UNKNOWN_SYMBOL)
    return instrument


def _rfc3339(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _top_as_book(quote: Quote | None, symbol: str) -> OrderBook:
    if quote is None:
        raise RefusedError(Venue.ALPACA, f"no quote for {symbol}", RefusalReason.UNKNOWN_SYMBOL)
    sides = ((quote.bid, quote.bid_quantity), (quote.ask, quote.ask_quantity))
    bids, asks = (
        (Level(price=price, quantity=quantity),) if price and quantity else () for price, quantity in sides
    )
    return OrderBook(symbol=symbol, bids=bids, asks=asks, at=quote.at)
