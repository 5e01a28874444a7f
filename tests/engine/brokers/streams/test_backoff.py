import pytest

from engine.brokers.streams.backoff import failures_after, pause_s, rest_s


@pytest.mark.parametrize(
    ("failures", "shortest", "longest"),
    [(0, 0.25, 0.5), (1, 0.25, 0.5), (2, 0.5, 1), (4, 2, 4), (7, 15, 30), (10**9, 15, 30)],
)
def test_pauses_double_up_to_half_a_minute_and_differ_by_half(failures, shortest, longest):
    assert pause_s(failures, jitter=0) == shortest
    assert pause_s(failures, jitter=1) == longest


def test_a_ban_is_never_cut_short():
    assert rest_s(600, jitter=0) == 600
    assert rest_s(600, jitter=1) == 750
    assert rest_s(0, jitter=1) == 0


def test_a_connection_that_lasted_makes_the_next_failure_a_first_one():
    assert failures_after(7, lasted_s=60) == 1
    assert failures_after(7, lasted_s=59) == 8


def test_a_connection_that_nobody_wanted_any_more_has_not_failed():
    assert failures_after(3, lasted_s=10, has_failed=False) == 3
    assert failures_after(3, lasted_s=60, has_failed=False) == 0
