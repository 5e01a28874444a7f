"""At which instant a bot was killed, told from what it left behind."""

import pytest

from tests.crash.instants import Instant, instant_of_death


@pytest.mark.parametrize(
    ("state", "outcomes", "orders", "instant"),
    [
        ("planned", [], 0, Instant.BEFORE_SEND),
        ("sent", [], 0, Instant.BEFORE_SEND),
        ("sent", [None], 1, Instant.IN_FLIGHT),
        ("sent", [], 1, Instant.IN_FLIGHT),
        ("sent", ["drop_before", None], 2, Instant.IN_FLIGHT),
        ("unknown", ["truncate"], 1, Instant.ANSWERED),
        ("accepted", ["ok"], 1, Instant.ANSWERED),
        ("filled", ["ok"], 1, Instant.COMMITTED),
    ],
)
def test_an_instant_is_recognised_by_the_journal_and_the_tape(state, outcomes, orders, instant):
    assert instant_of_death(state=state, outcomes=outcomes, orders=orders) is instant
