"""What a row of Coinbase's trades: the venue's names of products in ours."""

from engine.brokers.parse import Row, text_in
from engine.orders import ProductFamily

_SPOT = "SPOT"
_PAIR_PARTS = 2


def product_id(symbol: str) -> str:
    """Return Coinbase's name of a pair."""
    return symbol.replace("/", "-")


def symbol_of(row: Row) -> str:
    """Return our symbol of a spot pair; other products (BTC-PERP-INTX) keep the venue's own name."""
    name = text_in(row, "product_id")
    return name.replace("-", "/") if family_of(row) is ProductFamily.SPOT else name


def family_of(row: Row) -> ProductFamily:
    """Tell what is traded: an order names the type of its product, a fill only the product."""
    parts = text_in(row, "product_id").split("-")
    named = row.get("product_type") or _SPOT
    if named == _SPOT and len(parts) == _PAIR_PARTS:
        return ProductFamily.SPOT
    if "PERP" in parts:
        return ProductFamily.PERPETUAL
    return ProductFamily.FUTURE if named in {"FUTURE", _SPOT} else ProductFamily.OTHER
