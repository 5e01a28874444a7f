"""The private calls of one Kraken account: what each is called, costs, and how long it may take."""

from collections.abc import Mapping

from engine.brokers.base import Priority
from engine.brokers.ccxt_broker import DatedParams, Send
from engine.brokers.ccxt_client import Call
from engine.brokers.departure import Departure
from engine.brokers.error_classes import Operation
from engine.model.errors import KeyRejectedError

# https://docs.kraken.com/api/docs/guides/spot-rest-ratelimits: history counts double, orders not at all.
_FREE_OF_CHARGE, _HISTORY_COST = 0, 2

#: What a key needs to read orders and trades, as Kraken names it where keys are made; it is refused without the name.
_PERMISSIONS = {
    "OpenOrders": "Query open orders & trades",
    "OpenPositions": "Query open orders & trades",
    "ClosedOrders": "Query closed orders & trades",
    "TradesHistory": "Query closed orders & trades",
}
_PERMISSION_DENIED = "permission denied"

# An order carries a deadline of 5 s; past that, looking the order up is faster than waiting.
_ORDER_TIMEOUT_S = 6.0


class KrakenCalls:
    """Sends them by the account's lane."""

    def __init__(self, send: Send) -> None:
        self._send = send

    async def trades(self, params: Mapping[str, str], priority: Priority) -> object:
        """Return one page of TradesHistory."""
        return await self.read("TradesHistory", params, priority=priority, cost=_HISTORY_COST)

    async def read(
        self,
        path: str,
        params: Mapping[str, str] | None = None,
        *,
        priority: Priority = Priority.READ,
        cost: float = 1,
        departure: Departure | None = None,
    ) -> object:
        """Return the answer to a call that changes nothing."""
        call = Call(path=path, api=("private",), method="POST", params=params or {}, cost=cost)
        try:
            return await self._send(call, priority=priority, departure=departure)
        except KeyRejectedError as e:
            permission = _PERMISSIONS.get(path)
            if permission is None or _PERMISSION_DENIED not in e.message.casefold():
                raise
            message = f'the key lacks the permission "{permission}" ({e.message})'
            raise KeyRejectedError(e.venue, message) from e

    async def order(
        self,
        path: str,
        params: Mapping[str, str],
        priority: Priority,
        *,
        departure: Departure | None = None,
        dated: DatedParams | None = None,
        timeout_s: float = _ORDER_TIMEOUT_S,
    ) -> object:
        """Return the answer to a call that places or cancels an order."""
        call = Call(
            path=path,
            api=("private",),
            method="POST",
            params=params,
            operation=Operation.ORDER,
            cost=_FREE_OF_CHARGE,
            timeout_s=timeout_s,
        )
        return await self._send(call, priority=priority, departure=departure, dated=dated)
