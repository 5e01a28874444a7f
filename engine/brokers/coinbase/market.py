"""Coinbase's public data: products, order books and its clock."""

import asyncio
from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from functools import partial

from engine.brokers.base import Session
from engine.brokers.candles import QUIET_FOR_AT_MOST, close_at
from engine.brokers.ccxt_broker import reading
from engine.brokers.ccxt_client import DEFAULT_TIMEOUT_S, Call, coinbase_client
from engine.brokers.ccxt_market import CcxtMarketData, gather_quotes
from engine.brokers.coinbase.parse import parse_book, parse_book_names, parse_candles, parse_instruments, top
from engine.brokers.coinbase.products import product_id
from engine.brokers.listings import NOTHING_LISTED, kept_with
from engine.brokers.parse import as_row, iso_time_in
from engine.brokers.venue_http import Http
from engine.clock import Clock
from engine.model.errors import RefusalReason, RefusedError
from engine.model.instruments import Instrument
from engine.model.quotes import OrderBook, Quote, Quotes
from engine.model.venues import Venue

COINBASE_URL = "https://api.coinbase.com"

_PUBLIC = ("v3", "public")
_BOOK_LEVELS = "250"
#: Public requests under way at once; ten a second are allowed.
_WIDTH = 5


class CoinbaseMarketData(CcxtMarketData[Mapping[str, Instrument]]):
    """Coinbase's public side, read once for all accounts."""

    spare_calls_per_s = 5.0

    def __init__(
        self, *, http: Http, clock: Clock, url: str = COINBASE_URL, timeout_s: float = DEFAULT_TIMEOUT_S
    ) -> None:
        client = coinbase_client(http=http, url=url, timeout_s=timeout_s)
        super().__init__(client=client, http=http, url=url, clock=clock)
        self._width = asyncio.Semaphore(_WIDTH)
        self._book_names: Mapping[str, str] = {}

    def book_name(self, symbol: str) -> str | None:
        """Return the product whose book a pair trades on, as far as the listings have been read."""
        return self._book_names.get(symbol)

    async def fetch_instruments(self) -> Mapping[str, Instrument]:
        """Return what is listed, by our symbol."""
        return await self.refresh_catalog()

    async def fetch_quotes(self, symbols: Collection[str], *, within_s: float | None = None) -> Quotes:
        """Return the top of each symbol's book, one request each: the product list has no bid and ask."""
        listed = await self.catalog()
        wanted = sorted(symbol for symbol in symbols if symbol in listed)
        requests = (partial(self._quote, symbol) for symbol in wanted)
        return await gather_quotes(self.venue, *requests, within_s=within_s)

    async def fetch_book(self, symbol: str) -> OrderBook:
        """Return the order book, deep enough to walk for an exit."""
        require_listed(await self.catalog(), symbol)
        return await self._book(symbol, _BOOK_LEVELS)

    async def fetch_close(self, symbol: str, at: datetime) -> Decimal | None:
        """Return a pair's price at a past moment, from the last minute in which it was traded."""
        require_listed(await self.catalog(), symbol)
        answer = await self._public(
            f"brokerage/market/products/{product_id(symbol)}/candles",
            start=_seconds(at - QUIET_FOR_AT_MOST),
            end=_seconds(at),
            granularity="ONE_MINUTE",
        )
        with reading(Venue.COINBASE):
            return close_at(parse_candles(answer), at)

    async def fetch_time(self) -> datetime:
        """Return the venue's clock."""
        answer = await self._public("brokerage/time")
        with reading(Venue.COINBASE):
            return iso_time_in(as_row(answer, "time"), "iso")

    async def fetch_session(self) -> Session | None:
        """Return None: crypto has no session."""
        return None

    async def _quote(self, symbol: str) -> dict[str, Quote]:
        book = await self._book(symbol, "1")
        bid, bid_quantity = top(book.bids)
        ask, ask_quantity = top(book.asks)
        quote = Quote(
            symbol=symbol, bid=bid, ask=ask, bid_quantity=bid_quantity, ask_quantity=ask_quantity, at=book.at
        )
        return {symbol: quote}

    async def _book(self, symbol: str, levels: str) -> OrderBook:
        answer = await self._public(
            "brokerage/market/product_book", product_id=product_id(symbol), limit=levels
        )
        with reading(Venue.COINBASE):
            book = parse_book(answer)
        return replace(book, at=book.at - self.ahead())

    async def _fetch_catalog(self) -> Mapping[str, Instrument]:
        answer = await self._public("brokerage/market/products", product_type="SPOT")
        with reading(Venue.COINBASE):
            before = self._catalog or NOTHING_LISTED
            instruments, names = parse_instruments(answer, before), parse_book_names(answer)
        self._book_names = {**self._book_names, **names}
        return kept_with(instruments, before, venue=self.venue.label)

    async def _public(self, path: str, **params: str) -> object:
        async with self._width:
            return await self._send(Call(path=path, api=_PUBLIC, params=params))


def require_listed(listed: Mapping[str, Instrument], symbol: str) -> Instrument:
    """Return what Coinbase lists under a symbol."""
    if symbol not in listed:
        raise RefusedError(Venue.COINBASE, f"{symbol} is not listed", RefusalReason.UNKNOWN_SYMBOL)
    return listed[symbol]


def _seconds(at: datetime) -> str:
    return str(int(at.timestamp()))
