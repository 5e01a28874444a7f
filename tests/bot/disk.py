"""A folder on a disk: in memory, where the tests' folders are, no file is told from its copy."""

import tempfile
from contextlib import contextmanager
from pathlib import Path

import pytest

from bot.supervision.lease import hold_data_dir

_CANDIDATES = (tempfile.gettempdir(), "/var/tmp", str(Path(__file__).parents[2]))  # noqa: S108 - random names


def mark_of(file):
    """Return what tells a file from its copies."""
    with hold_data_dir(file.parent / "held", database=file) as held:
        return held.mark


@contextmanager
def folder_with_marks():
    """Yield a folder whose files are told from their copies; skip the test where there is none."""
    for place in _CANDIDATES:
        with tempfile.TemporaryDirectory(dir=place) as name:
            (Path(name) / "probe").touch()
            if mark_of(Path(name) / "probe"):
                yield Path(name)
                return
    pytest.skip("no file system here tells a file from its copy")
