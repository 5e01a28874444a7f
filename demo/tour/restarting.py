"""The step in which the bot is killed and started again."""

import asyncio
from collections.abc import Sequence
from itertools import pairwise

from demo.tour.alert import ALERT
from demo.tour.check import Check, equal, none, true
from demo.tour.records import count_snapshots, count_unsent_alerts, read_guards, read_intents
from demo.tour.scene import ADD_ORDER, OBSERVE_S, TICKER, Moment, Scene
from sandbox.tape import Call
from sandbox.world import KRAKEN

_POLL_S = 0.05


async def forget_nothing(scene: Scene) -> list[Check]:
    """Kill the bot, start it, and look at what it remembers."""
    stage, start = scene.stage, scene.mark
    # A bot killed before it notes that an alert arrived reports it again, which is right and not this story.
    await _all_reported(scene)
    guards, intents = read_guards(stage.database), read_intents(stage.database)
    snapshots = count_snapshots(stage.database)
    await stage.bot.kill()
    scene.at(Moment.KILLED)
    answer = await stage.start_bot()
    scene.at(Moment.RESTARTED)
    looked = await scene.looks("SOLUSD")
    private = [call for call in scene.world.tape(KRAKEN).calls() if "nonce" in call.params]
    orders = scene.calls(ADD_ORDER, since=start)
    return [
        true("it answers again", answer.text, seen=answer.text.splitlines()[0]),
        true("it guards again", looked, seen=f"{TICKER} on the tape"),
        check_nonces(private),
        none("nothing was sold again", (str(dict(call.params)) for call in orders)),
        equal("the alert is not repeated", expected=1, seen=len(scene.messages(ALERT))),
        _unchanged("guards are what they were", guards, read_guards(stage.database)),
        _unchanged("so is the journal of exits", intents, read_intents(stage.database)),
        true(
            "the history of balances goes on",
            count_snapshots(stage.database) >= snapshots > 0,
            seen=f"{snapshots} snapshots before the kill, {count_snapshots(stage.database)} now",
        ),
    ]


async def _all_reported(scene: Scene) -> None:
    async with asyncio.timeout(OBSERVE_S):
        while True:
            if not count_unsent_alerts(scene.stage.database):
                return
            await asyncio.sleep(_POLL_S)


def check_nonces(calls: Sequence[Call]) -> Check:
    """Numbers rise from each call to the next, over the kill as well; pure."""
    nonces = [int(call.params["nonce"]) for call in calls]
    falls = [f"{later} after {earlier}" for earlier, later in pairwise(nonces) if later <= earlier]
    return Check(
        statement="nonces rise from call to call",
        held=bool(nonces) and not falls,
        seen="; ".join(falls) or f"{len(nonces)} of them, the last {nonces[-1] if nonces else 'none'}",
    )


def _unchanged(statement: str, before: Sequence[object], after: Sequence[object]) -> Check:
    if before == after:
        return Check(statement=statement, held=bool(before), seen=f"{len(after)} of them")
    return Check(statement=statement, held=False, seen=f"{after}, expected {before}")
