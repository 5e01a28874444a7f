"""Answers what a user's accounts did over a period."""

from engine import wall_time
from engine.entries.routes_store import load_routes
from engine.statements.estimates import COUNTS_FOR, estimates_of
from engine.statements.export import FillsExport
from engine.statements.fees import FeeStatement, state_fees
from engine.statements.fill_reader import FillReader
from engine.statements.owner_sales import OwnerSales
from engine.statements.periods import Span
from engine.statements.pnl import PnlStatement, state_pnl
from engine.statements.trades import TradeReader
from engine.storage.database import Database


class Statements:
    """Answers `/pnl`, `/fees` and `/export` out of what is stored; no venue is queried."""

    def __init__(
        self, *, trades: TradeReader, owner_sales: OwnerSales, fills: FillReader, database: Database
    ) -> None:
        self._trades = trades
        self._owner_sales = owner_sales
        self._fills = fills
        self._database = database

    async def fetch_pnl(self, user_id: int, span: Span) -> PnlStatement:
        """Return what a user's sales of a span brought, by account."""
        found = await self._trades.read(user_id, span)
        sales = (*found.sales, *await self._owner_sales.read(user_id, found.stored, found.fills))
        return state_pnl(span, found.accounts, sales, found.charges, unreadable=found.unreadable)

    async def fetch_fees(self, user_id: int, span: Span) -> FeeStatement:
        """Return what a user's trades of a span were charged, and what the routes before them had estimated."""
        found = await self._trades.read(user_id, span)
        async with self._database.read() as session:
            since = wall_time.before(span.since, COUNTS_FOR)
            routes = await load_routes(session, user_id, since, span.until)
        estimates = estimates_of(routes)
        return state_fees(span, found.accounts, found.charges, estimates, unreadable=found.unreadable)

    async def fetch_fills(self, user_id: int) -> FillsExport:
        """Return every known fill of a user, oldest first, with the fees that were booked since."""
        return await self._fills.read(user_id)
