"""Which schema a database has and which one this code wants, without alembic, which only a migration needs."""

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from sqlalchemy import Connection, inspect, text

_VERSIONS = "alembic_version"


@dataclass(frozen=True)
class Revisions:
    """The revisions of a folder of migration scripts, whose files are named after them: `0024_what_it_does.py`."""

    scripts: Path

    @cached_property
    def known(self) -> frozenset[str]:
        """Return every one of them."""
        return frozenset(file.name.partition("_")[0] for file in (self.scripts / "versions").glob("*_*.py"))

    @property
    def newest(self) -> str:
        """Return the one that a database of this code has; the numbers rise."""
        return max(self.known)


@dataclass(frozen=True, slots=True, kw_only=True)
class SchemaState:
    """What a database has: None without a revision."""

    revision: str | None
    is_empty: bool


def schema_state(connection: Connection) -> SchemaState:
    """Return which schema a database has."""
    tables = set(inspect(connection).get_table_names())
    found = None
    if _VERSIONS in tables:
        found = connection.execute(text(f"SELECT version_num FROM {_VERSIONS}")).scalar()  # noqa: S608 - a constant
    return SchemaState(revision=found, is_empty=tables <= {_VERSIONS})
