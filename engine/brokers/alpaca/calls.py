"""The private calls of one Alpaca account, and the walk through the pages of its fills."""

from collections.abc import Mapping
from datetime import UTC, datetime

from engine.brokers.alpaca.parse import rows_of
from engine.brokers.base import Priority
from engine.brokers.ccxt_broker import Send, reading
from engine.brokers.ccxt_client import Call
from engine.brokers.departure import Departure
from engine.brokers.error_classes import Operation
from engine.brokers.parse import Row, text_in
from engine.model.errors import MisconfiguredError
from engine.model.venues import Venue

FILLS_A_PAGE = 100
#: A walk through more of them does not come to its end.
PAGES = 100

_PRIVATE = ("trader", "private")


class AlpacaCalls:
    """Sends them by the account's lane."""

    def __init__(self, send: Send) -> None:
        self._send = send

    async def get(
        self,
        path: str,
        params: Mapping[str, str],
        priority: Priority,
        departure: Departure | None = None,
    ) -> object:
        """Return the answer to a call that changes nothing."""
        call = Call(path=path, api=_PRIVATE, params=params)
        return await self._send(call, priority=priority, departure=departure)

    async def order(
        self,
        path: str,
        method: str,
        body: Mapping[str, str],
        priority: Priority,
        departure: Departure | None = None,
    ) -> object:
        """Return the answer to a call that places or cancels an order."""
        call = Call(
            path=path,
            api=_PRIVATE,
            method=method,
            params=body,
            operation=Operation.ORDER,
            cost=0,  # orders wait for nothing
            may_be_empty=method == "DELETE",
        )
        return await self._send(call, priority=priority, departure=departure)

    async def fill_page(self, params: Mapping[str, str], priority: Priority) -> list[Row]:
        """Return the rows of one page of fills, newest first."""
        wanted = {"direction": "desc", "page_size": str(FILLS_A_PAGE), **params}
        answer = await self.get("v2/account/activities/FILL", wanted, priority)
        with reading(Venue.ALPACA):
            return rows_of(answer, "activities")

    async def fill_rows(
        self, since: datetime, priority: Priority, *, until: datetime | None = None
    ) -> list[Row]:
        """Return the rows of all pages of fills after a moment; stopping early would make a trade vanish."""
        wanted = {"after": rfc3339(since)} | ({} if until is None else {"until": rfc3339(until)})
        params, rows = wanted, list[Row]()
        for _ in range(PAGES):
            page = await self.fill_page(params, priority)
            rows += page
            if len(page) < FILLS_A_PAGE:
                return rows
            with reading(Venue.ALPACA):
                params = {**wanted, "page_token": text_in(page[-1], "id")}
        raise endless("fills")


def rfc3339(at: datetime) -> str:
    """Write a time as Alpaca reads it."""
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z")


def endless(what: str) -> MisconfiguredError:
    """Return the error of a walk that does not come to its end: an incomplete answer is none."""
    return MisconfiguredError(Venue.ALPACA, f"{what} have more than {PAGES} pages")
