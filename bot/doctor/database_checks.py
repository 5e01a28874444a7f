"""What the doctor reads from the database, which it may do beside a running bot."""

from collections.abc import AsyncIterator
from datetime import datetime

from sqlalchemy.exc import SQLAlchemyError

from bot.doctor.checks import Check, check_damage, check_revision, check_unstarted, failed, passed
from bot.telegram.errors import PRESS_START
from engine import wall_time
from engine.accounts.balances_store import load_account_states
from engine.accounts.snapshot import UserBrokerState
from engine.alerts.outbox import load_last_errors
from engine.guards.store import load_watched
from engine.storage.backup import database_file
from engine.storage.database import Database
from engine.storage.revisions import Revisions, schema_state
from migrations import SCRIPTS


async def read_database(url: str, *, owner_ids: frozenset[int]) -> AsyncIterator[Check]:
    """Check that the database is sound and of this version, and that each owner can be written to."""
    file = database_file(url)
    if file and not file.exists():
        yield passed("database", f"there is none yet: {file} is made at the first start")
        return
    database = Database(url)
    try:
        yield check_damage(await database.find_damage())
        async with database.read() as session:
            revision, wanted = schema_state(session.connection).revision, Revisions(SCRIPTS).newest
            yield check_revision(revision, wanted)
            if revision == wanted:
                last_errors = await load_last_errors(session)
                for chat_id in owner_ids & last_errors.keys():
                    errors = last_errors[chat_id]
                    if waiting := sum(PRESS_START in error for error in errors):
                        yield check_unstarted(chat_id, waiting)
    except SQLAlchemyError as error:
        yield _unreadable(error)
    finally:
        await database.dispose()


async def count_guards(url: str) -> int:
    """Return how many guards are not closed; 0 where there is no database of this version to read."""
    file = database_file(url)
    if file and not file.exists():
        return 0
    database = Database(url)
    try:
        async with database.read() as session:
            return len(await load_watched(session))
    except SQLAlchemyError:
        # The checks of the database report it.
        return 0
    finally:
        await database.dispose()


async def read_account_checks(url: str, *, now: datetime) -> AsyncIterator[Check]:
    """Report the last answer that the running bot had from each account."""
    database = Database(url)
    try:
        async with database.read() as session:
            found = await load_account_states(session)
    except SQLAlchemyError as error:
        yield _unreadable(error)
        return
    finally:
        await database.dispose()
    for known in found:
        yield _account_check(known.state, now)


def _account_check(state: UserBrokerState, now: datetime) -> Check:
    name = f"{state.broker} account"
    finding = "no answer yet"
    if state.last_updated:
        finding = f"last answer {wall_time.between(state.last_updated, now).total_seconds():.0f} s ago"
    if state.error:
        return failed(name, f"{finding}; since then: {state.error}", "Ask the bot with /status.")
    return passed(name, finding)


def _unreadable(error: SQLAlchemyError) -> Check:
    return failed(
        "database",
        f"cannot be read: {type(error).__name__}",
        "Check NIJA_DATABASE_URL, or put a backup back.",
    )
