"""Alpaca's names (BTC/USD in orders, BTCUSD in positions, AAPL for a stock), translated to ours."""

from dataclasses import dataclass, field, replace
from decimal import Decimal

from engine.brokers.listings import NOTHING_LISTED, Listed, kept_with, read_lot, read_minimum, read_step
from engine.brokers.parse import (
    Row,
    as_list,
    flag_in,
    lenient,
    readable,
    text_in,
)
from engine.model.instruments import AssetClass, Instrument, TradingStatus
from engine.model.money import ZERO, is_cash
from engine.model.typed_names import SHARE
from engine.model.venues import Venue

DOLLAR = "USD"
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
            return self.stock(name)
        base, _, quote = pair.partition("/")
        return Asset(base=base, quote=quote, asset_class=AssetClass.CRYPTO)

    def coin(self, name: str) -> Asset:
        """Return what a symbol stands for that is no share's."""
        asset = self.asset(name)
        if asset.asset_class is AssetClass.CRYPTO:
            return asset
        # Money, or no longer listed: positions in coins are against the dollar.
        base = name.removesuffix(DOLLAR) or name
        return Asset(base=base, quote=DOLLAR, asset_class=AssetClass.CRYPTO)

    def stock(self, ticker: str) -> Asset:
        """Return what a ticker stands for, whatever else is called so."""
        return Asset(base=self._stock_name(ticker), quote=DOLLAR, asset_class=AssetClass.STOCK)

    def underlying(self, root: str) -> str:
        """Return our name of the share that a contract is on; its symbol has no dot."""
        tickers = (ticker for ticker in self.tickers.values() if ticker.replace(".", "") == root)
        return self.stock(next(tickers, root)).base

    def venue_symbol(self, symbol: str) -> str:
        """Return Alpaca's name of a listed symbol."""
        return self.tickers.get(symbol, symbol)

    def add_stock(self, row: Row) -> None:
        ticker = text_in(row, "symbol")
        self._keep(_stock(self.stock(ticker), row, self.instruments), ticker)

    def keep_listed(self, before: "Catalog") -> None:
        """Take over what the fresh list does not have; a coin listed since then may have the name of a stock."""
        coins = {s: i for s, i in before.instruments.items() if s not in before.tickers}
        self.instruments.update(kept_with(self.instruments, coins, venue=Venue.ALPACA.label))
        for symbol, ticker in before.tickers.items():
            asset, instrument = self.stock(ticker), before.instruments[symbol]
            self._keep(replace(instrument, symbol=asset.symbol, base=asset.base), ticker)

    def _keep(self, instrument: Instrument, ticker: str) -> None:
        self.instruments[instrument.symbol] = instrument
        self.tickers[instrument.symbol] = ticker

    def has_stock(self, ticker: str) -> bool:
        return ticker in self.tickers.values()

    def _spelled_out(self, name: str) -> str | None:
        for symbol, instrument in self.instruments.items():
            if instrument.asset_class is AssetClass.CRYPTO and symbol.replace("/", "") == name:
                return symbol
        return None

    def _stock_name(self, ticker: str) -> str:
        """Keep a fund with the ticker BTC apart from the coin, and one with the ticker USD from the dollar."""
        crypto = {i.base for i in self.instruments.values() if i.asset_class is AssetClass.CRYPTO}
        return f"{ticker}{SHARE}" if ticker in crypto or is_cash(ticker) else ticker


def parse_catalog(answer: object, before: Listed = NOTHING_LISTED) -> Catalog:
    """Read the list of crypto assets; what was listed before stands in for what is odd."""
    instruments = readable(as_list(answer, "assets"), lambda row: _pair(row, before), "assets", least=1)
    return Catalog({instrument.symbol: instrument for instrument in instruments})


def _pair(row: Row, before: Listed) -> Instrument:
    symbol = text_in(row, "symbol")
    base, _, quote = symbol.partition("/")
    return Instrument(
        venue=Venue.ALPACA,
        symbol=symbol,
        base=base,
        quote=quote,
        lot=read_lot(row, "min_trade_increment", of=symbol, before=before, default=_FRACTION),
        tick=read_step(row, "price_increment"),
        minimum_quantity=read_minimum(row, "min_order_size"),
        # A floor for buys only; a sale of less than this is taken.
        minimum_notional=_CRYPTO_MINIMUM_USD if quote == DOLLAR else ZERO,
        status=_status(row),
    )


def _stock(asset: Asset, row: Row, before: Listed) -> Instrument:
    lot = read_lot(row, "fractionable", of=asset.symbol, before=before, default=_FRACTION, read=_share_lot)
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


def _share_lot(row: Row, key: str) -> Decimal:
    return _FRACTION if flag_in(row, key) else Decimal(1)


def _status(row: Row) -> TradingStatus:
    """Return what the row reports; where it cannot be read, the venue itself refuses what it does not trade."""
    if (lenient(row, "status", text_in) or _ACTIVE).casefold() != _ACTIVE:
        return TradingStatus.CLOSED
    return TradingStatus.UNAVAILABLE if row.get("tradable") is False else TradingStatus.ONLINE


def is_stock(row: Row) -> bool:
    """Return whether a row is of the class of shares."""
    return _class_of(row.get("asset_class")) is AssetClass.STOCK


def _class_of(name: object) -> AssetClass | None:
    return _CLASSES.get(name.casefold()) if isinstance(name, str) else None


def position_asset(row: Row, catalog: Catalog) -> Asset | None:
    """Return what a row that names its class stands for; None for a class we do not know."""
    name = text_in(row, "symbol")
    asset_class = _class_of(text_in(row, "asset_class"))
    if asset_class is None:
        return None
    if asset_class is AssetClass.STOCK:
        return catalog.stock(name)
    return catalog.coin(name)
