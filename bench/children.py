"""Fresh Python processes: how long they take and how much memory they hold."""

import asyncio
import resource
import sys
import time
from pathlib import Path

#: The classes of ccxt that the bot is built on.
IMPORT_CCXT = "import ccxt.async_support.alpaca, ccxt.async_support.coinbase, ccxt.async_support.kraken"
NOTHING = "pass"
_MB_BYTES = 1_000_000
_PAGE_BYTES = resource.getpagesize()


async def time_python(code: str) -> float:
    """Run a statement in a fresh interpreter and return the seconds from spawn to end."""
    start = time.perf_counter()
    child = await asyncio.create_subprocess_exec(sys.executable, "-c", code)
    if await child.wait():
        raise RuntimeError(f"{code!r} ended with {child.returncode}")
    return time.perf_counter() - start


async def weigh_python(code: str) -> float:
    """Run a statement in a fresh interpreter and return the megabytes it then holds."""
    waits = f"{code}\nprint(flush=True)\ninput()"
    child = await asyncio.create_subprocess_exec(
        sys.executable, "-c", waits, stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE
    )
    if child.stdout is None or child.stdin is None:
        raise RuntimeError("a child without pipes")
    await child.stdout.readline()
    weight = resident_mb(child.pid)
    child.stdin.write(b"\n")
    await child.wait()
    return weight


def resident_mb(pid: int) -> float:
    """Return the resident memory of a process in megabytes."""
    pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    return pages * _PAGE_BYTES / _MB_BYTES
