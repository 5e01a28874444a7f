"""Routing decisions that were made, kept for a while."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import delete
from sqlmodel import col

from engine.entries.routes_table import RouteRow
from engine.storage.session import DatabaseSession
from engine.storage.statements import insert_row


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredRoute:
    """A routing decision; its amounts are strings."""

    user_id: int
    #: The account that was chosen; None when none could take the trade.
    account_id: str | None
    decided_at: datetime
    request: dict[str, Any]
    decision: dict[str, Any]


async def add_route(session: DatabaseSession, route: StoredRoute) -> None:
    """Store a decision with its request."""
    await insert_row(
        session,
        RouteRow(
            user_id=route.user_id,
            account_id=route.account_id,
            decided_at=route.decided_at,
            request=route.request,
            decision=route.decision,
        ),
    )


async def delete_routes(session: DatabaseSession, *, before: datetime) -> None:
    """Forget the routes that were decided before a moment."""
    await session.exec(delete(RouteRow).where(col(RouteRow.decided_at) < before))
