"""The assets the sandbox's Alpaca lists unless told otherwise, with steps and minimums like the real ones."""

from decimal import Decimal

from engine.brokers.paper.book import Listing

VENUE = "alpaca"
CRYPTO = "crypto"
EQUITY = "us_equity"
_STEP = Decimal("0.000000001")

# symbol, price_increment, min_order_size, size of each level
_PAIRS = (
    ("BTC/USD", "0.01", "0.000015", "5"),
    ("ETH/USD", "0.01", "0.0003", "50"),
    ("SOL/USD", "0.01", "0.006", "500"),
    ("XRP/USD", "0.0001", "0.5", "50000"),
    ("DOGE/USD", "0.00001", "6", "500000"),
    ("USDC/USD", "0.0001", "1", "1000000"),
    ("USDT/USD", "0.0001", "1", "1000000"),
    ("BTC/USDC", "0.01", "0.000015", "5"),
    ("ETH/USDC", "0.01", "0.0003", "50"),
)
_STOCKS = (("AAPL", "5000"), ("SPY", "5000"), ("TSLA", "5000"))
_CASH = frozenset({"USDC", "USDT"})
_CASH_SPREAD = Decimal("0.0001")
_COIN_SPREAD = Decimal("0.001")
_STOCK_SPREAD = Decimal("0.0002")
_LEVELS = 5


def alpaca_listings() -> list[Listing]:
    """Nine crypto pairs and three stocks."""
    return [*(_pair(*row) for row in _PAIRS), *(_stock(*row) for row in _STOCKS)]


def _pair(symbol: str, tick: str, quantity: str, size: str) -> Listing:
    base, quote = symbol.split("/")
    return Listing(
        venue=VENUE,
        symbol=symbol,
        base=base,
        quote=quote,
        tick=Decimal(tick),
        lot=_STEP,
        minimum_quantity=Decimal(quantity),
        spread_ratio=_CASH_SPREAD if base in _CASH else _COIN_SPREAD,
        depth=(Decimal(size),) * _LEVELS,
    )


def _stock(symbol: str, size: str) -> Listing:
    return Listing(
        venue=VENUE,
        symbol=f"{symbol}/USD",
        base=symbol,
        quote="USD",
        tick=Decimal("0.01"),
        lot=_STEP,
        spread_ratio=_STOCK_SPREAD,
        depth=(Decimal(size),) * _LEVELS,
        asset_class=EQUITY,
    )
