"""Where a step of the tour plays: the stage, its ledger and tape, and the saboteur if there is one."""

import asyncio
import contextlib
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum

from demo.stage import Stage
from engine.brokers.paper.ledger import Kind, Ledger, Order
from engine.model.orders import Side
from sandbox.tape import Call
from sandbox.telegram import ChatMessage
from sandbox.world import KRAKEN, SandboxWorld

#: What has not been seen by then will not be.
OBSERVE_S = 8.0
#: A sale waits for Kraken's call counter when that is used up.
CONCLUDE_S = 40.0
#: Many turns of the guard, which comes three times a second.
LOOKS_S = 4.0
#: As Kraken's tape names them.
ADD_ORDER, CANCEL_ORDER, TICKER = "AddOrder", "CancelOrder", "Ticker"


class Moment(StrEnum):
    """Points of the story at which a saboteur may strike."""

    BOT_STARTED = "before the bot is started"
    ROUTE_REQUESTED = "before /route is asked"
    QUESTION_OPEN = "while the question whether to sell at once stands"
    SHALLOW_FALL = "after the fall to -0.9 %"
    DEEP_FALL = "before the fall to -1.5 %"
    SOLD = "after the sale"
    KILLED = "after kill -9"
    RESTARTED = "after the restart"


@dataclass(slots=True, kw_only=True)
class Scene:
    """Shared by all steps, in their order."""

    stage: Stage
    #: what somebody does to the world at a moment
    sabotage: Callable[[Moment, "Scene"], None] = field(default=lambda _moment, _scene: None)

    @property
    def world(self) -> SandboxWorld:
        return self.stage.world

    @property
    def ledger(self) -> Ledger:
        """What the owner really has at Kraken."""
        return self.world.ledger(KRAKEN)

    @property
    def mark(self) -> int:
        """The place on Kraken's tape at which the next call will stand."""
        calls = self.world.tape(KRAKEN).calls()
        return calls[-1].index + 1 if calls else 0

    @property
    def sales(self) -> list[Order]:
        """The market sales in Kraken's ledger, oldest first."""
        orders = self.ledger.orders.values()
        return [o for o in orders if o.draft.side is Side.SELL and o.draft.kind is Kind.MARKET]

    def at(self, moment: Moment) -> None:
        """Let a saboteur strike here."""
        self.sabotage(moment, self)

    def calls(self, *endpoints: str, since: int = 0) -> list[Call]:
        """Calls on Kraken's tape from a place on."""
        return [c for c in self.world.tape(KRAKEN).calls() if c.endpoint in endpoints and c.index >= since]

    def messages(self, text: str) -> list[ChatMessage]:
        """The bot's messages that contain this text."""
        return [one for one in self.stage.owner.messages if one.from_bot and text in one.text]

    async def ask(self, text: str, head: str) -> ChatMessage:
        """Send something to the bot and wait for the answer that begins with a given text."""
        return await self.stage.owner.ask(text, head=head, timeout_s=OBSERVE_S)

    async def looks(self, pair: str, count: int = 3) -> bool:
        """Wait until the bot has looked so often at a pair's price from now on; False if it does not."""
        start, tape = self.mark, self.world.tape(KRAKEN)
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(LOOKS_S):
                while sum(_asks_for(call, pair) for call in self.calls(TICKER, since=start)) < count:
                    await tape.wait_for(TICKER, len(tape.calls(TICKER)) + 1, timeout_s=LOOKS_S)
                return True
        return False


def _asks_for(call: Call, pair: str) -> bool:
    return pair in call.params.get("pair", "").split(",")
