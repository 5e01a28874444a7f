"""The stories can fail: each planted mistake is found, and the number of stories it took is printed."""

import sys

import pytest

from tests.simulation.defects import DEFECTS, runs_until_found

MOST = 80


@pytest.mark.parametrize("defect", DEFECTS, ids=lambda defect: defect.name)
def test_a_planted_mistake_is_found(defect, store, capsys):
    found = runs_until_found(defect, store, most=MOST, kinds=defect.kinds)

    assert found is not None
    stories, world = found
    with capsys.disabled():
        sys.stdout.write(f"\n{defect.name}: found in story {stories}: {world.violations[0]}\n")
