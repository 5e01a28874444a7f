"""The scenarios can fail: each planted mistake is found, and the scenario that found it is printed.

How many scenarios it takes from the first one on is counted by `python -m tests.simulation --defects`.
"""

import re
import sys

import pytest

from tests.simulation.defects import DEFECTS, runs_until_found
from tests.simulation.scenario import run_scenario

MOST = 80

#: Where the search begins, for those that scenario 1 does not find: it ends at once while scenarios stay as they are.
FIRST = {
    "send before save": 2,
    "save after sending at once": 3,
    "new client id per try": 5,
    "believe one look for a lost order": 4,
    "sell all that is there": 2,
    "forget the hold": 12,
    "trust a zero shown to the exit": 4,
    "trust a zero shown once": 3,
    "alert outside the transaction": 2,
    "count requests in memory": 7,
    "believe the first end that is reported": 8,
    "take an open order for over": 8,
    "cancel whatever is named after the coin": 5,
    "drop the rows that cannot be read": 2,
    "order readings by the wall clock": 9,
    "date what was seen by the wall clock": 8,
    "wait with alerts by the wall clock": 10,
    "count to the price alarm by the wall clock": 8,
    "take what is not listed for over": 5,
    "believe every cancel": 4,
    "forget exits on restart": 2,
    "fail in silence": 3,
    "charge no fee": 2,
    "charge a fee that is not paid": 2,
    "hold on after a cancel": 2,
    "fill below the level": 2,
}


@pytest.mark.parametrize("defect", DEFECTS, ids=lambda defect: defect.name)
def test_a_planted_mistake_is_found(defect, store, capsys):
    first = FIRST.get(defect.name, 1)
    found = runs_until_found(defect, store, most=MOST, first=first, kinds=defect.kinds, points=defect.points)

    assert found is not None
    _, world = found
    # A mistake that does not even run proves nothing of what it stands for.
    assert not {"TypeError", "AttributeError"} & set(re.findall(r"\w+Error", world.violations[0]))
    # The same scenario without the mistake must hold, or something else was found.
    assert run_scenario(world.seed, store, kinds=defect.kinds, points=defect.points).violations == []
    with capsys.disabled():
        sys.stdout.write(f"\n{defect.name}: found in scenario {world.seed}: {world.violations[0]}\n")
