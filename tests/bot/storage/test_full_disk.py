"""Commands over a disk that really is full, read-only or limited: one sentence that says what to do, and exit code 1."""

import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing
from functools import partial

import pytest

from tests.bot.command_process import run_command
from tests.bot.database import empty_database
from tests.bot.own_disk import FULL, FULL_AND_EMPTY, LIMITED, MOUNTED, READ_ONLY, take_disk

TAKES_NO_MORE = ("Make room on the disk of NIJA_DATA_DIR",)
IS_READ_ONLY = ("Its file system is read-only", "The data dir cannot be written: it is read-only")

COMMANDS = [
    (FULL, ("run",), TAKES_NO_MORE),
    (FULL, ("doctor",), TAKES_NO_MORE),
    (FULL, ("backup", "copy.db"), TAKES_NO_MORE),
    (FULL, ("restore", "seed/nija.db", "--yes"), TAKES_NO_MORE),
    (FULL, ("halt",), TAKES_NO_MORE),
    (FULL, ("nonce", "show"), TAKES_NO_MORE),
    (FULL_AND_EMPTY, ("run",), TAKES_NO_MORE),
    (FULL_AND_EMPTY, ("restore", "seed/nija.db", "--yes"), TAKES_NO_MORE),
    (READ_ONLY, ("run",), IS_READ_ONLY),
    (READ_ONLY, ("backup", "data/copy.db"), IS_READ_ONLY),
    (READ_ONLY, ("halt",), IS_READ_ONLY),
    (READ_ONLY, ("nonce", "show"), IS_READ_ONLY),
    (LIMITED, ("run",), TAKES_NO_MORE),
    (LIMITED, ("backup", "copy.db"), TAKES_NO_MORE),
    (LIMITED, ("restore", "seed/nija.db", "--yes"), TAKES_NO_MORE),
    (LIMITED, ("nonce", "show"), TAKES_NO_MORE),
]
NAMES = {FULL: "full", FULL_AND_EMPTY: "full-and-empty", READ_ONLY: "read-only", LIMITED: "limited"}


@pytest.fixture(scope="module")
def may_mount(tmp_path_factory):
    if not (sys.platform == "linux" and shutil.which("unshare")):
        return False
    folder = str(tmp_path_factory.mktemp("mount"))
    mount = ("unshare", "--user", "--map-root-user", "--mount", "mount", "-t", "tmpfs", "none", folder)
    return subprocess.run(mount, capture_output=True, check=False).returncode == 0


@pytest.fixture(scope="module")
def seed(tmp_path_factory):
    seed = tmp_path_factory.mktemp("seed") / "nija.db"
    seed.write_bytes(empty_database())
    with closing(sqlite3.connect(seed)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return seed


@pytest.mark.fault("P17")
@pytest.mark.parametrize(
    "case",
    COMMANDS,
    ids=[f"{NAMES[disk]}-{' '.join(command)}" for disk, command, _ in COMMANDS],
)
def test_a_command_says_what_is_wrong_with_its_disk(tmp_path, may_mount, seed, forks, case):
    disk, command, sentences = case
    if disk in MOUNTED and not may_mount:
        pytest.skip("this machine lets nobody mount a disk of one's own")
    for folder in ("data", "seed"):
        (tmp_path / folder).mkdir()
    shutil.copy(seed, tmp_path / "seed")

    done = run_command(tmp_path, *command, prepare=partial(take_disk, disk))

    said = done.stdout + done.stderr
    assert done.returncode == 1
    assert "Traceback" not in said
    assert any(sentence in said for sentence in sentences), said
    assert "put a backup back" not in said.splitlines()[-1]
