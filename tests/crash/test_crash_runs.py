"""The real bot, killed in its exits: what was guarded is sold once and told, whatever the instant."""

import pytest

from tests.crash.campaign import campaign
from tests.crash.instants import Instant, instant_of_death

RUNS = 16
LANES = 2


@pytest.mark.timeout(600)
async def test_a_bot_killed_at_any_instant_of_an_exit_sells_once_and_tells(capsys):
    result = await campaign(RUNS, seed=1, lanes=LANES)

    with capsys.disabled():
        print("\n" + "\n".join(result.lines()))
    assert [str(outcome) for outcome in result.violations] == []
    assert len(result.outcomes) == RUNS
    assert set(result.kills) == set(Instant)


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
def test_an_instant_is_told_by_the_journal_and_the_tape(state, outcomes, orders, instant):
    assert instant_of_death(state=state, outcomes=outcomes, orders=orders) is instant
