"""The venues and what each lists unless told otherwise: `listings.csv`, with the real steps and minimums."""

import csv
from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path

from engine.brokers.paper.book import Listing

KRAKEN, COINBASE, ALPACA = VENUES = ("kraken", "coinbase", "alpaca")

_TABLE = Path(__file__).with_name("listings.csv")
_LEVELS = 5


def listings_of(*venues: str) -> list[Listing]:
    """What these venues list."""
    with _TABLE.open(newline="") as table:
        return [_listing(row) for row in csv.DictReader(table) if row["venue"] in venues]


def _listing(row: Mapping[str, str]) -> Listing:
    base, quote = row["symbol"].split("/")
    return Listing(
        venue=row["venue"],
        symbol=row["symbol"],
        base=base,
        quote=quote,
        tick=Decimal(row["tick"]),
        lot=Decimal(row["lot"]),
        minimum_quantity=Decimal(row["minimum_quantity"]),
        minimum_notional=Decimal(row["minimum_notional"]),
        spread_ratio=Decimal(row["spread_ratio"]),
        depth=(Decimal(row["size"]),) * _LEVELS,
        asset_class=row["asset_class"],
    )
