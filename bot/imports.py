"""Importing everything the process needs without letting the garbage collector look for garbage in it."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def nothing_collected() -> Iterator[None]:
    """Import inside: modules are no garbage, yet looking through them takes as long as loading them.

    What was imported is never looked through again either; a full collection would hold up the event loop.
    """
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()
