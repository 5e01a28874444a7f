"""How alembic reaches the database: over a connection it is handed, or over one it opens for a developer."""

import asyncio
from typing import Any, Literal

from alembic import context
from alembic.autogenerate.api import AutogenContext
from sqlalchemy import Connection

from engine.storage.columns import DecimalText, EnumText, JsonText, UtcDateTime, ValueJson
from engine.storage.migrate import migration_pool
from engine.tables import metadata


def render_plain_type(kind: str, item: Any, _context: AutogenContext) -> str | Literal[False]:
    """Write our column types as what the database sees, so that old revisions never need today's code."""
    if kind != "type":
        return False
    match item:
        case DecimalText() | JsonText() | ValueJson():
            return "sa.Text()"
        case UtcDateTime():
            return "sa.DateTime(timezone=True)"
        case EnumText():
            return "sa.String()"
        case _ if type(item).__name__ == "AutoString":
            return "sa.String()"
        case _:
            return False


def migrate_over(connection: Connection) -> None:
    context.configure(
        connection=connection,
        target_metadata=metadata,
        render_as_batch=True,
        render_item=render_plain_type,
        compare_type=True,
        transactional_ddl=True,
    )
    with context.begin_transaction():
        context.run_migrations()


async def migrate_over_own_connection() -> None:
    url = context.config.get_main_option("sqlalchemy.url") or ""
    pool = migration_pool(url)
    async with pool.write() as connection:
        migrate_over(connection)
    await pool.close()


handed = context.config.attributes.get("connection")
if handed is not None:
    migrate_over(handed)
else:
    asyncio.run(migrate_over_own_connection())
