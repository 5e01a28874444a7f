"""What a database holds that matters to somebody who keeps copies of it."""

import sqlite3
from contextlib import closing, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

#: An order that is not over, by its state too: of a damaged row the end may be set and not the state.
LIVE_INTENT = (
    "(finished_at IS NULL"
    " OR state IN ('planned', 'sent', 'accepted', 'partly_filled', 'unknown', 'suspended'))"
)
_GUARDS = "SELECT COUNT(*) FROM guards WHERE state <> 'closed'"
_EXITS = f"SELECT COUNT(*) FROM intents WHERE kind = 'exit' AND {LIVE_INTENT}"  # noqa: S608 - of constants
_ORIGINS = "SELECT DISTINCT origin FROM accounts"
_WRITTEN = """
SELECT MAX(at) FROM (
    SELECT MAX(heartbeat_at) AS at FROM leases WHERE name = 'bot'
    UNION ALL SELECT MAX(updated_at) FROM guards
    UNION ALL SELECT MAX(updated_at) FROM intents
)
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Contents:
    """How much is guarded and being sold, and when a bot last wrote."""

    guards: int
    exits: int
    #: None: no bot ever ran on it.
    written_at: datetime | None


def load_contents(file: Path) -> Contents | None:
    """Read a database file; None where it is damaged or lacks these tables."""
    with (
        suppress(sqlite3.DatabaseError),
        closing(sqlite3.connect(f"{file.absolute().as_uri()}?mode=ro", uri=True)) as reading,
    ):
        guards, exits, written = (reading.execute(one).fetchone()[0] for one in (_GUARDS, _EXITS, _WRITTEN))
        at = datetime.fromisoformat(written).replace(tzinfo=UTC) if written else None
        return Contents(guards=guards, exits=exits, written_at=at)
    return None


def load_account_origins(file: Path) -> frozenset[str]:
    """Return where the keys of a database's accounts come from; nothing where it has none or cannot be read."""
    with (
        suppress(sqlite3.DatabaseError),
        closing(sqlite3.connect(f"{file.absolute().as_uri()}?mode=ro", uri=True)) as reading,
    ):
        return frozenset(row[0] for row in reading.execute(_ORIGINS))
    return frozenset()
