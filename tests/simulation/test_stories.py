"""The stories of two hundred seeds, what of the code they run, and that a seed tells the same story again."""

import subprocess
import sys

import pytest

from tests.simulation.crashes import POINTS
from tests.simulation.soak import describe, soak
from tests.simulation.story import tell
from tests.simulation.tally import KINDS, TRANSITIONS

SEEDS = range(1, 201)

#: A sale whose market closes before it is sent, what its owner or its price does then, what is left too little of to
#: be sold, or a fill that is told and taken back: `make soak` meets and counts them.
RARE = {
    "planned -> suspended",
    "planned -> abandoned",
    "suspended -> planned",
    "suspended -> refused",
    "suspended -> superseded",
    "planned -> refused",
    "partly_filled -> planned",
}


@pytest.mark.timeout(400)
def test_two_hundred_stories_break_nothing_and_meet_all_but_what_is_rare(store, capsys):
    failing = []

    tally = soak(store, SEEDS, on_violation=lambda world: failing.append(describe(world)))

    with capsys.disabled():
        sys.stdout.write("\n".join(["", *tally.lines(), ""]))
    assert failing == []
    assert tally.seldom(KINDS, tally.faults) == []
    assert tally.seldom([name for name in TRANSITIONS if name not in RARE], tally.transitions) == []
    assert {point: tally.crashes[point] for point in POINTS if not tally.crashes[point]} == {}


@pytest.mark.timeout(400)
def test_sixty_stories_run_nearly_every_statement_of_the_journal_and_its_orders(tmp_path, capsys):
    def coverage(command, *choices):
        words = [sys.executable, "-m", "coverage", command, "--rcfile=", f"--data-file={tmp_path / 'run'}"]
        return subprocess.run([*words, *choices], capture_output=True, text=True, check=False)

    told = coverage(
        "run", "--source=engine/execution", "-m", "tests.simulation", "--seeds", "60", "--lanes", "1"
    )
    report = coverage("report", "--fail-under=95", "--show-missing")

    with capsys.disabled():
        sys.stdout.write(f"\n{report.stdout}\n")
    assert told.returncode == 0, told.stdout + told.stderr
    assert report.returncode == 0, report.stdout + report.stderr


def test_a_seed_tells_the_same_story_again(store):
    once, other, again = tell(11, store), tell(12, store), tell(11, store)

    assert once.lines == again.lines
    assert once.lines != other.lines
