"""The stories of two hundred seeds, and that a seed tells the same story again."""

import sys

import pytest

from engine.execution.states import TRANSITIONS
from tests.simulation.crashes import POINTS
from tests.simulation.faults import Kind
from tests.simulation.soak import describe, soak
from tests.simulation.story import tell

SEEDS = range(1, 201)
OFTEN = 10

#: What an exit goes through; the other transitions of the table are for orders it does not make yet.
OF_AN_EXIT = (
    "nothing -> planned",
    "planned -> sent",
    "planned -> parked",
    "planned -> superseded",
    "sent -> accepted",
    "sent -> unknown",
    "sent -> planned",
    "unknown -> accepted",
    "unknown -> planned",
    "accepted -> partly_filled",
    "accepted -> filled",
    "accepted -> planned",
    "partly_filled -> filled",
)


@pytest.mark.timeout(400)
def test_two_hundred_stories_break_nothing_and_meet_everything(store, capsys):
    failing = []

    tally = soak(store, SEEDS, on_violation=lambda world: failing.append(describe(world)))

    with capsys.disabled():
        sys.stdout.write("\n".join(["", *tally.lines(), ""]))
    assert failing == []
    assert {kind: tally.faults[kind] for kind in Kind if tally.faults[kind] < OFTEN} == {}
    assert {name: tally.transitions[name] for name in OF_AN_EXIT if tally.transitions[name] < OFTEN} == {}
    assert {point: tally.crashes[point] for point in POINTS if not tally.crashes[point]} == {}


def test_what_an_exit_goes_through_is_in_the_table_of_transitions():
    legal = {f"{before} -> {after}" for (before, _), after in TRANSITIONS.items()}

    assert set(OF_AN_EXIT) - legal == {"nothing -> planned"}


def test_a_seed_tells_the_same_story_again(store):
    once, other, again = tell(11, store), tell(12, store), tell(11, store)

    assert once.lines == again.lines
    assert once.lines != other.lines
