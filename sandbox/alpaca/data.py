"""Market data: crypto for anyone, stock quotes with a key; all numbers are JSON floats."""

import re
from collections.abc import Callable

from aiohttp import web

from engine.brokers.paper.book import Book, Level, Listing
from sandbox.alpaca.bars import list_bars
from sandbox.alpaca.names import find_listing, is_crypto, symbol_of
from sandbox.alpaca.refusals import BAD_REQUEST, AlpacaError, Json
from sandbox.catalogue import ALPACA
from sandbox.formats import iso_time, number
from sandbox.market import Market

PAIR = re.compile(r"[A-Z]+/[A-Z]+")
STOCK = re.compile(r"[A-Z.]+")


class MarketData:
    """Symbols that are well formed but not listed are left out of the answer."""

    def __init__(self, market: Market, now: Callable[[], float]) -> None:
        self._market = market
        self._now = now

    async def snapshots(self, request: web.Request) -> Json:
        """GET /v1beta3/crypto/{loc}/snapshots."""
        return {"snapshots": {symbol_of(each): self._snapshot(each) for each in self._pairs(request)}}

    async def order_books(self, request: web.Request) -> Json:
        """GET /v1beta3/crypto/{loc}/latest/orderbooks."""
        books = {symbol_of(each): self._market.book(ALPACA, each.symbol) for each in self._pairs(request)}
        return {"orderbooks": {symbol: _book(book) for symbol, book in books.items()}}

    async def crypto_quotes(self, request: web.Request) -> Json:
        """GET /v1beta3/crypto/{loc}/latest/quotes."""
        return {"quotes": {symbol_of(each): _quote(self._ticker(each)) for each in self._pairs(request)}}

    async def bars(self, request: web.Request) -> Json:
        """GET /v1beta3/crypto/{loc}/bars."""
        return list_bars(self._market, self._pairs(request), request, now=self._now())

    async def stock_quotes(self, request: web.Request) -> Json:
        """GET /v2/stocks/quotes/latest."""
        listings = self._asked(request, STOCK, crypto=False)
        venue = {"ax": "V", "bx": "V", "c": ["R"], "z": "C"}
        return {"quotes": {symbol_of(each): {**_quote(self._ticker(each)), **venue} for each in listings}}

    def _pairs(self, request: web.Request) -> list[Listing]:
        return self._asked(request, PAIR, crypto=True)

    def _asked(self, request: web.Request, pattern: re.Pattern[str], *, crypto: bool) -> list[Listing]:
        names = request.query.get("symbols", "").split(",")
        for name in names:
            if not pattern.fullmatch(name):
                told = f"Invalid symbol(s): {name} does not match ^{pattern.pattern}$"
                raise AlpacaError(BAD_REQUEST, told)
        found = [find_listing(self._market, name) for name in names]
        return [each for each in found if each and is_crypto(each) is crypto]

    def _ticker(self, listing: Listing) -> Book:
        return self._market.ticker(ALPACA, listing.symbol)

    def _snapshot(self, listing: Listing) -> Json:
        book = self._ticker(listing)
        bar = _bar(book)
        return {
            "dailyBar": bar,
            "latestQuote": _quote(book),
            "latestTrade": _trade(book),
            "minuteBar": bar,
            "prevDailyBar": bar,
        }


def _book(book: Book) -> Json:
    return {
        "a": [{"p": number(level.price), "s": number(level.size)} for level in book.asks],
        "b": [{"p": number(level.price), "s": number(level.size)} for level in book.bids],
        "t": iso_time(book.at),
    }


def _quote(book: Book) -> Json:
    # A side without offers is a zero here, not an absence.
    return {
        "ap": _price(book.ask),
        "as": _size(book.ask),
        "bp": _price(book.bid),
        "bs": _size(book.bid),
        "t": iso_time(book.at),
    }


def _trade(book: Book) -> Json:
    # The last trade took the ask: whoever mistakes it for the bid is off by the spread.
    level = book.ask or book.bid
    return {"i": int(book.at * 1000), "p": _price(level), "s": 0.001, "t": iso_time(book.at), "tks": "B"}


def _bar(book: Book) -> Json:
    price = _price(book.ask or book.bid)
    return {
        "c": price,
        "h": price,
        "l": price,
        "o": price,
        "vw": price,
        "n": 0,
        "v": 0,
        "t": iso_time(book.at),
    }


def _price(level: Level | None) -> float | None:
    return number(level.price) if level else 0


def _size(level: Level | None) -> float | None:
    return number(level.size) if level else 0
