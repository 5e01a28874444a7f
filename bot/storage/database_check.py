"""The check of the whole database at the start: soon over for most, and going on beside the bot for the largest."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import structlog

from bot.storage.upkeep import damaged
from engine.storage.soundness import find_damaged_pages

#: Guards are not kept waiting for longer.
CHECK_FIRST_S = 2.0

_STOPPED_BEING_SOUND = (
    "NIJA's database file is damaged: {why}. What lies there cannot be read, so guards may be missing and nothing may "
    "be sold. Stop NIJA and put a backup in its place with nija restore FILE; sell in the broker's own app meanwhile."
)

log = structlog.get_logger(__name__)


@asynccontextmanager
async def checked(
    file: Path | None, *, notify: Callable[[str], object], first_s: float = CHECK_FIRST_S
) -> AsyncIterator[None]:
    """Check a database file while the bot starts and, if that takes longer, while it runs.

    Raises:
        CommandError: it is damaged, and that was found before the start.

    """
    if file is None:
        yield
        return
    checking = asyncio.create_task(find_damaged_pages(file), name="check database")
    try:
        await asyncio.wait({checking}, timeout=first_s)
        if checking.done():
            if damage := checking.result():
                raise damaged(file, damage[0])
        else:
            log.info("still checking the database; the guards are watched meanwhile")
            checking.add_done_callback(lambda done: _report(done, notify))
        yield
    finally:
        checking.cancel()
        await asyncio.wait({checking})


def _report(checking: asyncio.Task[tuple[str, ...]], notify: Callable[[str], object]) -> None:
    if checking.cancelled():
        return
    if error := checking.exception():
        log.error("the database could not be checked", exc_info=error)
    elif damage := checking.result():
        log.critical("the database is damaged", damage=damage)
        notify(_STOPPED_BEING_SOUND.format(why=damage[0]))
    else:
        log.info("the database is sound")
