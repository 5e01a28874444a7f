"""Waiting for what gives no sign of itself."""

import asyncio

WAIT_S = 5.0
_POLL_S = 0.005


async def until(holds):
    """Wait until something holds; TimeoutError when it never does."""
    async with asyncio.timeout(WAIT_S):
        while not holds():  # noqa: ASYNC110 - it has no event
            await asyncio.sleep(_POLL_S)
