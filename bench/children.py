"""Processes watched from outside: how long they take, what they cost, how much memory they hold."""

import asyncio
import os
import resource
import sys
import time
from dataclasses import dataclass
from pathlib import Path

#: The classes of ccxt that the bot is built on.
IMPORT_CCXT = "import ccxt.async_support.alpaca, ccxt.async_support.coinbase, ccxt.async_support.kraken"
#: What no answer to /balance is possible without: the three venues of ccxt, its web client, Telegram, the database.
IMPORT_LIBRARIES = """
import aiohttp, aiosqlite, pydantic_settings, sqlmodel, structlog, telegram.ext
from engine.brokers.ccxt_classes import import_classes
import_classes()
"""
NOTHING = "pass"
_MB_BYTES = 1_000_000
_PAGE_BYTES = resource.getpagesize()
_TICKS_PER_S = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """Seconds on the clock, and seconds of processor time, which other programs disturb less."""

    wall_s: float
    cpu_s: float


async def time_python(code: str) -> Run:
    """Run a statement in a fresh interpreter, from spawn to end."""
    used, start = _children_cpu_s(), time.perf_counter()
    child = await asyncio.create_subprocess_exec(sys.executable, "-c", code)
    if await child.wait():
        raise RuntimeError(f"{code!r} ended with {child.returncode}")
    return Run(wall_s=time.perf_counter() - start, cpu_s=_children_cpu_s() - used)


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


def used_cpu_s(pid: int) -> float:
    """Return the processor time a running process has used."""
    after_name = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    in_user, in_system = after_name[11:13]
    return (int(in_user) + int(in_system)) / _TICKS_PER_S


def _children_cpu_s() -> float:
    ended = resource.getrusage(resource.RUSAGE_CHILDREN)
    return ended.ru_utime + ended.ru_stime
