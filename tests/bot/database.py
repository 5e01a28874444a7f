"""A migrated database in a test's own folder."""

import asyncio
from contextlib import asynccontextmanager
from datetime import UTC, datetime

from engine.people.roles import Role
from engine.storage.database import Database
from engine.storage.migrate import run_migrations
from engine.storage.records import User
from engine.storage.repositories.people import save_user

START = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


@asynccontextmanager
async def migrated(folder, *, owners=(7,)):
    """Yield the database with its owners in it."""
    url = f"sqlite+aiosqlite:///{folder}/nija.db"
    await asyncio.to_thread(run_migrations, url, backups=folder, now=START)
    database = Database(url)
    async with database.write() as session:
        for user_id in owners:
            await save_user(session, User(user_id=user_id, role=Role.OWNER, created_at=START))
    yield database
    await database.dispose()
