"""The scenarios can fail: each planted mistake is found, and the number of scenarios it took is printed."""

import re
import sys

import pytest

from tests.simulation.defects import DEFECTS, runs_until_found
from tests.simulation.scenario import run_scenario

MOST = 80


@pytest.mark.parametrize("defect", DEFECTS, ids=lambda defect: defect.name)
def test_a_planted_mistake_is_found(defect, store, capsys):
    found = runs_until_found(defect, store, most=MOST, kinds=defect.kinds, points=defect.points)

    assert found is not None
    scenarios, world = found
    # A mistake that does not even run proves nothing of what it stands for.
    assert not {"TypeError", "AttributeError"} & set(re.findall(r"\w+Error", world.violations[0]))
    # The same scenario without the mistake must hold, or something else was found.
    assert run_scenario(world.seed, store, kinds=defect.kinds, points=defect.points).violations == []
    with capsys.disabled():
        sys.stdout.write(f"\n{defect.name}: found in scenario {scenarios}: {world.violations[0]}\n")
