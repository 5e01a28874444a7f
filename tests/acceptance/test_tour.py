import subprocess
import sys

import pytest

from demo.terminal import run_demo
from demo.tour import SABOTAGES
from tests.acceptance.forked import ForkedBot


def play(*arguments):
    command = [sys.executable, "-m", "demo", "demo", "--tour", *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=110, check=False)


def test_the_tour_observes_every_step():
    tour = play()

    assert tour.returncode == 0, tour.stdout + tour.stderr
    assert "PASS: all 7 steps were observed." in tour.stdout


@pytest.mark.parametrize("sabotage", SABOTAGES.values(), ids=SABOTAGES)
def test_a_sabotage_ends_the_tour_at_the_step_that_must_notice(sabotage, capsys, tmp_path, forks):
    exit_code = run_demo(tour=True, sabotage=sabotage.name, data_dir=tmp_path, process=ForkedBot)

    seen = capsys.readouterr()
    assert exit_code == 1, seen.out
    assert f"FAIL: step {sabotage.step} was not observed." in seen.err


def test_every_step_has_a_sabotage():
    steps = {"balances", "route", "arming", "calm", "exit", "alert", "restart"}

    assert {sabotage.step for sabotage in SABOTAGES.values()} == steps


def test_an_unknown_sabotage_is_bad_usage():
    tour = play("--sabotage", "rain")

    assert tour.returncode == 2
    assert "no sabotage 'rain'" in tour.stderr
