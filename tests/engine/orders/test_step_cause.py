"""Stored causes of steps."""

import pytest

from engine.orders.step_cause import StepCause, cause_of


@pytest.mark.parametrize("cause", StepCause)
@pytest.mark.parametrize("resent", ["", ", same id", ", new attempt"])
def test_a_cause_is_known_again_also_with_what_earlier_versions_wrote_behind_it(cause, resent):
    assert cause_of(f"{cause}{resent}") is cause


@pytest.mark.parametrize("stored", ["", "the stock market is closed", "less than 1 USD, same id"])
def test_what_another_version_wrote_stays_as_it_stands(stored):
    assert cause_of(stored) == stored
