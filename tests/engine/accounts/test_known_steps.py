"""The last step at a moment is never one that was written later, and none is lost for long."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from engine.accounts.known_steps import KnownSteps
from engine.clock import Moment

START = Moment(datetime(2026, 3, 4, tzinfo=UTC), 100.0)
#: Seconds that pass, steps that are written, and where the wall clock is set to, from one note to the next.
PASSING = st.tuples(st.integers(0, 1000), st.integers(0, 3), st.integers(-(10**7), 10**7))


def noted(passing, first=0):
    known, moments, steady_s, step = KnownSteps(), [], START.steady_s, first
    for seconds, steps, off_s in passing:
        steady_s, step = steady_s + seconds, step + steps
        now = Moment(START.at + timedelta(seconds=off_s), steady_s)
        known.note(step, now)
        moments.append((now, step))
    return known, moments


@given(st.lists(PASSING, min_size=1, max_size=30), st.integers(0, 3600), st.integers(0, 50))
def test_what_was_the_last_step_so_long_ago_is_known_whatever_the_wall_clock_was_set_to(
    passing, ago_s, first
):
    known, moments = noted(passing, first)
    then = moments[-1][0] + timedelta(seconds=-ago_s)

    by_then = [step for noted_at, step in moments if noted_at <= then]

    assert known.at(then) == (by_then[-1] if by_then else None)
    assert known.first == moments[0][1]


def test_before_anything_was_noted_every_step_may_be_of_an_earlier_process():
    known = KnownSteps()

    assert known.at(START) is None
    assert known.first > 10**12


def later(seconds):
    return START + timedelta(seconds=seconds)


def test_steps_are_told_apart_for_two_hours_from_when_the_next_was_written():
    known = KnownSteps()
    known.note(1, START)
    known.note(2, later(10))

    known.note(2, later(7210))
    assert known.at(later(9)) == 1

    known.note(2, later(7211))
    assert (known.at(later(9)), known.at(later(10))) == (None, 2)


def test_a_step_that_was_the_last_for_hours_is_known_as_that():
    known = KnownSteps()
    for step, at_s in ((1, 0), (2, 1000), (3, 10_000)):
        known.note(step, later(at_s))

    assert (known.at(later(9999)), known.at(later(10_000))) == (2, 3)
