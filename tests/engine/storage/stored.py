"""A database file with one owner and his accounts, for tests that need rows to hang things on."""

from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from sqlalchemy import create_engine
from sqlmodel import Session

from engine.model.venues import Account, Venue
from engine.storage.database import Database
from engine.users.accounts import KeyOrigin, environment_account_id
from engine.users.roles import Role
from engine.users.table import AccountRow, UserRow
from tests.bot.database import empty_database

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
OWNER = 7000000001

KRAKEN = Account(account_id=environment_account_id(Venue.KRAKEN), user_id=OWNER, venue=Venue.KRAKEN)
COINBASE = Account(account_id=environment_account_id(Venue.COINBASE), user_id=OWNER, venue=Venue.COINBASE)
ALPACA = Account(account_id=environment_account_id(Venue.ALPACA), user_id=OWNER, venue=Venue.ALPACA)


def create_schema(file):
    """Create the tables as migrations do; the order of indexes, which is theirs, decides what SQLite uses."""
    file.write_bytes(empty_database())


def create_users(file):
    """Add the owner and one account at each venue."""
    engine = create_engine(f"sqlite:///{file}")
    with Session(engine) as session:
        session.add(
            UserRow(
                user_id=OWNER,
                role=Role.OWNER,
                time_zone="UTC",
                language="en",
                created_at=NOW,
            )
        )
        session.flush()
        session.add_all(an_account_row(account) for account in (KRAKEN, COINBASE, ALPACA))
        session.commit()
    engine.dispose()


def an_account_row(account):
    return AccountRow(
        account_id=account.account_id,
        user_id=account.user_id,
        venue=account.venue,
        label=account.venue.label,
        origin=KeyOrigin.ENVIRONMENT,
        key_fingerprint=f"fingerprint-{account.venue.value}",
        created_at=NOW,
    )


@cache
def _with_users():
    with TemporaryDirectory() as folder:
        file = Path(folder) / "nija.db"
        create_schema(file)
        create_users(file)
        return file.read_bytes()


def a_database(folder):
    """Create a database with the owner and his accounts in `folder`; the caller disposes of it."""
    file = folder / "nija.db"
    file.write_bytes(_with_users())
    return Database(f"sqlite+aiosqlite:///{file}")
