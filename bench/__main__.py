"""`python -m bench`: measure everything in one run, print each figure beside its floor, fail where one misses its aim."""

import argparse
import asyncio
import compileall
import os
import platform
import sys
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from pathlib import Path

from rich.console import Console

from bench import (
    account_memory,
    balance_answer,
    first_answer,
    journal,
    memory,
    nonce_transaction,
    polling,
    snapshots,
    tick_to_order,
    ticks,
)
from bench.figures import Figure, short_of_aim
from bench.report import as_json, print_shortfalls, print_table
from bot.logs.redaction import LogRedactor
from bot.logs.setup import configure_logs

BENCHES: Mapping[str, Callable[[], Awaitable[Sequence[Figure]]]] = {
    "polling": polling.measure,
    "ticks": ticks.measure,
    "tick-to-order": tick_to_order.measure,
    "journal": journal.measure,
    "nonce": nonce_transaction.measure,
    "snapshots": snapshots.measure,
    "account-memory": account_memory.measure,
    "balance": balance_answer.measure,
    "first-answer": first_answer.measure,
    "memory": memory.measure,
}
_ROOT = Path(__file__).parents[1]
_OURS = ("bot", "handlers", "engine", "sandbox", "migrations", "bench")


def main() -> int:
    """Return 1 when a figure misses its aim."""
    options = _options()
    compile_bytecode()
    configure_logs(level="ERROR", output="console", redactor=LogRedactor(()))
    start = time.monotonic()
    figures = asyncio.run(measure(options.only or tuple(BENCHES), Console(stderr=True)))
    took_s = time.monotonic() - start
    if options.json:
        print(as_json(figures, circumstances(took_s)))
    else:
        console = Console()
        print_table(figures, console=console)
        console.print(", ".join(f"{name} {value}" for name, value in circumstances(took_s).items()))
    print_shortfalls(figures, console=Console(stderr=True))
    return 1 if short_of_aim(figures) else 0


def compile_bytecode() -> None:
    """Compile our own packages, as the installation compiles everybody else's."""
    for package in _OURS:
        compileall.compile_dir(_ROOT / package, quiet=1)


async def measure(names: Sequence[str], progress: Console) -> list[Figure]:
    """Run benches one after the other."""
    figures: list[Figure] = []
    for name in names:
        start = time.monotonic()
        progress.print(f"measuring {name} ...", end=" ")
        figures.extend(await BENCHES[name]())
        progress.print(f"{time.monotonic() - start:.0f} s")
    return figures


def circumstances(took_s: float) -> dict[str, object]:
    """What the figures were measured on: compare ratios, not figures, between machines."""
    return {
        "python": platform.python_version(),
        "cores": os.cpu_count(),
        "load": round(os.getloadavg()[1], 2),
        "took_s": round(took_s),
    }


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--json", action="store_true", help="print JSON for a program to read")
    parser.add_argument("--only", choices=BENCHES, action="append", help="run this bench; may be repeated")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
