"""Placing and cancelling the orders of one Alpaca account."""

from engine.brokers.alpaca.calls import AlpacaCalls
from engine.brokers.alpaca.market import AlpacaMarketData, require_listed
from engine.brokers.base import Priority
from engine.brokers.ccxt_broker import reading
from engine.brokers.departure import Departure
from engine.brokers.error_classes import Operation
from engine.brokers.parse import as_row, text_in
from engine.model.errors import RefusedError
from engine.model.instruments import AssetClass
from engine.model.orders import OrderRequest, VenueOrderId
from engine.model.venues import Venue

#: Stands in the refusal of a cancel that was taken before.
_BEING_CANCELLED = '"pending_cancel"'


class OrderPlacement:
    """Places market orders and cancels open ones."""

    def __init__(self, *, calls: AlpacaCalls, market: AlpacaMarketData) -> None:
        self._calls = calls
        self._market = market

    async def submit(
        self, request: OrderRequest, *, priority: Priority, departure: Departure | None
    ) -> VenueOrderId:
        """Place a market order and return the venue's id for it."""
        catalog = await self._market.catalog()
        is_stock = require_listed(catalog, request.symbol).asset_class is AssetClass.STOCK
        body = {
            "symbol": catalog.venue_symbol(request.symbol),
            "qty": format(request.quantity, "f"),
            "side": request.side.value,
            "type": "market",
            "time_in_force": "day" if is_stock else "gtc",  # fractions of a share can only be sold today
            "client_order_id": request.client_order_id,
        }
        answer = await self._calls.order("v2/orders", "POST", body, priority, departure)
        with reading(Venue.ALPACA, Operation.ORDER):
            return VenueOrderId(text_in(as_row(answer, "order"), "id"))

    async def cancel(self, venue_order_id: VenueOrderId, *, priority: Priority) -> None:
        """Cancel an open order, unless it is being cancelled; one that is gone raises RefusedError(UNKNOWN_ORDER)."""
        try:
            await self._calls.order(f"v2/orders/{venue_order_id}", "DELETE", {}, priority)
        except RefusedError as e:
            if _BEING_CANCELLED not in e.message:
                raise
