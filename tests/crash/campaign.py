"""Many runs side by side, and the table of what came of them."""

import asyncio
import os
import time
from collections import Counter
from dataclasses import dataclass, field

from tests.crash.coins import COINS
from tests.crash.instants import Instant
from tests.crash.run import plan_runs, play


@dataclass(slots=True)
class Campaign:
    """What came of all runs."""

    wanted: int
    outcomes: list = field(default_factory=list)
    seconds: float = 0.0

    @property
    def kills(self):
        return Counter(outcome.instant for outcome in self.outcomes)

    @property
    def violations(self):
        return [outcome for outcome in self.outcomes if outcome.wrong]

    @property
    def with_an_answer_lost(self):
        return sum(bool(outcome.lost) for outcome in self.outcomes)

    @property
    def passed(self):
        """Every run was played, nothing was wrong, and a tenth of the kills or more met each instant."""
        enough = all(self.kills[instant] * 10 >= self.wanted for instant in Instant)
        return len(self.outcomes) == self.wanted and not self.violations and enough

    def lines(self):
        yield "killed"
        for instant in Instant:
            states = Counter(o.state for o in self.outcomes if o.instant is instant)
            on_disk = ", ".join(f"{state} {count}" for state, count in states.most_common())
            yield f"  {instant:<12} {self.kills[instant]:>4}   on disk: {on_disk or 'none'}"
        yield (
            f"{len(self.outcomes)} of {self.wanted} runs, {self.with_an_answer_lost} with a lost answer, "
            f"{len(self.violations)} violations, {self.seconds:.0f} s"
        )


async def campaign(runs, *, seed, lanes=None, on_outcome=lambda outcome: None):
    """Play so many runs in so many worlds at a time, as many as there are processors unless told."""
    result, began = Campaign(wanted=runs), time.monotonic()
    plans = plan_runs(runs, seed=seed)
    worlds = [plans[first : first + len(COINS)] for first in range(0, runs, len(COINS))]
    waiting = iter(worlds)

    def note(outcome):
        result.outcomes.append(outcome)
        on_outcome(outcome)

    async def lane():
        for world in waiting:
            await play(world, on_outcome=note)

    async with asyncio.TaskGroup() as group:
        for _ in range(lanes or os.cpu_count() or 1):
            group.create_task(lane())
    result.seconds = time.monotonic() - began
    return result
