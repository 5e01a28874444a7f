"""One worker of a run reads the tests before the others do.

Pytest compiles each test file anew where its bytecode is not kept yet, as in a fresh clone. Workers that begin
together would each compile all of them: with six that is forty seconds of work instead of ten.
"""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def after_the_first(gate: Path) -> Iterator[None]:
    """Be the first at a gate and hold it meanwhile, or wait until whoever holds it is through."""
    mine = gate.with_name(f"{gate.name}.{os.getpid()}")
    with mine.open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        is_first = _take(gate, mine)
        try:
            if not is_first:
                _wait_for(gate)
            yield
        finally:
            if is_first:
                gate.unlink()


def _take(gate: Path, mine: Path) -> bool:
    try:
        # The gate is locked from the moment that it is there.
        gate.hardlink_to(mine)
    except FileExistsError:
        return False
    finally:
        mine.unlink()
    return True


def _wait_for(gate: Path) -> None:
    try:
        with gate.open() as other:
            fcntl.flock(other, fcntl.LOCK_SH)
    except FileNotFoundError:
        return
