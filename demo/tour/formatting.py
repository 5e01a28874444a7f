"""Small values as the tour prints them; pure."""

from collections.abc import Mapping
from decimal import Decimal


def quantities_text(quantities: Mapping[str, Decimal]) -> str:
    """Assets with their quantities: 1.2 ETH, 20 SOL."""
    return ", ".join(f"{quantity:f} {asset}" for asset, quantity in quantities.items()) or "nothing"
