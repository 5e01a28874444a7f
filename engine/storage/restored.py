"""Make a restored database safe to run on: what happened since the backup is not in it."""

import sqlite3
from contextlib import closing
from datetime import datetime
from pathlib import Path

#: The reason a guard waits with until it was compared with its venue.
RESTORED = "restored from a backup; being compared with the venue"
#: The same for one whose sale was running: it is always asked about.
RESTORED_IN_SALE = "restored from a backup made in the middle of its sale"

_SUPERSEDE = """
UPDATE intents SET state = 'superseded', finished_at = :now, updated_at = :now WHERE finished_at IS NULL
"""
_NOTE = """
INSERT INTO intent_events (intent_id, seq, user_id, account_id, at, from_state, to_state, cause, words)
SELECT i.intent_id, (SELECT COUNT(*) FROM intent_events e WHERE e.intent_id = i.intent_id),
       i.user_id, i.account_id, :now, i.state, 'superseded', 'restored from a backup', ''
FROM intents i WHERE i.finished_at IS NULL
"""
_PAUSE = "UPDATE guards SET state = 'paused', state_reason = :why, updated_at = :now WHERE state = :state"


def disarm(database: Path, *, now: datetime) -> None:
    """Let no guard act and no exit go on before it was compared with the venue.

    An exit may have been finished after the backup was made; going on with it would sell twice.
    """
    at = now.strftime("%Y-%m-%d %H:%M:%S.%f")
    with closing(sqlite3.connect(database)) as connection, connection:
        connection.execute(_NOTE, {"now": at})
        connection.execute(_SUPERSEDE, {"now": at})
        for state, why in (("armed", RESTORED), ("closing", RESTORED_IN_SALE)):
            connection.execute(_PAUSE, {"state": state, "why": why, "now": at})


def carry_nonces(replaced: Path, database: Path) -> None:
    """Keep each key's counter at least where the replaced database had it."""
    with closing(sqlite3.connect(f"{replaced.absolute().as_uri()}?mode=ro", uri=True)) as old:
        try:
            rows = old.execute("SELECT last_nonce, key_hash FROM nonces").fetchall()
        except sqlite3.DatabaseError:
            # A damaged database is a good reason to restore; the clock keeps the numbers rising.
            return
    with closing(sqlite3.connect(database)) as connection, connection:
        connection.executemany("UPDATE nonces SET last_nonce = max(last_nonce, ?) WHERE key_hash = ?", rows)
