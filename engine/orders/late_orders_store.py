"""Intents whose orders may fill after they are over: given up without a refusal, or reported as over too early."""

from sqlalchemy import and_, bindparam, func, or_
from sqlmodel import col, select

from engine.orders import store as intents
from engine.orders.intents import Intent, IntentKind
from engine.orders.states import IntentState
from engine.orders.table import IntentEventRow, IntentRow
from engine.storage.readable import readable_rows
from engine.storage.session import DatabaseSession
from engine.storage.statements import Prepared

#: Given up on what a venue did not show, not on its refusal.
_WITHOUT_REFUSAL = (IntentState.UNKNOWN, IntentState.ACCEPTED, IntentState.PARTLY_FILLED)
#: Ended with an order under way: the key opened another account, or the database was restored or copied.
_UNDER_WAY = (IntentState.SENT, *_WITHOUT_REFUSAL)
#: So many of them are looked for at most, the latest.
MOST = 20


_GIVEN_UP = (
    select(IntentEventRow.intent_id)
    .join(IntentRow, col(IntentRow.intent_id) == col(IntentEventRow.intent_id))
    .where(
        col(IntentRow.account_id) == bindparam("account_id"),
        col(IntentRow.kind) == bindparam("kind"),
        or_(
            and_(
                col(IntentEventRow.to_state) == IntentState.PLANNED,
                col(IntentEventRow.from_state).in_(_WITHOUT_REFUSAL),
            ),
            and_(
                col(IntentEventRow.to_state) == IntentState.SUPERSEDED,
                col(IntentEventRow.from_state).in_(_UNDER_WAY),
            ),
        ),
    )
    .group_by(col(IntentEventRow.intent_id))
    .order_by(func.max(col(IntentEventRow.event_id)).desc())
    .limit(MOST)
)


_FILLED_OTHERWISE = Prepared(
    select(IntentRow)
    .where(
        col(IntentRow.account_id) == bindparam("account_id"),
        col(IntentRow.kind) == bindparam("kind"),
        col(IntentRow.state) == IntentState.FILLED,
        # As text, so that the same number written otherwise is among them.
        col(IntentRow.filled_quantity) != col(IntentRow.quantity),
    )
    .order_by(col(IntentRow.finished_at).desc())
    .limit(MOST)
)


async def load_filled_otherwise(
    session: DatabaseSession, account_id: str, *, kind: IntentKind = IntentKind.EXIT
) -> tuple[Intent, ...]:
    """Return the latest orders of an account that filled another quantity than was sent."""
    return await readable_rows(
        session, _FILLED_OTHERWISE, intents.build_intent, account_id=account_id, kind=kind
    )


async def load_given_up(
    session: DatabaseSession, account_id: str, *, kind: IntentKind = IntentKind.EXIT
) -> tuple[Intent, ...]:
    """Return the latest intents of an account that gave an attempt up without a refusal and are over."""
    given_up = (await session.send(_GIVEN_UP, account_id=account_id, kind=kind)).scalars().all()
    found = await intents.load_intents(session, given_up) if given_up else ()
    return tuple(intent for intent in found if intent.state.is_final)
