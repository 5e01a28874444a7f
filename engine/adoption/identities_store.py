"""Which account at its venue an account of ours is, and setting aside what belongs to another one."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import bindparam, delete, update
from sqlmodel import col, select

from engine.exits.interrupted_close import before_interrupted, report_interrupted
from engine.guards import store as guard_rows
from engine.guards.guard import GuardState
from engine.model.wait_reasons import WaitReason
from engine.orders import steps_store as step_rows
from engine.orders import store as intent_rows
from engine.orders.fills_table import FillCursorRow, FillRow
from engine.orders.intents import Intent, IntentStep
from engine.orders.states import IntentState
from engine.storage.readable import readable_rows
from engine.storage.session import DatabaseSession
from engine.storage.statements import Prepared
from engine.users.table import AccountRow


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """The key an account was last opened with for certain, and what its venue calls the account."""

    key_fingerprint: str
    #: None where the venue does not report it, or was not queried yet.
    venue_account: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownTrade:
    """A fill that was read before, to be found again."""

    trade_id: str
    venue_order_id: str
    symbol: str


async def load_identity(session: DatabaseSession, account_id: str) -> Identity | None:
    """Return what an account was when it was last certain; None for one that is new."""
    known = select(AccountRow.key_fingerprint, AccountRow.venue_account)
    row = (await session.exec(known.where(col(AccountRow.account_id) == account_id))).first()
    return Identity(key_fingerprint=row[0], venue_account=row[1]) if row else None


async def save_identity(session: DatabaseSession, account_id: str, identity: Identity) -> None:
    """Keep what an account certainly is."""
    await session.exec(
        update(AccountRow)
        .where(col(AccountRow.account_id) == account_id)
        .values(key_fingerprint=identity.key_fingerprint, venue_account=identity.venue_account)
    )


_NEWEST_TRADES = Prepared(
    select(FillRow).where(col(FillRow.account_id) == bindparam("account_id")).order_by(col(FillRow.at).desc())
)


async def load_newest_trades(session: DatabaseSession, account_id: str, *, most: int) -> Sequence[KnownTrade]:
    """Return the newest fills that are known of an account."""
    return await readable_rows(session, _NEWEST_TRADES, _known_trade, most=most, account_id=account_id)


async def set_aside(session: DatabaseSession, account_id: str, *, now: datetime) -> None:
    """Pause every guard, end every exit and forget the trades: they belong to an account that is not open now."""
    in_sale = dict[str | None, Intent]()
    for intent in await intent_rows.load_live_intents(session):
        if intent.account_id != account_id:
            continue
        ended = replace(intent, state=IntentState.SUPERSEDED, updated_at=now)
        await intent_rows.update_intent(session, ended, expected=intent.state)
        step = IntentStep(
            intent_id=intent.intent_id,
            user_id=intent.user_id,
            account_id=account_id,
            seq=0,
            at=now,
            from_state=intent.state,
            to_state=IntentState.SUPERSEDED,
            cause="the key opens another account",
            detail="",
        )
        await step_rows.insert_step(session, step)
        in_sale[intent.guard_id] = intent
    for guard in await guard_rows.load_open_guards(session, account_id):
        if guard.state is GuardState.PAUSED:
            continue
        sale, cause = in_sale.get(guard.guard_id), "the key opens another account"
        why = WaitReason.SWAPPED_IN_SALE if sale is not None else WaitReason.SWAPPED
        waiting = replace(guard, state=GuardState.PAUSED, state_reason=why)
        if sale is not None:
            waiting = before_interrupted(waiting, sale)
            await report_interrupted(session, waiting, sale, now=now)
        await guard_rows.save_guard(session, waiting, was=guard, now=now, cause=cause)
    await session.exec(delete(FillRow).where(col(FillRow.account_id) == account_id))
    await session.exec(delete(FillCursorRow).where(col(FillCursorRow.account_id) == account_id))


def _known_trade(row: FillRow) -> KnownTrade:
    return KnownTrade(trade_id=row.trade_id, venue_order_id=row.venue_order_id, symbol=row.symbol)
