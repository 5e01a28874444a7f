"""Answers what a user's accounts did over a period."""

from engine.statements.periods import Span
from engine.statements.pnl import PnlStatement, state_pnl
from engine.statements.trades import TradeReader


class Statements:
    """Answers `/pnl` out of what is stored; no venue is queried."""

    def __init__(self, *, trades: TradeReader) -> None:
        self._trades = trades

    async def fetch_pnl(self, user_id: int, span: Span) -> PnlStatement:
        """Return what a user's sales of a span brought, by account."""
        found = await self._trades.read(user_id, span)
        return state_pnl(span, found.accounts, found.sales, found.charges, unreadable=found.unreadable)
