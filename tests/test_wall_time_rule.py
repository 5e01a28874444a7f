"""The rule that keeps wall times from being compared all over finds every way to do it."""

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
    for folder in ("engine", "bot", "handlers", "tests"):
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


@pytest.mark.parametrize("name", ["engine/sample.py", "bot/sample.py"])
def test_every_comparison_difference_and_ordering_of_datetimes_is_found_and_nothing_else(checked, name):
    wrong = {number for number, line in enumerate(SAMPLE.splitlines(), start=1) if "# found" in line}

    assert checked[name] == wrong


@pytest.mark.parametrize("name", ["handlers/sample.py", "engine/wall_time.py"])
def test_screens_and_the_place_that_explains_itself_may_compare(checked, name):
    assert checked[name] == set()


def test_the_projects_own_check_runs_the_rule():
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text())

    assert "tests/wall_time_rule.py" in settings["tool"]["mypy"]["plugins"]
