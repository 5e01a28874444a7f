"""How what runs in a scenario may end: by a fault of the engine, with its process, or because the run is broken off."""

import asyncio


class KilledError(BaseException):
    """The process is dead: nothing it still does has any effect."""


def is_kill(error):
    """Tell whether a task ended because the process did; several of its own may have, together."""
    if isinstance(error, BaseExceptionGroup):
        return error.split(KilledError)[1] is None
    return isinstance(error, KilledError)


def interruption_in(error):
    """Return what breaks the run off, such as pytest's limit of time; it strikes in any task, None without it."""
    if isinstance(error, BaseExceptionGroup):
        return next(filter(None, map(interruption_in, error.exceptions)), None)
    is_ours = isinstance(error, Exception | KilledError | asyncio.CancelledError)
    return error if isinstance(error, BaseException) and not is_ours else None
