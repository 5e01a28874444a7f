import pytest

from tests.engine.nonce.crash_loop import crash_loop

KILLS = 10


@pytest.mark.fault("V15")
def test_numbers_rise_over_kills_and_a_clock_that_is_set_back(tmp_path):
    verdict = crash_loop("durable", tmp_path, KILLS, seed=7)

    assert verdict.passed
    assert verdict.used >= KILLS


def test_a_counter_in_memory_fails_the_same_loop(tmp_path):
    verdict = crash_loop("memory", tmp_path, KILLS, seed=7)

    assert verdict.refused > 0
