"""Notices new alerts the moment they are committed, without the engine knowing who listens."""

from collections.abc import Callable
from contextlib import AbstractContextManager

from engine.alerts.outbox import NEW_ALERT
from engine.storage.database import Database
from engine.storage.session import DatabaseSession


def on_new_alerts(database: Database, wake: Callable[[], None]) -> AbstractContextManager[None]:
    """Call `wake` after each commit of this process that put an alert into the outbox."""

    def committed(session: DatabaseSession) -> None:
        if NEW_ALERT in session.info:
            wake()

    return database.on_commit(committed)
