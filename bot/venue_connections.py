"""Connect to the venues, with the keys of the settings or on paper; the one table that knows which class serves which."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal

from bot.configuration.settings import KeyPair, Settings
from engine.brokers.alpaca.account_stream import alpaca_account_stream
from engine.brokers.alpaca.broker import connect_alpaca
from engine.brokers.alpaca.market import AlpacaMarketData
from engine.brokers.alpaca.public_market import AlpacaPublicMarketData
from engine.brokers.alpaca.stream import alpaca_stock_stream, alpaca_stream
from engine.brokers.base import Broker, MarketData
from engine.brokers.coinbase.account_stream import coinbase_account_stream
from engine.brokers.coinbase.broker import connect_coinbase
from engine.brokers.coinbase.market import CoinbaseMarketData
from engine.brokers.coinbase.stream import coinbase_stream
from engine.brokers.kraken.account_stream import kraken_account_stream
from engine.brokers.kraken.broker import connect_kraken
from engine.brokers.kraken.market import KrakenMarketData
from engine.brokers.kraken.stream import kraken_stream
from engine.brokers.paper.broker import PaperBroker
from engine.brokers.streams.account_stream import AccountStream
from engine.brokers.streams.price_stream import PriceStream
from engine.brokers.venue_http import Http
from engine.clock import Clock
from engine.model.venues import Venue
from engine.nonce.fingerprint import key_fingerprint
from engine.nonce.store import NonceStore
from engine.storage.database import Database
from engine.users.accounts import KeyOrigin, StoredAccount, environment_account_id, paper_account_id
from handlers.render.paper import PAPER_MODE

DOLLAR = "USD"


@dataclass(frozen=True, slots=True, kw_only=True)
class Connection:
    """A venue's market data, the first owner's account there, and its streams that are not off."""

    stored: StoredAccount
    market: MarketData
    streams: tuple[PriceStream, ...]
    broker: Broker
    account_stream: AccountStream | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ConnectorParts:
    """What every connection is made with."""

    settings: Settings
    http: Http
    clock: Clock
    nonces: NonceStore
    #: What accounts on paper live in.
    database: Database


def connect_all(parts: ConnectorParts) -> Mapping[Venue, Connection]:
    """Connect every venue the settings have a key for; on paper every venue, and no key is used."""
    if parts.settings.mode == PAPER_MODE:
        return {venue: _paper(parts, venue) for venue in Venue}
    connections = {}
    for venue, connect in _CONNECTORS.items():
        pair = parts.settings.key_pair(venue)
        if pair is not None:
            connections[venue] = connect(parts, _account(parts, venue, pair), pair)
    return connections


def _account(parts: ConnectorParts, venue: Venue, pair: KeyPair) -> StoredAccount:
    return StoredAccount(
        account_id=environment_account_id(venue),
        user_id=parts.settings.owner_ids[0],
        venue=venue,
        label=venue.label,
        origin=KeyOrigin.ENVIRONMENT,
        key_fingerprint=key_fingerprint(pair.key.get_secret_value()),
        created_at=parts.clock.now(),
    )


def _paper(parts: ConnectorParts, venue: Venue) -> Connection:
    stored = StoredAccount(
        account_id=paper_account_id(venue),
        # Without an owner nothing starts, but nija doctor looks.
        user_id=next(iter(parts.settings.owner_ids), 0),
        venue=venue,
        label=venue.label,
        origin=KeyOrigin.PAPER,
        key_fingerprint=PAPER_MODE,
        created_at=parts.clock.now(),
    )
    market, streams = _PUBLIC[venue](parts)
    broker = PaperBroker(
        account=stored.account,
        market=market,
        database=parts.database,
        clock=parts.clock,
        max_price_age=timedelta(seconds=parts.settings.price_max_age_s),
    )
    return Connection(stored=stored, market=market, streams=streams, broker=broker, account_stream=None)


def _kraken_prices(parts: ConnectorParts) -> tuple[KrakenMarketData, tuple[PriceStream, ...]]:
    market = KrakenMarketData(http=parts.http, clock=parts.clock, url=parts.settings.kraken_api_url)
    url = parts.settings.kraken_ws_url
    return market, (kraken_stream(url, market=market, clock=parts.clock),) if url else ()


def _coinbase_prices(parts: ConnectorParts) -> tuple[CoinbaseMarketData, tuple[PriceStream, ...]]:
    market = CoinbaseMarketData(http=parts.http, clock=parts.clock, url=parts.settings.coinbase_api_url)
    url = parts.settings.coinbase_ws_url
    return market, (coinbase_stream(url, market=market, clock=parts.clock),) if url else ()


def _alpaca_prices(parts: ConnectorParts) -> tuple[AlpacaPublicMarketData, tuple[PriceStream, ...]]:
    """Return what needs no key: its streams need one."""
    url = parts.settings.alpaca_data_url
    return AlpacaPublicMarketData(http=parts.http, clock=parts.clock, url=url), ()


def _kraken(parts: ConnectorParts, stored: StoredAccount, pair: KeyPair) -> Connection:
    market, streams = _kraken_prices(parts)
    broker = connect_kraken(
        stored.account,
        pair.key.get_secret_value(),
        pair.secret.get_secret_value(),
        market=market,
        clock=parts.clock,
        next_nonce=lambda: parts.nonces.next_nonce(stored.key_fingerprint),
        reserve_nonce=lambda connection: parts.nonces.reserve(connection, stored.key_fingerprint),
    )
    account_url = parts.settings.kraken_ws_auth_url
    account_stream = (
        kraken_account_stream(account_url, broker=broker, market=market, clock=parts.clock)
        if account_url
        else None
    )
    return Connection(
        stored=stored, market=market, streams=streams, broker=broker, account_stream=account_stream
    )


def _coinbase(parts: ConnectorParts, stored: StoredAccount, pair: KeyPair) -> Connection:
    key, secret = pair.key.get_secret_value(), pair.secret.get_secret_value()
    market, streams = _coinbase_prices(parts)
    broker = connect_coinbase(stored.account, key, secret, market=market, clock=parts.clock)
    user_url = parts.settings.coinbase_ws_user_url
    account_stream = (
        coinbase_account_stream(
            user_url, key, secret, account=stored.account, market=market, clock=parts.clock
        )
        if user_url
        else None
    )
    return Connection(
        stored=stored, market=market, streams=streams, broker=broker, account_stream=account_stream
    )


def _alpaca(parts: ConnectorParts, stored: StoredAccount, pair: KeyPair) -> Connection:
    key, secret = pair.key.get_secret_value(), pair.secret.get_secret_value()
    market = AlpacaMarketData(
        key,
        secret,
        http=parts.http,
        clock=parts.clock,
        url=parts.settings.alpaca_api_url,
        data_url=parts.settings.alpaca_data_url,
    )
    broker = connect_alpaca(stored.account, key, secret, market=market, clock=parts.clock)
    urls = (
        (parts.settings.alpaca_ws_url, alpaca_stream),
        (parts.settings.alpaca_stock_ws_url, alpaca_stock_stream),
    )
    streams = tuple(open_(url, key, secret, market=market, clock=parts.clock) for url, open_ in urls if url)
    trade_url = parts.settings.alpaca_trade_ws_url
    account_stream = (
        alpaca_account_stream(
            trade_url, key, secret, account=stored.account, market=market, clock=parts.clock
        )
        if trade_url
        else None
    )
    return Connection(
        stored=stored, market=market, streams=streams, broker=broker, account_stream=account_stream
    )


_CONNECTORS: Mapping[Venue, Callable[[ConnectorParts, StoredAccount, KeyPair], Connection]] = {
    Venue.KRAKEN: _kraken,
    Venue.COINBASE: _coinbase,
    Venue.ALPACA: _alpaca,
}

_PUBLIC: Mapping[Venue, Callable[[ConnectorParts], tuple[MarketData, tuple[PriceStream, ...]]]] = {
    Venue.KRAKEN: _kraken_prices,
    Venue.COINBASE: _coinbase_prices,
    Venue.ALPACA: _alpaca_prices,
}


async def open_paper_accounts(connections: Iterable[Connection], usd: Decimal) -> None:
    """Give each new account on paper what it begins with."""
    for connection in connections:
        if isinstance(connection.broker, PaperBroker):
            await connection.broker.open({DOLLAR: usd})
