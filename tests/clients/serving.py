"""Stand-ins served from a thread, so that clients that block can be driven from the test's own."""

import asyncio
from collections.abc import Iterator
from contextlib import AbstractAsyncContextManager, contextmanager
from threading import Thread


@contextmanager
def running_loop() -> Iterator[asyncio.AbstractEventLoop]:
    """An event loop in a thread; it ends with the block."""
    loop = asyncio.new_event_loop()
    thread = Thread(target=loop.run_forever, name="stand-ins", daemon=True)
    thread.start()
    try:
        yield loop
        asyncio.run_coroutine_threadsafe(_hang_up(loop), loop).result()
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


@contextmanager
def served(loop: asyncio.AbstractEventLoop, server: AbstractAsyncContextManager[object]) -> Iterator[None]:
    """Open and close a server on the loop of another thread."""
    asyncio.run_coroutine_threadsafe(server.__aenter__(), loop).result()
    try:
        yield
    finally:
        asyncio.run_coroutine_threadsafe(server.__aexit__(None, None, None), loop).result()


async def _hang_up(loop: asyncio.AbstractEventLoop) -> None:
    """Close what still waits for a client's goodbye, as TLS does."""
    for transport in list(loop._transports.values()):
        transport.abort()
    await asyncio.sleep(0)
