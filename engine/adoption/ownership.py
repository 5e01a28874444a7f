"""The accounts of the settings belong to the first owner they name, whoever that was before."""

from collections.abc import Collection, Iterable, Mapping, Sequence

import structlog

from engine.adoption import ownership_store as rows
from engine.adoption.identities_store import Identity, load_identity
from engine.alerts.messages import AccountsMoved
from engine.alerts.outbox import append_alert
from engine.clock import Clock
from engine.guards import store as guard_rows
from engine.storage.database import Database
from engine.storage.session import DatabaseSession
from engine.users import store as users_store
from engine.users.accounts import StoredAccount

log = structlog.get_logger(__name__)


async def adopt_accounts(
    database: Database, accounts: Iterable[StoredAccount], *, owner_ids: Collection[int], clock: Clock
) -> Mapping[str, Identity]:
    """Write the accounts of the settings down as their owner's, with what a former owner has left there.

    Return what each of them was when it was last certain.
    """
    moved, former, identities = list[StoredAccount](), dict[int, int](), dict[str, Identity]()
    async with database.write() as session:
        for account in accounts:
            identity = await load_identity(session, account.account_id)
            if identity is not None:
                identities[account.account_id] = identity
            before = await rows.load_owner(session, account.account_id)
            if before is not None and before != account.user_id:
                await rows.move_account(session, account.account_id, to=account.user_id)
                moved.append(account)
                former[before] = account.user_id
            await users_store.save_account(session, account)
        for user_id, owner_id in former.items():
            await _follow(session, user_id, owner_id, is_known=user_id in owner_ids, clock=clock)
        if moved:
            await _alert(session, moved, clock=clock)
    for account in moved:
        log.warning("an account belongs to another owner now", account=account.account_id)
    return identities


async def _follow(
    session: DatabaseSession, user_id: int, owner_id: int, *, is_known: bool, clock: Clock
) -> None:
    await rows.move_questions(session, user_id, to=owner_id)
    await rows.copy_halt(session, user_id, to=owner_id, now=clock.now())
    if not is_known:
        await rows.move_alerts(session, user_id, to=owner_id)


async def _alert(session: DatabaseSession, moved: Sequence[StoredAccount], *, clock: Clock) -> None:
    guards = [guard for one in moved for guard in await guard_rows.load_open_guards(session, one.account_id)]
    owner_id, now = moved[0].user_id, clock.now()
    await append_alert(
        session,
        AccountsMoved(
            venues=tuple(one.venue for one in moved),
            guarded=tuple(sorted({guard.symbol for guard in guards})),
            at=now,
        ),
        user_id=owner_id,
        account_id=None,
        dedup_key=f"accounts_moved:{owner_id}:{now.isoformat()}",
        now=now,
    )
