"""The request parameters of a market order at Kraken."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from engine.brokers.kraken.venue_clock import VenueClock
from engine.model.orders import OrderRequest


def order_params(request: OrderRequest, pair_id: str) -> dict[str, str]:
    """Write a market order as AddOrder wants it, but for its deadline."""
    params = {
        "pair": pair_id,
        "type": request.side.value,
        "ordertype": "market",
        "volume": format(request.quantity, "f"),
        "oflags": "fciq",  # the fee in the quote currency, so that a sale never needs more coins than it sells
        "cl_ord_id": request.client_order_id,
    }
    if request.leverage is not None:
        params["leverage"] = str(request.leverage)
    if request.reduce_only:
        params["reduce_only"] = "true"
    return params


def deadline_params(
    left_at: datetime, *, expires_after: timedelta | None, venue_clock: VenueClock
) -> Mapping[str, str]:
    """Write until when Kraken may take an order that leaves at a moment, by the venue's own clock."""
    if expires_after is None:
        return {}
    at = venue_clock.shift(left_at + expires_after).astimezone(UTC)
    return {"deadline": at.isoformat(timespec="milliseconds").replace("+00:00", "Z")}
