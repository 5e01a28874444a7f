import pytest

from handlers.render.repetitions import Repetition, find_repetitions


@pytest.mark.parametrize(
    ("steps", "found"),
    [
        ("", []),
        ("abc", [(0, 1, 1), (1, 1, 1), (2, 1, 1)]),
        ("abb", [(0, 1, 1), (1, 1, 1), (2, 1, 1)]),
        ("abbbc", [(0, 1, 1), (1, 1, 3), (4, 1, 1)]),
        ("tsrsrsrsa", [(0, 1, 1), (1, 2, 3), (7, 1, 1), (8, 1, 1)]),
        ("sxsysxsysxsy", [(0, 4, 3)]),
        ("srsr", [(0, 1, 1), (1, 1, 1), (2, 1, 1), (3, 1, 1)]),
        ("aaaaaabababab", [(0, 1, 6), (6, 2, 3), (12, 1, 1)]),
    ],
)
def test_what_repeats_at_least_three_times_is_one(steps, found):
    assert find_repetitions(steps) == [Repetition(start=s, length=n, times=t) for s, n, t in found]
