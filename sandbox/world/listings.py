"""What the sandbox's venues list, with steps and minimums like the real ones."""

from decimal import Decimal

from sandbox.book import Listing
from sandbox.kraken import kraken_listings
from sandbox.market import Market

_CASH_SPREAD = Decimal("0.0002")
_COIN_SPREAD = Decimal("0.001")
_CASH = frozenset({"USDT", "USDC"})
_LEVELS = 5

# symbol, tick, lot, smallest quantity, size of each level
_AT_COINBASE = (
    ("BTC/USD", "0.01", "0.00000001", "0.00000001", "5"),
    ("ETH/USD", "0.01", "0.00000001", "0.00000001", "50"),
    ("SOL/USD", "0.01", "0.00000001", "0.00000001", "500"),
    ("ADA/USD", "0.0001", "0.00000001", "0.00000001", "50000"),
    ("XRP/USD", "0.0001", "0.000001", "0.000001", "50000"),
    ("DOGE/USD", "0.00001", "0.1", "0.1", "500000"),
    ("USDT/USD", "0.00001", "0.01", "0.01", "1000000"),
)
_COINBASE_MINIMUM_USD = Decimal(1)


def list_everything(market: Market) -> None:
    """List every pair at every venue."""
    for listing in (*kraken_listings(), *_coinbase_listings()):
        market.add(listing)


def _coinbase_listings() -> list[Listing]:
    return [_coinbase_listing(*row) for row in _AT_COINBASE]


def _coinbase_listing(symbol: str, tick: str, lot: str, quantity: str, size: str) -> Listing:
    base, quote = symbol.split("/")
    return Listing(
        venue="coinbase",
        symbol=symbol,
        base=base,
        quote=quote,
        tick=Decimal(tick),
        lot=Decimal(lot),
        minimum_quantity=Decimal(quantity),
        minimum_notional=_COINBASE_MINIMUM_USD,
        spread_ratio=_CASH_SPREAD if base in _CASH else _COIN_SPREAD,
        depth=(Decimal(size),) * _LEVELS,
    )
