"""The latest trades of an account, read once for all exits that begin together."""

import asyncio
from collections import defaultdict

from engine.brokers.base import Broker, Priority
from engine.brokers.defects import no_defect_escapes
from engine.clock import Clock, Moment, moment
from engine.model.errors import BrokerError
from engine.model.orders import Fill

#: An exit waits no longer than this for them.
TRADES_READ_S = 0.5


class LatestTrades:
    """Keeps the last page of each account with when it was requested."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._pages = dict[str, tuple[Moment, tuple[Fill, ...]]]()
        self._locks = defaultdict[str, asyncio.Lock](asyncio.Lock)

    async def read(self, broker: Broker, *, after: Moment) -> tuple[Fill, ...] | None:
        """Return what was requested later than a moment; None where that fails or takes too long."""
        account_id = broker.account.account_id
        try:
            async with asyncio.timeout(TRADES_READ_S), self._locks[account_id]:
                known = self._pages.get(account_id)
                if known is None or known[0] <= after:
                    requested_at = moment(self._clock)
                    with no_defect_escapes(broker.account.venue):
                        page = await broker.fetch_fills(priority=Priority.EXIT)
                    known = self._pages[account_id] = requested_at, page.fills
        except (BrokerError, TimeoutError):
            return None
        return known[1]
