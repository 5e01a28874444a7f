"""A migrated database in a test's own folder."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from engine.storage.database import Database
from engine.storage.migrate import run_migrations
from engine.users.roles import Role, StoredUser
from engine.users.store import save_user
from migrations import SCRIPTS

START = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


@cache
def empty_database():
    """The bytes of a migrated database; migrating is the work of most of a short test, so it is done once."""
    with TemporaryDirectory() as name, ThreadPoolExecutor(1) as thread:
        folder = Path(name)
        # Migrations run a loop of their own, which this thread may have already.
        url = f"sqlite+aiosqlite:///{folder}/nija.db"
        thread.submit(run_migrations, url, scripts=SCRIPTS, backups=folder, now=START).result()
        return (folder / "nija.db").read_bytes()


@asynccontextmanager
async def migrated(folder, *, owners=(7,)):
    """Yield the database with its owners in it."""
    (Path(folder) / "nija.db").write_bytes(empty_database())
    database = Database(f"sqlite+aiosqlite:///{folder}/nija.db")
    async with database.write() as session:
        for user_id in owners:
            await save_user(session, StoredUser(user_id=user_id, role=Role.OWNER, created_at=START))
    yield database
    await database.dispose()
