import pytest

from bot.telegram.doubling_pause import doubling_pause_s


@pytest.mark.parametrize(
    ("first_s", "most_s", "pauses_s"),
    [
        pytest.param(1, 60, [1, 2, 4, 8, 16, 32, 60, 60], id="bound between two doublings"),
        pytest.param(15, 60, [15, 30, 60, 60], id="bound on a doubling"),
        pytest.param(10, 3600, [10, 20, 40, 80, 160, 320, 640, 1280, 2560, 3600], id="long"),
        pytest.param(0.5, 2, [0.5, 1, 2, 2], id="below a second"),
        pytest.param(60, 60, [60, 60], id="nothing to double"),
    ],
)
def test_a_pause_doubles_with_each_failure_up_to_its_bound(first_s, most_s, pauses_s):
    failures = range(1, len(pauses_s) + 1)

    assert [doubling_pause_s(count, first_s=first_s, most_s=most_s) for count in failures] == pauses_s


@pytest.mark.parametrize("failures", [65, 1_000, 1_000_000])
def test_no_number_of_failures_is_too_large(failures):
    assert doubling_pause_s(failures, first_s=1, most_s=60) == 60
