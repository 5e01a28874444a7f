"""One request for an order book serves everybody who needs it at the same moment: a tick may reach many guards."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

from engine.clock import Clock, Moment
from engine.model.quotes import OrderBook

#: Who needs a book so soon after it was requested waits for that request; later it may be of before what called for it.
SAME_MOMENT_S = 0.02


class SharedBooks:
    """Requests the order books of one venue."""

    def __init__(self, fetch: Callable[[str], Coroutine[Any, Any, OrderBook]], *, clock: Clock) -> None:
        self._fetch = fetch
        self._clock = clock
        #: By instrument, the latest request that is under way.
        self._requests: dict[str, _Request] = {}

    async def book(self, symbol: str, *, since: Moment | None = None) -> OrderBook:
        """Return an order book as it is now, or was a moment ago, but not before `since`.

        Raises:
            BrokerError: the venue does not answer.

        """
        request, now_s = self._requests.get(symbol), self._clock.monotonic()
        earliest_s = now_s - SAME_MOMENT_S if since is None else max(now_s - SAME_MOMENT_S, since.steady_s)
        if request is None or request.begun_s < earliest_s:
            request = self._requests[symbol] = _Request(self._fetch(symbol), begun_s=now_s)
        try:
            return await request.answer()
        finally:
            if request.is_over and self._requests.get(symbol) is request:
                del self._requests[symbol]


class _Request:
    """One request and who waits for it; without anybody it is not waited for either."""

    def __init__(self, fetching: Coroutine[Any, Any, OrderBook], *, begun_s: float) -> None:
        self.begun_s = begun_s
        self._task = asyncio.create_task(fetching, name="order book")
        self._waiting = 0

    @property
    def is_over(self) -> bool:
        """Return whether it was answered, or nobody waits for it any more."""
        return self._task.done() or not self._waiting

    async def answer(self) -> OrderBook:
        self._waiting += 1
        try:
            return await asyncio.shield(self._task)
        finally:
            self._waiting -= 1
            if not self._waiting:
                self._task.cancel()
