"""Read a user's fills some at a time: there may be tens of thousands, and exits have their turn in between."""

import asyncio
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from engine.model.orders import Fill
from engine.orders.fills_store import AccountFill, read_fills_between
from engine.statements.periods import Span
from engine.storage.database import Database
from engine.storage.readable import Read

#: Fills read at a time.
PAGE = 200


@dataclass(slots=True, kw_only=True)
class FoundFills:
    """What pages that overlap have brought, each fill once, oldest first."""

    #: By account and trade id.
    fills: dict[tuple[str, str], Fill] = field(default_factory=dict)
    #: The keys of the rows that cannot be read.
    unreadable: set[tuple[object, ...]] = field(default_factory=set)
    _by_account: dict[str, list[Fill]] = field(default_factory=lambda: defaultdict(list))

    def add(self, page: Read[AccountFill]) -> datetime | None:
        """Add a page; return when its last fill happened, None where it has none."""
        self.unreadable.update(row.key for row in page.unreadable)
        for one in page.readable:
            key = (one.account_id, one.fill.trade_id)
            if key not in self.fills:
                self.fills[key] = one.fill
                self._by_account[one.account_id].append(one.fill)
        return page.readable[-1].fill.at if page.readable else None

    def of(self, account_id: str) -> Sequence[Fill]:
        """Return the fills of an account."""
        return self._by_account[account_id]


async def read_fills(database: Database, user_id: int, span: Span, *, page: int = PAGE) -> FoundFills:
    """Return a user's known fills of a span."""
    found, since, most = FoundFills(), span.since, page
    while True:
        async with database.read() as session:
            read = await read_fills_between(session, user_id, since, span.until, most=most)
        last = found.add(read)
        if last is None or len(read.readable) < most:
            return found
        # More than a page of one instant are read with a larger one.
        since, most = (since, most * 2) if last == since else (last, page)
        await asyncio.sleep(0)
