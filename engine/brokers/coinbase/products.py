"""What a row of Coinbase's trades: the venue's names of products in ours."""

from engine.brokers.parse import Row, text_in
from engine.model.orders import ProductFamily

_SPOT = "SPOT"
#: The venue's own examples name BTC-USD with the first value of the list of types, which stands for none:
#: https://docs.cdp.coinbase.com/api-reference/advanced-trade-api/rest-api/orders/get-order
_SPOT_TYPES = frozenset({_SPOT, "UNKNOWN_PRODUCT_TYPE"})
_PAIR_PARTS = 2


def product_id(symbol: str) -> str:
    """Return Coinbase's name of a pair."""
    return symbol.replace("/", "-")


def symbol_of(row: Row) -> str:
    """Return our symbol of a spot pair; other products (BTC-PERP-INTX) keep the venue's own name."""
    name = text_in(row, "product_id")
    return name.replace("-", "/") if family_of(row) is ProductFamily.SPOT else name


def family_of(row: Row) -> ProductFamily:
    """Return the product family: an order names the type of its product, a fill only the product."""
    parts = text_in(row, "product_id").split("-")
    named = str(row.get("product_type") or _SPOT).upper()
    is_spot = named in _SPOT_TYPES
    if is_spot and len(parts) == _PAIR_PARTS:
        return ProductFamily.SPOT
    if "PERP" in parts:
        return ProductFamily.PERPETUAL
    return ProductFamily.FUTURE if is_spot or named == "FUTURE" else ProductFamily.OTHER
