"""The scenarios of many seeds, what of the code they run, and that a seed makes the same scenario again."""

import subprocess
import sys

import pytest

from tests.simulation.crashes import POINTS
from tests.simulation.scenario import run_scenario
from tests.simulation.soak import describe, soak
from tests.simulation.tally import KINDS, TRANSITIONS, Tally

#: Run under coverage, which takes twice as long, by a process of its own so that importing the engine is measured too.
MEASURED = range(1, 41)
#: Run meanwhile.
UNMEASURED = range(41, 121)
#: So often each fault and transition is met at least; `make soak` meets them by the hundred.
LEAST = 5

#: A sale whose market closes before it is sent, what its owner or its price does then, what is left too little of to
#: be sold, or a fill that is reported and taken back: `make soak` meets and counts them.
RARE = {
    "planned -> suspended",
    "planned -> abandoned",
    "suspended -> planned",
    "suspended -> refused",
    "suspended -> superseded",
    "planned -> refused",
    "partly_filled -> planned",
}


#: No scenario has fees that a venue books at the end of the day, coins that pay for a purchase of ours, or a venue that
#: calls too small what its listing takes.
NOT_PLAYED = "*/orders/late_fees.py,*/orders/unreported.py,*/orders/too_small.py"


@pytest.mark.fault("V4", "V20")
@pytest.mark.timeout(900)
def test_scenarios_break_nothing_and_meet_all_but_what_is_rare(store, tmp_path, capsys):
    failing = []

    with subprocess.Popen(
        coverage(tmp_path, "run", "--source=engine/orders", *reported_into(tmp_path / "tally")),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as measured:
        tally = soak(store, UNMEASURED, on_violation=lambda world: failing.append(describe(world)))
        words, _ = measured.communicate()

    assert measured.returncode == 0, words
    tally.add(Tally.read(tmp_path / "tally"))
    report = subprocess.run(
        coverage(tmp_path, "report", "--fail-under=93", "--show-missing", f"--omit={NOT_PLAYED}"),
        capture_output=True,
        text=True,
        check=False,
    )
    with capsys.disabled():
        sys.stdout.write("\n".join(["", *tally.lines(), "", report.stdout, ""]))
    assert failing == []
    assert tally.scenarios == len(MEASURED) + len(UNMEASURED)
    assert tally.seldom(KINDS, tally.faults, least=LEAST) == []
    transitions = [name for name in TRANSITIONS if name not in RARE]
    assert tally.seldom(transitions, tally.transitions, least=LEAST) == []
    assert {point: tally.crashes[point] for point in POINTS if not tally.crashes[point]} == {}
    # Forty scenarios run nearly every statement of the journal and its orders; no scenario buys.
    assert report.returncode == 0, report.stdout + report.stderr


def coverage(folder, command, *choices):
    return [
        sys.executable,
        "-m",
        "coverage",
        command,
        "--rcfile=",
        f"--data-file={folder / 'run'}",
        *choices,
    ]


def reported_into(file):
    return ["-m", "tests.simulation", "--seeds", str(len(MEASURED)), "--lanes", "1", "--tally", str(file)]


def test_a_seed_makes_the_same_scenario_again(store):
    once, other, again = run_scenario(11, store), run_scenario(12, store), run_scenario(11, store)

    assert once.lines == again.lines
    assert once.lines != other.lines
