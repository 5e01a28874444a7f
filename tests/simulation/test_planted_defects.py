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
    "save after sending at once": 2,
    "resend on timeout": 2,
    "new client id per try": 5,
    "believe one look for a lost order": 4,
    "forget the hold": 4,
    "trust a zero shown to the exit": 4,
    "trust a zero shown once": 3,
    "alert outside the transaction": 2,
    "believe an old price": 4,
    "believe a frozen price": 8,
    "believe a jump": 2,
    "take a stream at its word": 2,
    "forget the backstop": 4,
    "count a pushed fill twice": 5,
    "believe a balance after a gap of the stream": 44,
    "follow orders by their stream alone": 2,
    "count requests in memory": 6,
    "believe the first end that is reported": 21,
    "take an open order for over": 21,
    "take a part for all": 2,
    "cancel whatever is named after the coin": 5,
    "drop the rows that cannot be read": 8,
    "order readings by the wall clock": 16,
    "date what was seen by the wall clock": 45,
    "wait with alerts by the wall clock": 43,
    "count to the price alarm by the wall clock": 35,
    "take what is not listed for over": 2,
    "send again what is not found": 4,
    "wait for an id that nobody knows": 2,
    "believe every cancel": 4,
    "forget exits on restart": 3,
    "leave nothing guarded of a part": 23,
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
