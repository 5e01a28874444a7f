"""The private calls of one Coinbase portfolio, and the walks through their pages."""

from collections.abc import AsyncIterator, Mapping
from datetime import timedelta

from engine.brokers.base import Priority
from engine.brokers.ccxt_broker import Send, reading
from engine.brokers.ccxt_client import Call
from engine.brokers.coinbase.market import CoinbaseMarketData
from engine.brokers.coinbase.parse import parse_fill_cursor
from engine.brokers.departure import Departure
from engine.brokers.error_classes import Operation
from engine.brokers.parse import (
    MalformedAnswerError,
    Row,
    amount_in,
    as_list,
    as_row,
    flag_in,
    lenient,
    text_in,
)
from engine.model.errors import KeyRejectedError
from engine.model.money import ZERO
from engine.model.venues import Venue

_PRIVATE = ("v3", "private")
_PAGES = 100
_ROWS_A_PAGE = "100"
#: A token's time may differ from the venue's by so much and counts.
_TOKEN_LEEWAY = timedelta(seconds=5)

#: A list is sent as one parameter repeated.
Params = Mapping[str, str | list[str]]


class CoinbaseCalls:
    """Sends them by the portfolio's lane."""

    def __init__(self, send: Send, *, market: CoinbaseMarketData) -> None:
        self._send = send
        self._market = market

    async def get(
        self, path: str, params: Params, priority: Priority, departure: Departure | None = None
    ) -> object:
        """Return the answer to a call that changes nothing."""
        call = Call(path=f"brokerage/{path}", api=_PRIVATE, params=params)
        return await self._send_in_time(call, priority=priority, departure=departure)

    async def post(
        self,
        path: str,
        body: Mapping[str, object],
        priority: Priority,
        departure: Departure | None = None,
    ) -> object:
        """Return the answer to a call that places or cancels an order."""
        call = Call(
            path=f"brokerage/{path}",
            api=_PRIVATE,
            method="POST",
            params=body,
            operation=Operation.ORDER,
            cost=0,  # orders wait for nothing
        )
        return await self._send_in_time(call, priority=priority, departure=departure)

    def order_rows(self, params: Params, priority: Priority) -> AsyncIterator[Row]:
        """Walk through every listed order."""
        wanted: Params = {**params, "limit": _ROWS_A_PAGE}
        return self.pages("orders/historical/batch", wanted, priority, table="orders")

    async def fill_answers(self, params: Mapping[str, str], priority: Priority) -> AsyncIterator[object]:
        """Walk through every page of fills; stopping early would make a trade vanish."""
        cursor: str | None = None
        for _ in range(_PAGES):
            answer = await self.fills_at(cursor, params, priority)
            with reading(Venue.COINBASE):
                following = parse_fill_cursor(answer)
                if following is not None and following == cursor:
                    message = "fills repeat their cursor"
                    raise MalformedAnswerError(message)
            yield answer
            if following is None:
                return
            cursor = following
        with reading(Venue.COINBASE):
            message = f"fills have more than {_PAGES} pages"
            raise MalformedAnswerError(message)

    async def fills_at(self, cursor: str | None, params: Mapping[str, str], priority: Priority) -> object:
        """Return one page of fills."""
        wanted = {"limit": _ROWS_A_PAGE, **params, **({"cursor": cursor} if cursor else {})}
        return await self.get("orders/historical/fills", wanted, priority)

    async def pages(
        self,
        path: str,
        params: Params,
        priority: Priority,
        *,
        table: str | None = None,
        departure: Departure | None = None,
    ) -> AsyncIterator[Row]:
        """Walk through every page; stopping early would make an account or an order vanish."""
        cursor: str | None = None
        for _ in range(_PAGES):
            # A later page may show what changed after the first: the reading is as old as that.
            first = None if cursor else departure
            page_params = {**params, "cursor": cursor} if cursor else params
            answer = await self.get(path, page_params, priority, first)
            with reading(Venue.COINBASE):
                page = as_row(answer, path)
                items, more = as_list(page.get(table or path), path), flag_in(page, "has_next")
                if len(items) < (lenient(page, "size", amount_in) or ZERO):
                    # Accounts come with their number: some were left out.
                    message = f"{path} lack rows of their page"
                    raise MalformedAnswerError(message)
                rows = [item if isinstance(item, Mapping) else {} for item in items]
                following = text_in(page, "cursor") if more else None
                if more and following == cursor:
                    message = f"{path} repeats its cursor"
                    raise MalformedAnswerError(message)
            for row in rows:
                yield row
            if not more:
                return
            cursor = following
        with reading(Venue.COINBASE):
            message = f"{path} has more than {_PAGES} pages"
            raise MalformedAnswerError(message)

    async def _send_in_time(self, call: Call, *, priority: Priority, departure: Departure | None) -> object:
        """Send a call, and again if it was refused because its token's time is not the venue's."""
        ahead = self._market.ahead()
        try:
            return await self._send(call, priority=priority, departure=departure)
        except KeyRejectedError:
            if abs(self._market.ahead() - ahead) < _TOKEN_LEEWAY:
                raise
        return await self._send(call, priority=priority, departure=departure)
