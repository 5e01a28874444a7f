"""A venue is waited for only so long where something else will do."""

import asyncio
from collections.abc import Awaitable
from typing import TypeVar

from engine.model.errors import BrokerError

T = TypeVar("T")
Otherwise = TypeVar("Otherwise")


async def within(seconds: float, answer: Awaitable[T], *, otherwise: Otherwise) -> T | Otherwise:
    """Return a venue's answer, or something else where it fails or takes longer than so many seconds."""
    try:
        async with asyncio.timeout(seconds):
            return await answer
    except (BrokerError, TimeoutError):
        return otherwise
