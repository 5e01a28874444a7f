"""One account at each venue for the contract: simulated, over a socket to the venue's stand-in, or on paper."""

import asyncio
import random
import time
from contextlib import asynccontextmanager
from datetime import timedelta
from decimal import Decimal
from types import SimpleNamespace

from engine.brokers.alpaca import AlpacaMarketData, connect_alpaca
from engine.brokers.coinbase import CoinbaseMarketData, connect_coinbase
from engine.brokers.kraken import KrakenMarketData, connect_kraken
from engine.brokers.paper.book import Book
from engine.brokers.paper.broker import PaperBroker
from engine.brokers.paper.ledger import Draft, Kind
from engine.brokers.paper.store import load_ledger, save_ledger
from engine.brokers.venue_http import Http
from engine.clock import SystemClock
from engine.model.orders import ClientOrderId, OrderRequest, Side
from engine.model.venue_fees import FIRST_TIERS
from engine.model.venues import Account, Venue
from tests.engine.brokers.alpaca.conftest import AlpacaVenue
from tests.engine.brokers.coinbase.conftest import CoinbaseVenue
from tests.engine.brokers.kraken.conftest import KEY, SECRET, KrakenVenue, rising_nonces
from tests.engine.storage.stored import ALPACA, COINBASE, KRAKEN, a_database
from tests.simulation.broker import SimBroker, SimMarketData
from tests.simulation.faults import Faults
from tests.simulation.known_balance import KnownBalance
from tests.simulation.prices import Prices
from tests.simulation.tally import Tally
from tests.simulation.venue import SimVenue
from tests.simulation.venue_rules import RULES

BITCOIN = "BTC/USD"
PRICE = Decimal(50_000)


class RightClock(SystemClock):
    """The machine's clock, never off, as the scenarios' engine knows its own."""

    def shown(self, at):
        return at

    def true(self, at):
        return at


CLOCK = RightClock()


class _Alive:
    """A process that nobody kills."""

    def check(self):
        pass

    check_call = note_answer = check

    async def number_request(self, truth):
        pass

    def crash_here(self, point):
        pass


class SimulatedStand:
    def __init__(self, venue):
        self.venue = venue
        faults = Faults(rng=random.Random(0), monotonic=CLOCK.monotonic, tally=Tally(), trace=lambda _: None)
        prices = Prices(venue, clock=CLOCK, faults=faults, rng=random.Random(0))
        later = asyncio.get_running_loop().call_later
        self._truth = SimVenue(RULES[venue], prices=prices, clock=CLOCK, later=later)
        self.set_price(PRICE)
        parts = {"truth": self._truth, "faults": faults, "life": _Alive(), "clock": CLOCK}
        account = Account(account_id="contract", user_id=1, venue=venue)
        known = KnownBalance(pushes_transfers=False, monotonic=CLOCK.monotonic, violate=lambda _: None)
        self.broker = SimBroker(account, known=known, rng=random.Random(0), later=later, **parts)
        self.market = SimMarketData(rng=random.Random(0), **parts)

    def set_price(self, price):
        self._truth.prices.set(BITCOIN, price)

    async def deposit(self, asset, amount):
        self._truth.deposit(asset, Decimal(amount))

    async def rest_a_sell_order(self, quantity):
        self._truth.place(BITCOIN, Side.SELL, Decimal(quantity), limit=PRICE * 2)


class SocketStand:
    def __init__(self, venue, stand_in, broker, market):
        self.venue = venue
        self.broker = broker
        self.market = market
        self.stand_in = stand_in

    async def deposit(self, asset, amount):
        self.stand_in.deposit(asset, amount)

    async def rest_a_sell_order(self, quantity):
        self.stand_in.place(BITCOIN, "sell", quantity, limit=str(PRICE * 2))


class PaperStand:
    def __init__(self, venue, stand_in, database, market):
        self.venue = venue
        self.market = market
        self._account = next(one for one in (KRAKEN, COINBASE, ALPACA) if one.venue is venue)
        self._listing = stand_in.market.listing(venue, BITCOIN)
        self._database = database
        self.broker = PaperBroker(
            account=self._account,
            market=market,
            database=database,
            clock=CLOCK,
            max_price_age=timedelta(seconds=15),
        )

    async def deposit(self, asset, amount):
        await self.broker.open({asset: Decimal(amount)})

    async def rest_a_sell_order(self, quantity):
        draft = Draft(
            listing=self._listing,
            side=Side.SELL,
            kind=Kind.LIMIT,
            quantity=Decimal(quantity),
            limit=PRICE * 2,
        )
        async with self._database.write() as session:
            ledger = await load_ledger(
                session, self._account, fees=FIRST_TIERS[self.venue], new_id=lambda kind: "R"
            )
            ledger.place(draft, Book(bids=(), asks=(), at=0), at=time.time())
            await save_ledger(session, self._account, ledger)


def _kraken(stand_in, http, account):
    market = KrakenMarketData(http=http, clock=CLOCK, url=stand_in.server.url, timeout_s=5)
    broker = connect_kraken(
        account, KEY, SECRET, market=market, clock=CLOCK, next_nonce=rising_nonces(), timeout_s=5
    )
    return broker, market


def _coinbase(stand_in, http, account):
    market = CoinbaseMarketData(http=http, clock=CLOCK, url=stand_in.server.url, timeout_s=5)
    secret = stand_in.account.secret.replace("\n", "\\n")
    broker = connect_coinbase(account, stand_in.account.key, secret, market=market, clock=CLOCK, timeout_s=5)
    return broker, market


def _alpaca(stand_in, http, account):
    keys = (stand_in.account.key, stand_in.account.secret)
    url = stand_in.server.url
    market = AlpacaMarketData(*keys, http=http, clock=CLOCK, url=url, data_url=url, timeout_s=5)
    return connect_alpaca(account, *keys, market=market, clock=CLOCK, timeout_s=5), market


SOCKETS = {
    Venue.KRAKEN: SimpleNamespace(stand_in=KrakenVenue, connect=_kraken),
    Venue.COINBASE: SimpleNamespace(stand_in=CoinbaseVenue, connect=_coinbase),
    Venue.ALPACA: SimpleNamespace(stand_in=AlpacaVenue, connect=_alpaca),
}


@asynccontextmanager
async def open_stand(kind, venue, folder):
    if kind == "simulated":
        yield SimulatedStand(venue)
        return
    http, stand_in = Http.open(SystemClock()), SOCKETS[venue].stand_in()
    try:
        async with stand_in.server:
            account = Account(account_id="contract", user_id=1, venue=venue)
            broker, market = SOCKETS[venue].connect(stand_in, http, account)
            if kind == "socket":
                yield SocketStand(venue, stand_in, broker, market)
                return
            database = a_database(folder)
            yield PaperStand(venue, stand_in, database, market)
            await database.dispose()
    finally:
        await http.close()


def a_sale(quantity="0.1", *, client_order_id, symbol=BITCOIN, deadline_s=5):
    return OrderRequest(
        symbol=symbol,
        side=Side.SELL,
        quantity=Decimal(quantity),
        client_order_id=ClientOrderId(client_order_id),
        expires_after=timedelta(seconds=deadline_s),
    )
