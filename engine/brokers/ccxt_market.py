"""What all venues' public sides share: a client, a clock and a catalog that is read once and kept."""

import asyncio
from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from datetime import datetime, timedelta
from typing import Any, Generic, TypeVar

from engine import wall_time
from engine.brokers.ccxt_client import Call, VenueClient
from engine.brokers.shared_fetch import SharedFetch
from engine.brokers.venue_http import Http
from engine.clock import Clock, Moment, moment
from engine.model.errors import BrokerError, RefusalReason, RefusedError, TryLaterError
from engine.model.quotes import Quote, Quotes
from engine.model.venues import Venue

CatalogT = TypeVar("CatalogT")
#: While others wait for what was answered, a further answer may take no longer.
LAGS_MOST_S = 4.0


async def ask_together(
    names: Sequence[str], ask: Callable[[Sequence[str]], Awaitable[dict[str, Quote]]]
) -> dict[str, Quote]:
    """Fetch many names in one call; a name the venue no longer knows must not hide the others.

    Raises:
        BrokerError: the venue gives no usable answer for another reason.

    """
    if not names:
        return {}
    try:
        return await ask(names)
    except RefusedError as e:
        if e.reason is not RefusalReason.UNKNOWN_SYMBOL:
            raise
    if len(names) == 1:
        return {}
    middle = len(names) // 2
    return await ask_together(names[:middle], ask) | await ask_together(names[middle:], ask)


async def gather_quotes(
    venue: Venue,
    *requests: Callable[[], Coroutine[Any, Any, dict[str, Quote]]],
    within_s: float | None = None,
) -> Quotes:
    """Return what several requests bring; one that fails, or hangs, must hide nothing of the others.

    Who gives up after `within_s` has what was answered before that.

    Raises:
        BrokerError: one failed, and the others brought nothing.

    """
    quotes, failures = dict[str, Quote](), list[BrokerError]()
    ends_s = None if within_s is None else _loop_s() + within_s
    pending = {asyncio.create_task(request(), name="quotes") for request in requests}
    try:
        while pending:
            done, pending = await asyncio.wait(
                pending, timeout=_lag_s(ends_s) if quotes else None, return_when=asyncio.FIRST_COMPLETED
            )
            if not done:
                failures.append(TryLaterError(venue, "no answer in time"))
                break
            for answer in done:
                try:
                    quotes |= answer.result()
                except BrokerError as e:
                    failures.append(e)
    finally:
        for one in pending:
            one.cancel()
        await asyncio.gather(*pending, return_exceptions=True)
    if failures and not quotes:
        raise failures[0]
    # The venue did answer for what it refuses: it has no quote of that.
    failed = next((one for one in failures if not isinstance(one, RefusedError)), None)
    return Quotes(quotes, failed)


def _lag_s(ends_s: float | None) -> float:
    """Return how long a further answer may take: half of what is left, so that something is left to be judged by."""
    return LAGS_MOST_S if ends_s is None else min(LAGS_MOST_S, max(0.0, ends_s - _loop_s()) / 2)


def _loop_s() -> float:
    return asyncio.get_running_loop().time()


class CcxtMarketData(ABC, Generic[CatalogT]):
    """A venue's public data; accounts take the catalog, the address and the session from it."""

    def __init__(self, *, client: VenueClient, http: Http, url: str, clock: Clock) -> None:
        self.http = http
        self.url = url
        self._client = client
        self._clock = clock
        self._catalog: CatalogT | None = None
        # One at a time: a slower earlier answer must not take the place of what was handed out.
        self._loading = SharedFetch(self._load_catalog, name=f"catalog {client.venue}")

    @property
    def venue(self) -> Venue:
        return self._client.venue

    def venue_time(self, at: Moment) -> datetime | None:
        """Return what the venue's clock showed at a moment of this process; None while that is not known."""
        now = moment(self._clock)
        offset = self.http.offset(self.url, now)
        return None if offset is None else now.at - (now - at) + offset

    def venue_time_error(self) -> timedelta:
        """Return by how much `venue_time` may be too late: an answer was dated while it was under way."""
        now = moment(self._clock)
        shown, earliest = self.venue_time(now), self.http.earliest(self.url, now)
        if shown is None or earliest is None:
            return timedelta(0)
        return max(wall_time.between(earliest, shown), timedelta(0))

    def ahead(self, url: str | None = None) -> timedelta:
        """Return how far the clock of one of the venue's servers is ahead of ours, as far as that is known."""
        now = moment(self._clock)
        offset = self.http.offset(url or self.url, now)
        return (self.http.offset(self.url, now) if offset is None else offset) or timedelta(0)

    def known_catalog(self) -> CatalogT | None:
        """Return the venue's names and instruments as far as they have been read."""
        return self._catalog

    async def catalog(self) -> CatalogT:
        """Return the venue's names and instruments; only while there are none it waits for the venue."""
        return await self._loading.result() if self._catalog is None else self._catalog

    async def refresh_catalog(self) -> CatalogT:
        """Request the venue's names and instruments again, or wait for the answer that is under way."""
        return await self._loading.result()

    async def close(self) -> None:
        """End what is under way and let go of the shared session."""
        await self._loading.close()
        self._client.close()

    async def _load_catalog(self) -> CatalogT:
        self._catalog = await self._fetch_catalog()
        return self._catalog

    @abstractmethod
    async def _fetch_catalog(self) -> CatalogT: ...

    async def _send(self, call: Call) -> object:
        return await self._client.send(call)
