"""Kill a process that draws nonces, again and again, and look at them as a venue would.

    python tests/engine/nonce/crash_loop.py --kills 100

Prints how many were used and how many did not rise: once for the durable store, which must have none,
and once for a counter in memory, which must have some, or the loop would prove nothing.
"""

import argparse
import os
import random
import signal
import sqlite3
import subprocess
import sys
import tempfile
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from engine.storage.migrate import run_migrations
from migrations import SCRIPTS

CHILD = Path(__file__).with_name("crash_child.py")
MOST_LINES_BEFORE_A_KILL = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    kills: int
    used: int
    #: Numbers a venue would refuse: not higher than one it saw before for the key.
    refused: int
    integrity: str

    @property
    def passed(self):
        return self.refused == 0 and self.integrity == "ok"


class Observer:
    """What a venue does with nonces: each key's must be higher than its last."""

    def __init__(self):
        self._highest = {}
        self.used = 0
        self.refused = 0

    def see(self, line):
        key, nonce = line.split()
        self.used += 1
        if int(nonce) <= self._highest.get(key, 0):
            self.refused += 1
        else:
            self._highest[key] = int(nonce)


def crash_loop(kind, folder, kills, seed):
    """Run and kill the child `kills` times over one database file."""
    file = folder / f"{kind}.db"
    run_migrations(f"sqlite+aiosqlite:///{file}", scripts=SCRIPTS, backups=folder, now=datetime.now(UTC))
    dice = random.Random(seed)
    observer = Observer()
    for _ in range(kills):
        one_life(kind, file, dice, observer)
    with closing(sqlite3.connect(file)) as connection:
        (integrity,) = connection.execute("PRAGMA integrity_check").fetchone()
    return Verdict(kills=kills, used=observer.used, refused=observer.refused, integrity=integrity)


def one_life(kind, file, dice, observer):
    """Start the child, let it send some numbers, kill it, and look at all that left it."""
    reading, writing = os.pipe()
    command = [sys.executable, str(CHILD), kind, str(file), str(dice.randrange(1_000_000)), str(writing)]
    with subprocess.Popen(command, pass_fds=(writing,)) as child, os.fdopen(reading) as wire:
        os.close(writing)
        for _ in range(dice.randint(1, MOST_LINES_BEFORE_A_KILL)):
            if not (line := wire.readline()):
                break
            observer.see(line)
        child.send_signal(signal.SIGKILL)
        # What left before the kill is at the venue, too; a line is written whole or not at all.
        for line in wire:
            observer.see(line)
    if child.returncode != -signal.SIGKILL:
        raise RuntimeError(f"the child ended by itself with {child.returncode}")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--kills", type=int, default=100)
    parser.add_argument("--seed", type=int, default=random.randrange(1_000_000))
    wanted = parser.parse_args()
    sys.stdout.write(f"seed {wanted.seed}\n")
    with tempfile.TemporaryDirectory() as folder:
        verdicts = {
            kind: crash_loop(kind, Path(folder), wanted.kills, wanted.seed) for kind in ("durable", "memory")
        }
    for kind, verdict in verdicts.items():
        sys.stdout.write(
            f"{kind:8} {verdict.kills} kills, {verdict.used} nonces used, {verdict.refused} not rising,"
            f" integrity {verdict.integrity}\n"
        )
    return 0 if verdicts["durable"].passed and verdicts["memory"].refused else 1


if __name__ == "__main__":
    raise SystemExit(main())
