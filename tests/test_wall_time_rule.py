"""The rule that keeps wall times from being compared all over finds every way to do it."""

import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
SAMPLE = """\
from datetime import datetime, timedelta

def ways(one: datetime, other: datetime, many: list[datetime], named: dict[str, datetime]) -> None:
    one < other          # found
    one <= other         # found
    one > other          # found
    one >= other         # found
    one - other          # found
    timedelta(0) <= one - other  # found
    max(one, other)      # found
    min(many)            # found
    sorted(many)         # found
    many.sort()          # found
    sorted(named, key=lambda name: named[name])  # found
    one == other
    one - timedelta(1)
    one + timedelta(1)
    max(timedelta(1), timedelta(2))
    max(1, 2)
"""


@pytest.fixture(scope="module")
def checked(tmp_path_factory):
    """Return the lines that mypy complains of, by file, in a project that has the sample in several places."""
    project = tmp_path_factory.mktemp("project")
    for folder in ("engine", "bot", "handlers", "demo", "tests"):
        (project / folder).mkdir()
    shutil.copy(ROOT / "tests/wall_time_rule.py", project / "tests")
    (project / "mypy.ini").write_text("[mypy]\nplugins = tests/wall_time_rule.py\ncache_dir = /dev/null\n")
    samples = ["engine/sample.py", "bot/sample.py", "handlers/sample.py", "engine/wall_time.py"]
    for name in samples:
        (project / name).write_text(SAMPLE)
    run = subprocess.run(
        [sys.executable, "-m", "mypy", "--explicit-package-bases", "--namespace-packages", *samples],
        cwd=project,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert run.stderr == ""
    found = {name: set[int]() for name in samples}
    for line in run.stdout.splitlines():
        if "wall times" in line:
            name, number, *_ = line.split(":")
            found[name].add(int(number))
    return found


@pytest.mark.parametrize("name", ["engine/sample.py", "bot/sample.py", "handlers/sample.py"])
def test_every_comparison_difference_and_ordering_of_datetimes_is_found_and_nothing_else(checked, name):
    wrong = {number for number, line in enumerate(SAMPLE.splitlines(), start=1) if "# found" in line}

    assert checked[name] == wrong


def test_the_place_that_explains_itself_may_compare(checked):
    assert checked["engine/wall_time.py"] == set()


#: Where a query compares stored wall times all the same, and why a clock that was set does no harm there.
EXPLAINED = {
    (
        "engine/entries/routes_store.py",
        "decided_at",
    ): "old rows are deleted, a little sooner or later",
    (
        "engine/accounts/balances_store.py",
        "taken_at",
    ): "old rows are thinned out, a little sooner or later",
    ("bot/telegram/updates.py", "at"): "old rows are deleted, a little sooner or later",
    ("engine/users/invites_store.py", "created_at"): "old rows are deleted, a little sooner or later",
    (
        "engine/orders/steps_store.py",
        "at",
    ): "only where no step is known: readings noted in a process's first minute, guards of an older version",
    (
        "engine/orders/filled_intents_store.py",
        "finished_at",
    ): "how long fills that a venue tells late are awaited",
    (
        "engine/alerts/outbox.py",
        "created_at",
    ): "a day of the calendar is wanted; where the clock was set, a limit on buys counts a sale for another day",
    (
        "engine/orders/ended_exits_store.py",
        "finished_at",
    ): "a day of the calendar is wanted, as by the outbox",
    (
        "engine/orders/fills_store.py",
        "seen_at",
    ): "only what a process stored and died before it compared its waiting guards; more than that only asks",
    ("engine/orders/fills_store.py", "at"): "days of the calendar are wanted, by the venue's own clock",
    (
        "engine/orders/traded_store.py",
        "at",
    ): "a day of the calendar is wanted: more may be read than traded on it, and its fills are counted by their time",
    ("engine/orders/traded_store.py", "finished_at"): "a day of the calendar is wanted, likewise",
}
COMPARED = re.compile(
    r"col\(\w+\.(at|\w+_at)\)\s*[<>]|[<>]=?\s*col\(\w+\.(at|\w+_at)\)|\.(at|\w+_at)\)\.between"
)


def test_queries_compare_stored_times_only_where_it_is_explained():
    found = set()
    for room in ("engine", "bot", "handlers", "demo"):
        for file in (ROOT / room).rglob("*.py"):
            name = file.relative_to(ROOT).as_posix()
            found |= {(name, next(filter(None, hit))) for hit in COMPARED.findall(file.read_text())}

    assert found == EXPLAINED.keys()


@pytest.mark.parametrize(
    "query",
    [
        "col(IntentRow.updated_at) > since",
        "col(IntentRow.finished_at)\n >= since",
        "since < col(Row.at)",
        "col(Row.taken_at).between(a, b)",
    ],
)
def test_a_query_that_compares_stored_times_is_found(query):
    assert COMPARED.search(query)


def test_the_projects_own_check_runs_the_rule():
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text())

    assert "tests/wall_time_rule.py" in settings["tool"]["mypy"]["plugins"]
