"""A market order in Kraken's own words."""

from datetime import UTC

from engine.brokers.kraken.venue_clock import VenueClock
from engine.model.orders import OrderRequest


def order_params(request: OrderRequest, pair_id: str, venue_clock: VenueClock) -> dict[str, str]:
    """Write a market order as AddOrder wants it."""
    params = {
        "pair": pair_id,
        "type": request.side.value,
        "ordertype": "market",
        "volume": format(request.quantity, "f"),
        "oflags": "fciq",  # the fee in the quote currency, so that a sale never needs more coins than it sells
        "cl_ord_id": request.client_order_id,
    }
    if request.deadline is not None:
        at = venue_clock.shift(request.deadline).astimezone(UTC)
        params["deadline"] = at.isoformat(timespec="milliseconds").replace("+00:00", "Z")
    if request.leverage is not None:
        params["leverage"] = str(request.leverage)
    if request.reduce_only:
        params["reduce_only"] = "true"
    return params
