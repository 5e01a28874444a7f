"""Make a restored or copied database safe to run on: what happened since is not in it."""

import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing, suppress
from datetime import datetime
from pathlib import Path

from engine.model.guard_reasons import GuardReason
from engine.storage.contents import LIVE_INTENT

_SUPERSEDE = f"""
UPDATE intents SET state = 'superseded', finished_at = :now, updated_at = :now WHERE {LIVE_INTENT}
"""  # noqa: S608 - of constants
# Behind the last step whatever its number: those of a damaged journal have gaps.
_NOTE = f"""
INSERT INTO intent_events (intent_id, seq, user_id, account_id, at, from_state, to_state, cause, words)
SELECT intent_id, (SELECT COALESCE(MAX(seq), -1) + 1 FROM intent_events AS e WHERE e.intent_id = intents.intent_id),
       user_id, account_id, :now, state, 'superseded', :cause, ''
FROM intents WHERE {LIVE_INTENT}
"""  # noqa: S608 - of constants
_PAUSE = "UPDATE guards SET state = 'paused', state_reason = :why, updated_at = :now WHERE state = :state"
#: The lease that records which file a database was written into.
FILE_LEASE = "file"
#: The lease that counts how far a database has come; see `high_water`.
HIGH_WATER = "high water"
#: Stands for the file in every backup: put in place by other means than a restore, it is a copy in whatever file.
BACKUP_FILE = "a backup"
#: Stands where a database was put back knowingly: it may be behind what was noted beside the one it replaced.
KNOWN_TO_BE_OLDER = "restored"
#: It is in another file now, and knowingly so.
_UNBIND = "DELETE FROM leases WHERE name = :name"
_REPLACE_LEASE = """
INSERT OR REPLACE INTO leases (name, owner, epoch, acquired_at, heartbeat_at)
VALUES (:name, :owner, 0, '1970-01-01 00:00:00.000000', '1970-01-01 00:00:00.000000')
"""


def disarm(database: Path, *, now: datetime) -> None:
    """Let no guard act and no exit go on before it was compared with the venue.

    An exit may have been finished after the backup was made; going on with it would sell twice.
    """
    waiting = {"armed": GuardReason.RESTORED, "closing": GuardReason.RESTORED_IN_SALE}
    with closing(sqlite3.connect(database)) as connection, connection:
        for statement, values in disarming(waiting, cause="restored from a backup", now=now):
            connection.execute(statement, values)
        connection.execute(_UNBIND, {"name": FILE_LEASE})
        connection.execute(_REPLACE_LEASE, {"name": HIGH_WATER, "owner": KNOWN_TO_BE_OLDER})


def mark_as_backup(database: Path) -> None:
    """Let a copy be known as a backup wherever it wakes up; one without our tables stays as it is."""
    with closing(sqlite3.connect(database)) as connection, suppress(sqlite3.OperationalError), connection:
        connection.execute(_REPLACE_LEASE, {"name": FILE_LEASE, "owner": BACKUP_FILE})


def disarming(
    waiting: Mapping[str, str], *, cause: str, now: datetime
) -> Iterator[tuple[str, Mapping[str, str]]]:
    """Return what ends every exit and pauses the guards of each state, with the reason they wait with."""
    at = now.strftime("%Y-%m-%d %H:%M:%S.%f")
    yield _NOTE, {"now": at, "cause": cause}
    yield _SUPERSEDE, {"now": at}
    for state, why in waiting.items():
        yield _PAUSE, {"state": state, "why": why, "now": at}


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
