"""Kraken's public data: listings, tickers, books and its clock."""

import logging
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from functools import partial

from engine import wall_time
from engine.brokers.base import Session
from engine.brokers.candles import close_at
from engine.brokers.ccxt_broker import reading
from engine.brokers.ccxt_client import DEFAULT_TIMEOUT_S, Call, kraken_client
from engine.brokers.ccxt_market import CcxtMarketData, ask_together, gather_quotes
from engine.brokers.kraken.candles import parse_candles, plan_candle_width
from engine.brokers.kraken.frozen_books import FrozenBooks
from engine.brokers.kraken.names import Catalog, add_tokenized, keep_listed, parse_catalog
from engine.brokers.kraken.parse import result_of
from engine.brokers.kraken.prices import parse_book, parse_changed_at, parse_quotes, parse_trades_a_day
from engine.brokers.kraken.venue_clock import VenueClock
from engine.brokers.parse import as_row, unix_time_in
from engine.brokers.venue_http import Http
from engine.clock import Clock
from engine.model.errors import BrokerError, RefusalReason, RefusedError
from engine.model.instruments import Instrument
from engine.model.quotes import OrderBook, Quote, Quotes
from engine.model.venues import Venue

KRAKEN_URL = "https://api.kraken.com"

_BOOK_LEVELS = "100"
#: https://docs.kraken.com/api-reference/market-data/get-tradable-asset-pairs
_TOKENIZED = "tokenized_asset"

_log = logging.getLogger(__name__)


class KrakenMarketData(CcxtMarketData[Catalog]):
    """Kraken's public side, read once for all accounts."""

    # Kraken names one public call a second as what is never refused, of which the tickers of all guards need a fifth;
    # refused tickers would blind the guards.
    # https://support.kraken.com/articles/206548367-what-are-the-api-rate-limits-
    spare_calls_per_s = 0.8

    def __init__(
        self, *, http: Http, clock: Clock, url: str = KRAKEN_URL, timeout_s: float = DEFAULT_TIMEOUT_S
    ) -> None:
        client = kraken_client(http=http, url=url, unwrap=result_of, timeout_s=timeout_s)
        super().__init__(client=client, http=http, url=url, clock=clock)
        #: Shared by all accounts.
        self.venue_clock = VenueClock(self.fetch_time, clock)
        self._frozen = FrozenBooks()

    async def fetch_instruments(self) -> Mapping[str, Instrument]:
        """Return what is listed, by our symbol."""
        return (await self.refresh_catalog()).instruments

    async def fetch_quotes(self, symbols: Collection[str], *, within_s: float | None = None) -> Quotes:
        """Return the top of the book of each symbol, timed by our request: Ticker has no time.

        What was read last of a frozen book dates its ticker as well.
        """
        catalog = await self.catalog()
        pair_ids = [catalog.pair_ids[symbol] for symbol in sorted(symbols) if symbol in catalog.pair_ids]

        async def ask(some: Sequence[str]) -> dict[str, Quote]:
            at = self._clock.now()
            result = await self._public("Ticker", pair=",".join(some), **_class(catalog, some[0]))
            with reading(Venue.KRAKEN):
                for symbol, trades_a_day in parse_trades_a_day(result, catalog).items():
                    self._frozen.note_trades(symbol, trades_a_day)
                return {
                    symbol: replace(quote, at=self._dated(symbol, at))
                    for symbol, quote in parse_quotes(result, catalog, at=at).items()
                }

        coins = [pair_id for pair_id in pair_ids if pair_id not in catalog.tokenized]
        tokens = [pair_id for pair_id in pair_ids if pair_id in catalog.tokenized]
        return await gather_quotes(
            self.venue,
            partial(ask_together, coins, ask),
            partial(ask_together, tokens, ask),
            within_s=within_s,
        )

    async def fetch_book(self, symbol: str) -> OrderBook:
        """Return the order book, deep enough to walk for an exit."""
        catalog = await self.catalog()
        pair_id = pair_id_of(catalog, symbol)
        at = self._clock.now()
        result = await self._public("Depth", pair=pair_id, count=_BOOK_LEVELS, **_class(catalog, pair_id))
        with reading(Venue.KRAKEN):
            book = parse_book(result, symbol, at=at)
            self._frozen.note_book(symbol, parse_changed_at(result), now=at + self.ahead())
        return replace(book, at=self._dated(symbol, at))

    async def fetch_close(self, symbol: str, at: datetime) -> Decimal | None:
        """Return a pair's price at a past moment, from the finest candle that is still to be had."""
        pair_id = pair_id_of(await self.catalog(), symbol)
        width = plan_candle_width(wall_time.between(at, self._clock.now() + self.ahead()))
        if width is None:
            return None
        # The candle before comes along, in case nothing was traded in the one that is looked for.
        since = int((at - width).timestamp() // width.total_seconds() * width.total_seconds())
        minutes = width // timedelta(minutes=1)
        result = await self._public("OHLC", pair=pair_id, interval=str(minutes), since=str(since))
        with reading(Venue.KRAKEN):
            return close_at(parse_candles(result), at)

    async def fetch_time(self) -> datetime:
        """Return the venue's clock."""
        result = await self._public("Time")
        with reading(Venue.KRAKEN):
            return unix_time_in(as_row(result, "Time"), "unixtime")

    async def fetch_session(self) -> Session | None:
        """Return None: crypto has no session."""
        return None

    async def _fetch_catalog(self) -> Catalog:
        assets = await self._public("Assets")
        pairs = await self._public("AssetPairs")
        with reading(Venue.KRAKEN):
            catalog = parse_catalog(assets, pairs, self._catalog)
        try:
            tokenized = await self._public("AssetPairs", aclass_base=_TOKENIZED)
            with reading(Venue.KRAKEN):
                catalog = add_tokenized(catalog, tokenized)
        except BrokerError as e:
            # Nothing of them is traded, so nothing waits for them.
            _log.warning("Kraken's tokenized stocks could not be listed: %s", e.message)
        return keep_listed(catalog, self._catalog) if self._catalog else catalog

    def _dated(self, symbol: str, at: datetime) -> datetime:
        """Return when a price was made that was requested at a moment, as our clock shows it."""
        frozen_at = self._frozen.frozen_at(symbol)
        return at if frozen_at is None else frozen_at - self.ahead()

    async def _public(self, path: str, **params: str) -> object:
        return await self._send(Call(path=path, api=("public",), params=params))


def _class(catalog: Catalog, pair_id: str) -> dict[str, str]:
    """Return the parameter without which Kraken does not know a tokenized stock."""
    return {"asset_class": _TOKENIZED} if pair_id in catalog.tokenized else {}


def pair_id_of(catalog: Catalog, symbol: str) -> str:
    """Return Kraken's id of a pair it lists."""
    pair_id = catalog.pair_ids.get(symbol)
    if pair_id is None:
        raise RefusedError(Venue.KRAKEN, f"{symbol} is not listed", RefusalReason.UNKNOWN_SYMBOL)
    return pair_id
