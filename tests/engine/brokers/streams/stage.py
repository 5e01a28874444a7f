"""A venue on loopback whose prices are streamed to a recording sink, in patient time."""

import asyncio
from contextlib import asynccontextmanager
from decimal import Decimal

from engine.brokers.alpaca.market import AlpacaMarketData
from engine.brokers.alpaca.stream import alpaca_stock_stream, alpaca_stream
from engine.brokers.coinbase.market import CoinbaseMarketData
from engine.brokers.coinbase.stream import coinbase_stream
from engine.brokers.kraken.market import KrakenMarketData
from engine.brokers.kraken.stream import kraken_stream
from engine.brokers.venue_http import Http
from sandbox.alpaca import AlpacaServer
from sandbox.alpaca.server import CRYPTO_STREAM, STOCK_STREAM
from sandbox.catalogue import ALPACA, COINBASE, KRAKEN, listings_of
from sandbox.coinbase import CoinbaseServer
from sandbox.coinbase.server import STREAM as COINBASE_STREAM
from sandbox.kraken import KrakenServer
from sandbox.kraken.server import STREAM as KRAKEN_STREAM
from sandbox.market import Market, Override
from tests.patient_loop import START, LoopClock

PRICES = {
    "BTC": "50000",
    "ETH": "3000",
    "SOL": "150",
    "ADA": "0.5",
    "XRP": "2",
    "USDT": "1",
    "EUR": "1.1",
    "DOGE": "0.2",
    "USDC": "1",
    "AAPL": "200",
    "SPY": "500",
}
KINDS = ("kraken", "coinbase", "alpaca", "alpaca stocks")


def plain(amount):
    return f"{amount.normalize():f}"


class RecordingSink:
    """What a stream handed over, in its order."""

    def __init__(self):
        self.events = []
        self.quotes = {}
        self.live_now = set()
        self.losses = {}
        self._news = asyncio.Event()

    def quote(self, quote, received):
        self.quotes[quote.symbol] = quote
        self._note(("quote", quote.symbol, plain(quote.bid), plain(quote.ask)))

    def live(self, symbol):
        self.live_now.add(symbol)
        self._note(("live", symbol))

    def lost(self, symbols, loss):
        for symbol in symbols:
            self.live_now.discard(symbol)
            self.losses[symbol] = loss
            self._note(("lost", symbol, loss.reason.name))

    def _note(self, event):
        self.events.append(event)
        self._news.set()
        self._news = asyncio.Event()

    async def until(self, is_so, within_s=60):
        async with asyncio.timeout(within_s):
            while not is_so():
                await self._news.wait()

    async def until_live(self, *symbols, within_s=60):
        await self.until(lambda: self.live_now >= set(symbols), within_s)

    async def until_lost(self, symbol, reason=None):
        """Wait for it, whatever it was before, and return the message."""
        await self.until(lambda: symbol not in self.live_now and symbol in self.losses)
        if reason is not None:
            await self.until(lambda: self.losses[symbol].reason is reason)
        return self.losses[symbol].message

    def count(self, *begin):
        return sum(event[: len(begin)] == begin for event in self.events)


class Stage:
    """One stream, from the market to the sink."""

    def __init__(self, kind, server, path, connected, clock):
        self.kind = kind
        self.stream, self.data = connected
        self.venue = server.venue
        self.server = server
        self.market = server.market
        self.path = path
        self.endpoint = server.streams[path]
        self.faults = self.endpoint.faults
        self.clock = clock
        self.sink = RecordingSink()
        is_stock = kind == "alpaca stocks"
        self.symbol, self.other = ("AAPL/USD", "SPY/USD") if is_stock else ("BTC/USD", "ETH/USD")
        self.unlisted = "NONE/USD"

    # the market

    def set_prices(self, symbol, bid, ask, size="5"):
        sizes = {"bid_size": Decimal(size), "ask_size": Decimal(size)}
        prices = {"bid": bid and Decimal(bid), "ask": ask and Decimal(ask)}
        self.market.override(self.venue, symbol, Override(**prices, **sizes))

    # the stream

    async def subscribe(self, *symbols):
        """Want these, and wait until the venue has received it."""
        self.stream.want(symbols)
        await self.clock.sleep(3)

    async def go_live(self, *symbols):
        """Want these and make each of them move once, which is what it takes where there is no snapshot."""
        symbols = symbols or (self.symbol,)
        await self.subscribe(*symbols)
        for symbol in symbols:
            self.set_prices(symbol, "100.4", "100.6")
            self.set_prices(symbol, "100.5", "100.7")
        await self.sink.until_live(*symbols)
        await self.sink.until(lambda: all(self.bid_of(each) == "100.5" for each in symbols))

    @property
    def bid(self):
        return self.bid_of(self.symbol)

    def bid_of(self, symbol):
        return plain(self.sink.quotes[symbol].bid)

    async def until_bid(self, bid):
        await self.sink.until(lambda: self.symbol in self.sink.quotes and self.bid == bid)


@asynccontextmanager
async def open_stage(kind):
    async with open_quiet_stage(kind) as stage:
        running = asyncio.create_task(stage.stream.run(stage.sink), name="stream run")
        try:
            yield stage
        finally:
            running.cancel()
            await asyncio.gather(running, return_exceptions=True)


@asynccontextmanager
async def open_quiet_stage(kind):
    """A stage whose stream nobody runs yet."""
    loop = asyncio.get_running_loop()
    clock = LoopClock(loop, start=START)
    market = Market(now=lambda: clock.now().timestamp())
    for listing in listings_of(KRAKEN, COINBASE, ALPACA):
        market.add(listing)
    for asset, price in PRICES.items():
        market.set_price(asset, Decimal(price))
    times = {"now": lambda: clock.now().timestamp(), "monotonic": loop.time}
    server, path, connect = _KINDS[kind](market, times)
    secrets = [account.secret for account in server.accounts.values()]
    http = Http.open(clock, secrets=secrets)
    try:
        async with server:
            connected = await connect(http, clock)
            yield Stage(kind, server, path, connected, clock)
            await connected[1].close()
    finally:
        await http.close()


def _kraken(market, times):
    server = KrakenServer(market=market, **times)

    async def connect(http, clock):
        data = KrakenMarketData(http=http, clock=clock, url=server.url)
        return kraken_stream(server.stream_url(KRAKEN_STREAM), market=data, clock=clock), data

    return server, KRAKEN_STREAM, connect


def _coinbase(market, times):
    server = CoinbaseServer(market=market, **times)

    async def connect(http, clock):
        data = CoinbaseMarketData(http=http, clock=clock, url=server.url)
        await data.refresh_catalog()
        return coinbase_stream(server.stream_url(COINBASE_STREAM), market=data, clock=clock), data

    return server, COINBASE_STREAM, connect


def _alpaca(path, open_stream):
    def make(market, times):
        server = AlpacaServer(market=market, **times)
        server.session.forced = True
        account = server.add_account()

        async def connect(http, clock):
            keys = account.key, account.secret
            data = AlpacaMarketData(*keys, http=http, clock=clock, url=server.url, data_url=server.url)
            await data.load_stocks(["AAPL", "SPY"])
            return open_stream(server.stream_url(path), *keys, market=data, clock=clock), data

        return server, path, connect

    return make


_KINDS = {
    "kraken": _kraken,
    "coinbase": _coinbase,
    "alpaca": _alpaca(CRYPTO_STREAM, alpaca_stream),
    "alpaca stocks": _alpaca(STOCK_STREAM, alpaca_stock_stream),
}
