"""The real bot, killed in its exits: what was guarded is sold once and reported, whatever the instant."""

import pytest

from tests.crash.campaign import campaign
from tests.crash.instants import Instant

RUNS = 16
LANES = 2


@pytest.mark.fault("V1", "V10", "V16", "P1", "P2", "P3")
@pytest.mark.timeout(600)
async def test_a_bot_killed_at_any_instant_of_an_exit_sells_once_and_reports(capsys):
    result = await campaign(RUNS, seed=1, lanes=LANES)

    with capsys.disabled():
        print("\n" + "\n".join(result.lines()))
    assert [str(outcome) for outcome in result.violations] == []
    assert len(result.outcomes) == RUNS
    assert set(result.kills) == set(Instant)
