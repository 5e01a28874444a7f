"""The pairs the sandbox's Kraken lists unless told otherwise, with the real steps and minimums."""

from decimal import Decimal

from engine.brokers.paper.book import Listing

VENUE = "kraken"

# symbol, tick, smallest quantity, smallest cost, size of each level
_PAIRS = (
    ("BTC/USD", "0.1", "0.00005", "0.5", "5"),
    ("ETH/USD", "0.01", "0.002", "0.5", "50"),
    ("SOL/USD", "0.01", "0.06", "0.5", "500"),
    ("ADA/USD", "0.000001", "10", "0.5", "50000"),
    ("XRP/USD", "0.00001", "4", "0.5", "50000"),
    ("DOGE/USD", "0.0000001", "50", "0.5", "500000"),
    ("USDT/USD", "0.00001", "5", "0.5", "1000000"),
    ("USDC/USD", "0.0001", "5", "0.5", "1000000"),
    ("EUR/USD", "0.00001", "0.5", "0.5", "1000000"),
    ("BTC/USDT", "0.1", "0.00005", "0.5", "5"),
    ("ETH/USDT", "0.01", "0.002", "0.5", "50"),
    ("BTC/EUR", "0.1", "0.00005", "0.45", "5"),
)
_CASH_SPREAD = Decimal("0.0001")
_COIN_SPREAD = Decimal("0.001")
_CASH = frozenset({"USDT", "USDC", "EUR"})
_LEVELS = 5


def kraken_listings() -> list[Listing]:
    """Twelve listings: coins, stablecoins and a euro against dollars, tethers and euros."""
    return [_listing(*row) for row in _PAIRS]


def _listing(symbol: str, tick: str, quantity: str, cost: str, size: str) -> Listing:
    base, quote = symbol.split("/")
    return Listing(
        venue=VENUE,
        symbol=symbol,
        base=base,
        quote=quote,
        tick=Decimal(tick),
        lot=Decimal("0.00000001"),
        minimum_quantity=Decimal(quantity),
        minimum_notional=Decimal(cost),
        spread_ratio=_CASH_SPREAD if base in _CASH else _COIN_SPREAD,
        depth=(Decimal(size),) * _LEVELS,
    )
