"""The pairs the sandbox's Coinbase lists unless told otherwise, with the real steps and minimums."""

from decimal import Decimal

from engine.brokers.paper.book import Listing

VENUE = "coinbase"

# symbol, price_increment, base_increment, size of each level; there is no USDC/USD: the venue swaps them
_PAIRS = (
    ("BTC/USD", "0.01", "0.00000001", "5"),
    ("ETH/USD", "0.01", "0.00000001", "50"),
    ("SOL/USD", "0.01", "0.00000001", "500"),
    ("ADA/USD", "0.0001", "0.00000001", "50000"),
    ("XRP/USD", "0.0001", "0.000001", "50000"),
    ("DOGE/USD", "0.00001", "0.1", "500000"),
    ("USDT/USD", "0.00001", "0.01", "1000000"),
    ("USDT/USDC", "0.00001", "0.01", "1000000"),
    ("BTC/USDC", "0.01", "0.00000001", "5"),
    ("ETH/USDC", "0.01", "0.00000001", "50"),
    ("BTC/EUR", "0.01", "0.00000001", "5"),
)
_CASH_SPREAD = Decimal("0.0001")
_COIN_SPREAD = Decimal("0.002")
_LEVELS = 5


def coinbase_listings() -> list[Listing]:
    """Eleven listings: coins and a stablecoin against dollars, USDC and euros."""
    return [_listing(*row) for row in _PAIRS]


def _listing(symbol: str, tick: str, lot: str, size: str) -> Listing:
    base, quote = symbol.split("/")
    return Listing(
        venue=VENUE,
        symbol=symbol,
        base=base,
        quote=quote,
        tick=Decimal(tick),
        lot=Decimal(lot),
        minimum_quantity=Decimal(lot),
        minimum_notional=Decimal(1),
        spread_ratio=_CASH_SPREAD if base == "USDT" else _COIN_SPREAD,
        depth=(Decimal(size),) * _LEVELS,
    )
