"""Running alembic's scripts over an open connection."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection


def migration_config(scripts: Path) -> Config:
    """Return alembic's settings for a folder of migration scripts."""
    config = Config()
    config.set_main_option("script_location", str(scripts))
    return config


def upgrade(connection: Connection, scripts: Path) -> None:
    """Bring a database to the newest schema, in the transaction that its connection has open."""
    config = migration_config(scripts)
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
