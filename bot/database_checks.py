"""What the doctor reads from the database, which it may do beside a running bot."""

from collections.abc import AsyncIterator
from datetime import datetime

from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection
from sqlalchemy.exc import SQLAlchemyError
from sqlmodel import select

from bot.checks import Check, check_damage, check_revision, failed, passed
from engine.storage.backup import database_file
from engine.storage.database import Database
from engine.storage.migrate import migration_config
from engine.storage.tables import AccountRow, AccountStateRow


async def read_database(url: str) -> AsyncIterator[Check]:
    """Check that the database is sound and of this version."""
    file = database_file(url)
    if file and not file.exists():
        yield passed("database", f"{file} will be made at the first start")
        return
    database = Database(url)
    try:
        yield check_damage(await database.find_damage())
        async with database.read() as session:
            connection = await session.connection()
            yield check_revision(await connection.run_sync(_revision), _wanted())
    except SQLAlchemyError as error:
        yield failed(
            "database",
            f"cannot be read: {type(error).__name__}",
            "Check NIJA_DATABASE_URL, or put a backup back.",
        )
    finally:
        await database.dispose()


async def read_account_checks(url: str, *, now: datetime) -> AsyncIterator[Check]:
    """Tell what the running bot last heard from each account."""
    database = Database(url)
    try:
        async with database.read() as session:
            rows = (
                await session.exec(
                    select(AccountRow, AccountStateRow).join(AccountStateRow).order_by(AccountRow.account_id)
                )
            ).all()
    finally:
        await database.dispose()
    for account, state in rows:
        yield _account_check(account, state, now)


def _account_check(account: AccountRow, state: AccountStateRow, now: datetime) -> Check:
    name = f"{account.venue} account"
    heard = (
        f"last answer {(now - state.last_updated).total_seconds():.0f} s ago"
        if state.last_updated
        else "no answer yet"
    )
    if state.last_error:
        return failed(name, f"{heard}; since then: {state.last_error}", "Ask the bot with /status.")
    return passed(name, heard)


def _revision(connection: Connection) -> str | None:
    return MigrationContext.configure(connection).get_current_revision()


def _wanted() -> str:
    return ScriptDirectory.from_config(migration_config()).get_current_head() or ""
