"""Notices new alerts the moment they are committed, without the engine knowing who listens."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from sqlalchemy import event
from sqlalchemy.orm import Session

from engine.alerts.outbox import NEW_ALERT


@contextmanager
def on_new_alerts(wake: Callable[[], None]) -> Iterator[None]:
    """Call `wake` after each commit of this process that put an alert into the outbox."""

    def committed(session: Session) -> None:
        if session.info.pop(NEW_ALERT, False):
            wake()

    def rolled_back(session: Session) -> None:
        session.info.pop(NEW_ALERT, None)

    listeners: dict[str, Callable[..., None]] = {
        "after_commit": committed,
        "after_rollback": rolled_back,
    }
    for name, listener in listeners.items():
        event.listen(Session, name, listener)
    try:
        yield
    finally:
        for name, listener in listeners.items():
            event.remove(Session, name, listener)
