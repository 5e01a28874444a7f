"""Routing decisions that were made, kept for a while."""

from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, delete
from sqlmodel import col, select

from engine.entries.routes_table import RouteRow
from engine.storage.readable import readable_rows
from engine.storage.session import DatabaseSession
from engine.storage.statements import Prepared, insert_row


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredRoute:
    """A routing decision; its amounts are strings."""

    user_id: int
    #: The account that was chosen; None when none could take the trade.
    account_id: str | None
    decided_at: datetime
    request: dict[str, Any]
    decision: dict[str, Any]


_FIELDS = tuple(field.name for field in fields(StoredRoute))


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


_DECIDED = Prepared(
    select(RouteRow)
    .where(
        col(RouteRow.user_id) == bindparam("user_id"),
        col(RouteRow.account_id).is_not(None),
        col(RouteRow.decided_at) >= bindparam("since"),
        col(RouteRow.decided_at) < bindparam("until"),
    )
    .order_by(col(RouteRow.route_id))
)


async def load_routes(
    session: DatabaseSession, user_id: int, since: datetime, until: datetime
) -> tuple[StoredRoute, ...]:
    """Return a user's routes that chose an account from one moment to before another, in the order in which they were decided."""
    return await readable_rows(session, _DECIDED, _stored, user_id=user_id, since=since, until=until)


def _stored(row: RouteRow) -> StoredRoute:
    return StoredRoute(**{name: getattr(row, name) for name in _FIELDS})


async def delete_routes(session: DatabaseSession, *, before: datetime) -> None:
    """Forget the routes that were decided before a moment."""
    await session.exec(delete(RouteRow).where(col(RouteRow.decided_at) < before))
