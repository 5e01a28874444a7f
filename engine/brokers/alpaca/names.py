"""Alpaca's names (BTC/USD in orders, BTCUSD in positions, AAPL for a stock), translated to ours."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal

from engine.brokers.parse import (
    Row,
    amount_in,
    as_list,
    flag_in,
    readable,
    text_in,
)
from engine.instruments import AssetClass, Instrument, TradingStatus
from engine.money import ZERO
from engine.venues import Venue

_DOLLAR = "USD"
_ACTIVE = "active"
_CLASSES = {"crypto": AssetClass.CRYPTO, "us_equity": AssetClass.STOCK}

# https://docs.alpaca.markets/docs/crypto-trading#minimum-order-size and …/fractional-trading
_CRYPTO_MINIMUM_USD = Decimal(10)
_STOCK_MINIMUM_USD = Decimal(1)
_FRACTION = Decimal("1e-9")
_CENT = Decimal("0.01")


@dataclass(frozen=True, slots=True, kw_only=True)
class Asset:
    """What a venue symbol stands for: our asset and the pair it trades as."""

    base: str
    quote: str
    asset_class: AssetClass

    @property
    def symbol(self) -> str:
        """Return our symbol."""
        return f"{self.base}/{self.quote}"


@dataclass(frozen=True, slots=True)
class Catalog:
    """Everything we know Alpaca lists: all crypto pairs, and the stocks that somebody holds."""

    #: Stocks are added as they turn up in an account; whoever holds this mapping sees them.
    instruments: dict[str, Instrument] = field(default_factory=dict)
    #: Tickers by our symbol.
    tickers: dict[str, str] = field(default_factory=dict)

    def asset(self, name: str) -> Asset:
        """Return what a symbol of an order, a fill or a position stands for."""
        pair = name if "/" in name else self._spelled_out(name)
        if pair is None:
            return Asset(base=self._stock_name(name), quote=_DOLLAR, asset_class=AssetClass.STOCK)
        base, _, quote = pair.partition("/")
        return Asset(base=base, quote=quote, asset_class=AssetClass.CRYPTO)

    def venue_symbol(self, symbol: str) -> str:
        """Return Alpaca's name of a listed symbol."""
        return self.tickers.get(symbol, symbol)

    def add_stock(self, row: Row) -> None:
        """Add a stock from its asset row."""
        instrument = _stock(self.asset(text_in(row, "symbol")), row)
        self.instruments[instrument.symbol] = instrument
        self.tickers[instrument.symbol] = text_in(row, "symbol")

    def knows_stock(self, ticker: str) -> bool:
        """Tell whether a stock was added."""
        return ticker in self.tickers.values()

    def stock_rows(self) -> Iterable[tuple[str, Instrument, str]]:
        """Return symbol, instrument and ticker of every stock."""
        return [(symbol, self.instruments[symbol], ticker) for symbol, ticker in self.tickers.items()]

    def _spelled_out(self, name: str) -> str | None:
        for symbol, instrument in self.instruments.items():
            if instrument.asset_class is AssetClass.CRYPTO and symbol.replace("/", "") == name:
                return symbol
        return None

    def _stock_name(self, ticker: str) -> str:
        """Keep a fund with the ticker BTC apart from the coin."""
        crypto = {i.base for i in self.instruments.values() if i.asset_class is AssetClass.CRYPTO}
        return f"{ticker}.US" if ticker in crypto else ticker


def parse_catalog(answer: object) -> Catalog:
    """Read the list of crypto assets."""
    instruments = readable(as_list(answer, "assets"), _pair, "assets", least=1)
    return Catalog({instrument.symbol: instrument for instrument in instruments})


def _pair(row: Row) -> Instrument:
    base, _, quote = text_in(row, "symbol").partition("/")
    return Instrument(
        venue=Venue.ALPACA,
        symbol=text_in(row, "symbol"),
        base=base,
        quote=quote,
        lot=amount_in(row, "min_trade_increment"),
        tick=amount_in(row, "price_increment"),
        minimum_quantity=amount_in(row, "min_order_size"),
        # A floor for buys only; a sale of less than this is taken.
        minimum_notional=_CRYPTO_MINIMUM_USD if quote == _DOLLAR else ZERO,
        status=_status(row),
    )


def _stock(asset: Asset, row: Row) -> Instrument:
    lot = _FRACTION if flag_in(row, "fractionable") else Decimal(1)
    return Instrument(
        venue=Venue.ALPACA,
        symbol=asset.symbol,
        base=asset.base,
        quote=asset.quote,
        asset_class=AssetClass.STOCK,
        lot=lot,
        tick=_CENT,
        minimum_quantity=lot,
        minimum_notional=_STOCK_MINIMUM_USD,
        status=_status(row),
    )


def _status(row: Row) -> TradingStatus:
    if text_in(row, "status") != _ACTIVE:
        return TradingStatus.CLOSED
    return TradingStatus.ONLINE if flag_in(row, "tradable") else TradingStatus.UNAVAILABLE


def position_asset(row: Row, catalog: Catalog) -> Asset | None:
    """Return what a row that names its class stands for; None for a class we do not know."""
    name = text_in(row, "symbol")
    asset_class = _CLASSES.get(text_in(row, "asset_class"))
    asset = catalog.asset(name)
    if asset_class is None:
        return None
    if asset_class is AssetClass.CRYPTO and asset.asset_class is not AssetClass.CRYPTO:
        # no longer listed: positions in coins are against the dollar
        return Asset(base=name.removesuffix("USD"), quote="USD", asset_class=asset_class)
    return asset
