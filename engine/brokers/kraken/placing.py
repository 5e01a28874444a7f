"""Placing and cancelling the orders of one Kraken account."""

from collections.abc import Mapping
from functools import partial

from engine.brokers.base import Priority
from engine.brokers.ccxt_broker import DatedParams, reading
from engine.brokers.departure import Departure
from engine.brokers.error_classes import Operation
from engine.brokers.kraken.calls import KrakenCalls
from engine.brokers.kraken.market import KrakenMarketData, pair_id_of
from engine.brokers.kraken.order_params import deadline_params, order_params
from engine.brokers.parse import MalformedAnswerError, amount_in, as_list, as_row
from engine.clock import Clock
from engine.model.errors import (
    NoAnswerError,
    RefusalReason,
    RefusedError,
    TryLaterError,
    UnknownOutcomeError,
    UnlistedRefusalError,
)
from engine.model.orders import OrderRequest, VenueOrderId
from engine.model.venues import Venue

#: An order waits so long at most for its check.
_CHECK_TIMEOUT_S = 1.5

#: So long after an order whose answer was lost the next one is tried without effect first.
_TRIED_FIRST_FOR_S = 60.0

_DEADLINE_ELAPSED = "deadline elapsed"


class OrderPlacement:
    """Places an order under a deadline on Kraken's own clock; checks it first where answers were just lost."""

    def __init__(self, *, calls: KrakenCalls, market: KrakenMarketData, clock: Clock) -> None:
        self._calls = calls
        self._market = market
        self._clock = clock
        #: When an order last left whose answer was lost; None when a later one was answered.
        self._order_lost_at: float | None = None

    async def submit(
        self, request: OrderRequest, *, priority: Priority, departure: Departure | None
    ) -> VenueOrderId:
        """Place a market order and return the venue's id for it."""
        pair_id = pair_id_of(await self._market.catalog(), request.symbol)
        params = order_params(request, pair_id)
        venue_clock = self._market.venue_clock
        await venue_clock.read_first()
        dated = partial(deadline_params, expires_after=request.expires_after, venue_clock=venue_clock)
        await self._try_first(params, dated, priority)
        try:
            order_id = await self._place(params, dated, priority, departure)
        except UnknownOutcomeError as e:
            self._order_lost_at = self._clock.monotonic()
            if _DEADLINE_ELAPSED not in e.message.lower():
                raise
            raise UnknownOutcomeError(e.venue, await venue_clock.blame(e.message)) from e
        except RefusedError as e:
            if e.reason is not RefusalReason.DEADLINE_PASSED:
                raise
            raise RefusedError(e.venue, await venue_clock.blame(e.message), e.reason) from e
        self._order_lost_at = None
        return order_id

    async def _place(
        self, params: Mapping[str, str], dated: DatedParams, priority: Priority, departure: Departure | None
    ) -> VenueOrderId:
        answer = await self._calls.order("AddOrder", params, priority, departure=departure, dated=dated)
        with reading(Venue.KRAKEN, Operation.ORDER):
            order_ids = as_list(as_row(answer, "AddOrder").get("txid"), "txid")
            if len(order_ids) != 1 or not order_ids[0]:
                message = f"AddOrder returned the ids {order_ids}"
                raise MalformedAnswerError(message)
            return VenueOrderId(str(order_ids[0]))

    async def _try_first(self, params: Mapping[str, str], dated: DatedParams, priority: Priority) -> None:
        """Have an order checked and not placed while Kraken loses orders or refuses them with an unlisted message.

        One that is lost costs the key points and seconds until it is proven absent; a check costs neither.
        A check that is not answered soon proves nothing: a slow Kraken takes orders.

        Raises:
            TryLaterError: Kraken takes no orders yet.
            RefusedError: it refuses this one.

        """
        now_s, lost_at = self._clock.monotonic(), self._order_lost_at
        if lost_at is None or now_s - lost_at > _TRIED_FIRST_FOR_S:
            return
        try:
            await self._calls.order(
                "AddOrder", {**params, "validate": "true"}, priority, dated=dated, timeout_s=_CHECK_TIMEOUT_S
            )
        except NoAnswerError:
            return
        except UnknownOutcomeError as e:
            self._order_lost_at = self._clock.monotonic()
            if isinstance(e, UnlistedRefusalError):
                # Whatever the message means, a check places nothing.
                raise RefusedError(e.venue, e.message, RefusalReason.UNLISTED) from e
            raise TryLaterError(e.venue, e.message) from e

    async def cancel(self, venue_order_id: VenueOrderId, *, priority: Priority) -> None:
        """Cancel an open order; one that is already gone raises RefusedError(UNKNOWN_ORDER)."""
        answer = await self._calls.order("CancelOrder", {"txid": venue_order_id}, priority)
        with reading(Venue.KRAKEN, Operation.ORDER):
            if amount_in(as_row(answer, "CancelOrder"), "count") == 0:
                raise RefusedError(Venue.KRAKEN, "nothing to cancel", RefusalReason.UNKNOWN_ORDER)
