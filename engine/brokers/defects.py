"""The edge between venues and what is built on them: whatever a reading fails at, nothing was read."""

from collections.abc import Iterator
from contextlib import contextmanager

import structlog

from engine.model.errors import BrokerError, ReadingDefectError
from engine.model.venues import Venue

log = structlog.get_logger(__name__)


@contextmanager
def no_defect_escapes(venue: Venue) -> Iterator[None]:
    """Turn a defect of ours into a broker error: alarms must not depend on what a reading failed at.

    Raises:
        ReadingDefectError: something else than a broker error was raised; the log has it.

    """
    try:
        yield
    except BrokerError:
        raise
    except Exception as e:
        log.exception("a reading failed at a defect", venue=venue.value, exc_info=e)
        raise ReadingDefectError(venue, f"a defect of the bot itself ({type(e).__name__})") from e
