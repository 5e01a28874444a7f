"""What the demo's bot guards, read from its database: a moved price sells nothing else."""

import sqlite3
from contextlib import closing, suppress
from pathlib import Path

_COUNT = "SELECT COUNT(*) FROM guards WHERE asset = ? AND state <> 'closed'"


def hint_unguarded(database: Path, asset: str, *, is_held: bool) -> str:
    """Return a hint that no guard will act on this asset's price; empty where one may, or that cannot be read."""
    if not is_held:
        return f" No {asset} is held, so nothing of it is guarded."
    with (
        suppress(sqlite3.DatabaseError),
        closing(sqlite3.connect(f"{database.absolute().as_uri()}?mode=ro", uri=True)) as reading,
    ):
        (guards,) = reading.execute(_COUNT, (asset,)).fetchone()
        return "" if guards else f" {asset} is not guarded, so no guard sells it: /guard {asset} guards it."
    return ""
