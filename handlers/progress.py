"""What a user sees while work takes longer than a moment."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any, TypeVar

_T = TypeVar("_T")


async def with_progress(
    work: Coroutine[Any, Any, _T],
    sign_of_life: Callable[[], Awaitable[None]],
    *,
    after_s: float,
    every_s: float,
) -> _T:
    """Do the work; when it is not done after a while, give a sign of life, and again at intervals."""
    task = asyncio.ensure_future(work)
    pause_s = after_s
    try:
        while not (await asyncio.wait({task}, timeout=pause_s))[0]:
            await sign_of_life()
            pause_s = every_s
        return await task
    finally:
        task.cancel()
