"""An account at a venue on loopback whose news is pushed to a recording sink, in patient time."""

import asyncio
import base64
from contextlib import asynccontextmanager
from decimal import Decimal

from engine.brokers.alpaca.account_stream import alpaca_account_stream
from engine.brokers.alpaca.market import AlpacaMarketData
from engine.brokers.coinbase.account_stream import coinbase_account_stream
from engine.brokers.coinbase.market import CoinbaseMarketData
from engine.brokers.kraken.account_stream import kraken_account_stream
from engine.brokers.kraken.broker import connect_kraken
from engine.brokers.kraken.market import KrakenMarketData
from engine.brokers.paper.ledger import Draft, Kind
from engine.brokers.venue_http import Http
from engine.model.orders import Side
from engine.model.venues import Account, Venue
from sandbox.alpaca import AlpacaServer
from sandbox.alpaca.server import TRADE_STREAM
from sandbox.catalogue import ALPACA, COINBASE, KRAKEN, listings_of
from sandbox.coinbase import CoinbaseServer
from sandbox.coinbase.server import USER_STREAM
from sandbox.kraken import KrakenServer
from sandbox.kraken.server import ACCOUNT_STREAM
from sandbox.market import Market
from tests.patient_loop import START, LoopClock

KINDS = (KRAKEN, COINBASE, ALPACA)
KRAKEN_KEY, KRAKEN_SECRET = "k" * 56, base64.b64encode(b"private " * 8).decode()


class RecordingSink:
    """What a stream told, in its order."""

    def __init__(self):
        self.events = []
        self.is_live = False
        self.loss = None
        self._news = asyncio.Event()

    def order(self, news):
        self._note(("order", news.venue_order_id, news.is_over))

    def balance(self):
        self._note(("balance",))

    def live(self):
        self.is_live = True
        self._note(("live",))

    def lost(self, loss):
        self.is_live, self.loss = False, loss
        self._note(("lost", loss.reason.name))

    def _note(self, event):
        self.events.append(event)
        self._news.set()
        self._news = asyncio.Event()

    async def until(self, is_so, within_s=600):
        async with asyncio.timeout(within_s):
            while not is_so():
                await self._news.wait()

    async def until_live(self):
        await self.until(lambda: self.is_live)

    async def until_lost(self, reason=None):
        await self.until(lambda: not self.is_live and self.loss is not None)
        if reason is not None:
            await self.until(lambda: self.loss.reason is reason)

    def count(self, *begin):
        return sum(event[: len(begin)] == begin for event in self.events)

    def is_over(self, order_id):
        return ("order", order_id, True) in self.events


class AccountStage:
    """One private stream, from the ledger to the sink."""

    def __init__(self, kind, server, path, *, keys, stream, clock):
        self.kind = kind
        self.server = server
        self.keys = keys
        self.ledger = keys.ledger
        self.stream = stream
        self.endpoint = server.streams[path]
        self.faults = self.endpoint.faults
        self.clock = clock
        self.sink = RecordingSink()
        self.ledger.deposit("BTC", Decimal(1), at=self.now)

    @property
    def now(self):
        return self.clock.now().timestamp()

    @property
    def book(self):
        return self.server.market.liquidity(self.kind, "BTC/USD")

    def _draft(self, **changes):
        listing = self.server.market.listing(self.kind, "BTC/USD")
        values = {"listing": listing, "side": Side.SELL, "kind": Kind.MARKET, "quantity": Decimal("0.01")}
        return Draft(**values | changes)

    def sell(self):
        """Fill an order at once, and return its id."""
        return self.ledger.place(self._draft(), self.book, at=self.now).id

    def accept(self):
        """Take an order in that fills when a test says so, and return its id."""
        return self.ledger.accept(self._draft(), self.book, at=self.now).id

    def rest(self):
        """Place an order that waits for its price, and return its id."""
        draft = self._draft(kind=Kind.LIMIT, limit=Decimal(90_000))
        return self.ledger.place(draft, self.book, at=self.now).id

    def fill(self, order_id, quantity=None):
        self.ledger.execute(order_id, self.book, at=self.now, most=quantity and Decimal(quantity))

    def cancel(self, order_id):
        self.ledger.cancel(order_id, at=self.now)

    async def go_live(self):
        await self.sink.until_live()

    async def told(self, order_id):
        """Wait until an order is told to be over."""
        await self.sink.until(lambda: self.sink.is_over(order_id))


@asynccontextmanager
async def open_quiet_account_stage(kind):
    """A stage whose stream nobody reads yet."""
    loop = asyncio.get_running_loop()
    clock = LoopClock(loop, start=START)
    market = Market(now=lambda: clock.now().timestamp())
    for listing in listings_of(*KINDS):
        market.add(listing)
    market.set_price("BTC", Decimal(50_000))
    times = {"now": lambda: clock.now().timestamp(), "monotonic": loop.time}
    server, path, keys, connect = _KINDS[kind](market, times)
    http = Http.open(clock, secrets=[keys.secret])
    try:
        async with server:
            account = Account(account_id=f"{kind}-1", user_id=1, venue=Venue(kind))
            stream = connect(http, clock, account, server.stream_url(path))
            yield AccountStage(kind, server, path, keys=keys, stream=stream, clock=clock)
    finally:
        await http.close()


@asynccontextmanager
async def open_account_stage(kind):
    async with open_quiet_account_stage(kind) as stage:
        running = asyncio.create_task(stage.stream.run(stage.sink), name="account stream")
        try:
            yield stage
        finally:
            running.cancel()
            await asyncio.gather(running, return_exceptions=True)


def _kraken(market, times):
    server = KrakenServer(market=market, **times)
    keys = server.add_account(key=KRAKEN_KEY, secret=KRAKEN_SECRET)

    def connect(http, clock, account, url):
        data = KrakenMarketData(http=http, clock=clock, url=server.url)

        async def next_nonce():
            return keys.last_nonce + 1

        broker = connect_kraken(
            account, keys.key, keys.secret, market=data, clock=clock, next_nonce=next_nonce
        )
        return kraken_account_stream(url, broker=broker, market=data, clock=clock)

    return server, ACCOUNT_STREAM, keys, connect


def _coinbase(market, times):
    server = CoinbaseServer(market=market, **times)
    keys = server.add_account()

    def connect(http, clock, account, url):
        data = CoinbaseMarketData(http=http, clock=clock, url=server.url)
        return coinbase_account_stream(url, keys.key, keys.secret, account=account, market=data, clock=clock)

    return server, USER_STREAM, keys, connect


def _alpaca(market, times):
    server = AlpacaServer(market=market, **times)
    keys = server.add_account()

    def connect(http, clock, account, url):
        data = AlpacaMarketData(
            keys.key, keys.secret, http=http, clock=clock, url=server.url, data_url=server.url
        )
        return alpaca_account_stream(url, keys.key, keys.secret, account=account, market=data, clock=clock)

    return server, TRADE_STREAM, keys, connect


_KINDS = {KRAKEN: _kraken, COINBASE: _coinbase, ALPACA: _alpaca}
