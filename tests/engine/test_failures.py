"""Failures of single elements are raised once all had their turn."""

import asyncio

import pytest

from engine.failures import Failures


def take_turns(*outcomes):
    failures, done = Failures(), []
    for name, outcome in enumerate(outcomes):
        with failures.turn_of(f"element {name}"):
            if outcome is not None:
                raise outcome
            done.append(name)
    return failures, done


def test_every_element_has_its_turn_and_all_failures_are_raised_with_their_names():
    first, second = ValueError("first"), ExceptionGroup("second", [OSError()])
    failures, done = take_turns(first, None, second, None)

    with pytest.raises(ExceptionGroup, match="were not done") as caught:
        failures.raise_together("elements were not done")

    assert done == [1, 3]
    assert caught.value.exceptions == (first, second)
    assert [error.__notes__ for error in caught.value.exceptions] == [
        ["about element 0"],
        ["about element 2"],
    ]


def test_nothing_is_raised_when_nothing_went_wrong():
    failures, done = take_turns(None, None)

    failures.raise_together("elements were not done")
    assert done == [0, 1]


@pytest.mark.parametrize("ending", [asyncio.CancelledError, KeyboardInterrupt])
def test_what_ends_the_whole_is_no_failure_of_an_element(ending):
    with pytest.raises(ending):
        take_turns(ending(), None)
