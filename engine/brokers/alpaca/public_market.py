"""Alpaca's market data without a key: the quotes, order books and bars of coins."""

from datetime import datetime

from engine.brokers.alpaca.market import ALPACA_DATA_URL, CRYPTO, QUOTES, AlpacaMarketData
from engine.brokers.alpaca.names import Catalog, parse_catalog
from engine.brokers.base import Session
from engine.brokers.ccxt_client import DEFAULT_TIMEOUT_S
from engine.brokers.venue_http import Http
from engine.clock import Clock

#: The coins that are asked about: the list itself (`v2/assets`) needs a key.
#: https://alpaca.markets/support/alpaca-crypto-coin-pair-faq/, and what was added since then
_COINS = (
    *("AAVE", "AVAX", "BAT", "BCH", "BTC", "CRV", "DOGE", "DOT", "ETH", "GRT", "LINK", "LTC", "MKR"),
    *("SHIB", "SOL", "SUSHI", "UNI", "USDC", "USDT", "XRP", "XTZ", "YFI"),
)
#: Not public either, so that each pair has the finest steps there are.
_STEPS = {"min_trade_increment": "0.000000001", "min_order_size": "0.000000001"}
_PAIRS = tuple(f"{coin}/USD" for coin in _COINS)


class AlpacaPublicMarketData(AlpacaMarketData):
    """What Alpaca answers to anybody; of stocks and their session that is nothing."""

    def __init__(
        self, *, http: Http, clock: Clock, url: str = ALPACA_DATA_URL, timeout_s: float = DEFAULT_TIMEOUT_S
    ) -> None:
        super().__init__("", "", http=http, clock=clock, url=url, data_url=url, timeout_s=timeout_s)

    async def fetch_time(self) -> datetime:
        """Return what the venue's clock shows, by the date of its last answer."""
        await self.refresh_catalog()
        return self._clock.now() + self.ahead()

    async def fetch_session(self) -> Session | None:
        """Return None: there are no stocks."""
        return None

    async def _fetch_catalog(self) -> Catalog:
        """List the pairs that are quoted."""
        quoted = await self._quotes(QUOTES, CRYPTO, dict(zip(_PAIRS, _PAIRS, strict=True)))
        fresh = parse_catalog([{"symbol": symbol, **_STEPS} for symbol in quoted])
        if self._catalog:
            fresh.keep_listed(self._catalog)
        return fresh
