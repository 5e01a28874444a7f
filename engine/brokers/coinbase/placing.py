"""Placing and cancelling the orders of one Coinbase portfolio."""

from engine.brokers.base import Priority
from engine.brokers.ccxt_broker import reading
from engine.brokers.coinbase.calls import CoinbaseCalls
from engine.brokers.coinbase.market import CoinbaseMarketData, require_listed
from engine.brokers.coinbase.products import product_id
from engine.brokers.coinbase_reasons import BEING_CANCELLED
from engine.brokers.departure import Departure
from engine.brokers.error_classes import Operation, error_text, judge_answer
from engine.brokers.parse import MalformedAnswerError, Row, as_row, row_in, rows_in, text_in
from engine.model.errors import BrokerError, UnknownOutcomeError
from engine.model.orders import OrderRequest, VenueOrderId
from engine.model.venues import Venue

_OK = 200


def _judge_refused(row: Row) -> BrokerError:
    """Return what an order's answer means that is no success; an id beside the error, there is one all the same."""
    if row.get("order_id"):  # where it stood until 2024
        return UnknownOutcomeError(Venue.COINBASE, error_text(row) or "an error beside an order")
    return judge_answer(Venue.COINBASE, row, Operation.ORDER, status=_OK)


class OrderPlacement:
    """Places market orders and cancels open ones."""

    def __init__(self, *, calls: CoinbaseCalls, market: CoinbaseMarketData) -> None:
        self._calls = calls
        self._market = market

    async def submit(
        self, request: OrderRequest, *, priority: Priority, departure: Departure | None
    ) -> VenueOrderId:
        """Place a market order and return the venue's id for it."""
        require_listed(await self._market.catalog(), request.symbol)
        body = {
            "client_order_id": request.client_order_id,
            "product_id": product_id(request.symbol),
            "side": request.side.upper(),
            "order_configuration": {"market_market_ioc": {"base_size": format(request.quantity, "f")}},
        }
        answer = await self._calls.post("orders", body, priority, departure)
        with reading(Venue.COINBASE, Operation.ORDER):
            row = as_row(answer, "order")
            if row.get("success") is not True:
                raise _judge_refused(row)
            return VenueOrderId(text_in(row_in(row, "success_response"), "order_id"))

    async def cancel(self, venue_order_id: VenueOrderId, *, priority: Priority) -> None:
        """Cancel an open order, unless it is being cancelled; one that is gone raises RefusedError(UNKNOWN_ORDER)."""
        answer = await self._calls.post("orders/batch_cancel", {"order_ids": [venue_order_id]}, priority)
        with reading(Venue.COINBASE, Operation.ORDER):
            results = rows_in(as_row(answer, "batch_cancel"), "results")
            if len(results) != 1:
                message = f"batch_cancel answered with {len(results)} results"
                raise MalformedAnswerError(message)
            if (
                results[0].get("success") is not True
                and results[0].get("failure_reason") not in BEING_CANCELLED
            ):
                raise judge_answer(Venue.COINBASE, results[0], Operation.ORDER, status=_OK)
