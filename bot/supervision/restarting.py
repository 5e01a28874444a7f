"""Tasks that run until they are stopped: one that crashes is reported and started again."""

import asyncio
from collections.abc import Awaitable, Callable

import structlog

#: Long enough that a loop which fails at once does not fill the log.
RESTART_AFTER_S = 1.0

log = structlog.get_logger(__name__)


async def run_restarting(
    name: str,
    run: Callable[[], Awaitable[object]],
    *,
    on_crash: Callable[[BaseException], object] = lambda _error: None,
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
) -> None:
    """Run until it returns, which is its ordinary end, or this task is cancelled; begin anew after any error."""
    while True:
        try:
            await run()
        except asyncio.CancelledError as error:
            if _is_stop_requested():
                raise
            # A library may let a cancellation of its own escape: nobody wanted this one.
            _report(name, error, on_crash)
        except Exception as error:  # noqa: BLE001 - the last edge of the task: reported, and run again
            _report(name, error, on_crash)
        else:
            return
        await sleep(RESTART_AFTER_S)


def _is_stop_requested() -> bool:
    task = asyncio.current_task()
    return task is not None and task.cancelling() > 0


def _report(name: str, error: BaseException, on_crash: Callable[[BaseException], object]) -> None:
    log.critical("a part of the process ended by itself and begins anew", part=name, exc_info=error)
    on_crash(error)
