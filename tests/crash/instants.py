"""The named instants of an exit: how each is come by, and which one it was in the end."""

import asyncio
from enum import StrEnum

from sandbox.faults import Fault, FaultKind
from sandbox.telegram import FaultKind as TelegramFault
from sandbox.world import KRAKEN
from tests.crash.evidence import ADD_ORDER, until

#: What the kill may wait, so that it does not always meet the same line of code.
_BREATH_S = 0.004
_HELD_BACK_S = 0.6
_LONGEST_UNDER_WAY_S = 5.0


class Instant(StrEnum):
    BEFORE_SEND = "before send"
    IN_FLIGHT = "in flight"
    ANSWERED = "answered"
    COMMITTED = "committed"


#: How the answer to a sell order is lost. The order of the first one was never placed.
NOT_PLACED = FaultKind.DROP_BEFORE
LOST = (NOT_PLACED, FaultKind.DROP_AFTER, FaultKind.TRUNCATE)
LOST_AFTER_PLACING = LOST[1:]


class Way:
    """Lets an exit come to an instant; the kill follows as soon as `go` is over."""

    def __init__(self, instant, evidence, *, dice, lose):
        self._instant = instant
        self._seen = evidence
        self._dice = dice
        self._lose = lose
        self._world = evidence.stage.world

    def prepare(self):
        """Plan what the venue does wrong until the kill."""
        # An answer that was to be lost in the run before, and was not needed any more.
        self._world.faults(KRAKEN).clear()
        match self._instant:
            case Instant.BEFORE_SEND if self._seen.coin.is_held:
                endpoint = self._dice.choice(("OpenOrders", "CancelOrder"))
                self._plan(FaultKind.DELAY_AFTER, endpoint, delay_s=_HELD_BACK_S)
            case Instant.IN_FLIGHT if self._lose:
                self._plan(NOT_PLACED)
            case Instant.IN_FLIGHT:
                self._hold_the_order_back()
            case Instant.ANSWERED:
                self._lose_an_answer(LOST_AFTER_PLACING)
                self._plan(FaultKind.DELAY_BEFORE, "QueryOrders", delay_s=_HELD_BACK_S)
            case Instant.COMMITTED:
                self._lose_an_answer(LOST_AFTER_PLACING)
                if self._dice.random() < 0.5:
                    self._world.telegram.faults.add("sendMessage", kind=TelegramFault.DROP_BEFORE, times=None)

    async def go(self):
        """Wait until the exit is there; tell whether it came there."""
        try:
            await self._connection()
        except TimeoutError:
            return False
        return True

    async def _connection(self):
        match self._instant:
            case Instant.BEFORE_SEND:
                await self._before_send()
            case Instant.IN_FLIGHT:
                await self._in_flight()
            case Instant.ANSWERED:
                await until(self._answered)
                await self._breathe(self._dice.choice((0.0, _BREATH_S, _HELD_BACK_S * 0.8)))
            case Instant.COMMITTED:
                await until(lambda: self._seen.state == "filled", every_s=0.005)
                await self._breathe(self._dice.choice((0.0, _BREATH_S, 0.1)))

    def after_the_kill(self):
        """End what was planned; an order that was never sent is now sent into its lost answer."""
        self._world.faults(KRAKEN).clear()
        self._world.telegram.faults.clear()
        if self._instant is Instant.BEFORE_SEND:
            self._lose_an_answer(LOST)

    async def _before_send(self):
        if self._seen.coin.is_held:
            await until(lambda: self._seen.state)
            await self._breathe(_HELD_BACK_S * 0.8)
        else:
            state = self._dice.choice(("planned", "sent"))
            # Either lasts a millisecond or two.
            await until(lambda: self._seen.state == state or self._seen.orders, every_s=0)

    async def _in_flight(self):
        first = 0
        if self._lose:
            await until(self._answered)
            first = 1
            self._hold_the_order_back()
        await until(lambda: len(self._seen.orders) > first)
        await self._breathe(0.3)

    def _answered(self):
        return bool(self._seen.orders) and self._seen.orders[-1].outcome is not None

    def _hold_the_order_back(self):
        # It is placed after the kill, perhaps after the restart, or was placed and is not answered.
        kind = self._dice.choice((FaultKind.DELAY_BEFORE, FaultKind.DELAY_AFTER))
        self._plan(kind, delay_s=self._dice.uniform(_HELD_BACK_S, _LONGEST_UNDER_WAY_S))

    def _lose_an_answer(self, ways):
        if self._lose:
            self._plan(self._dice.choice(ways))

    def _plan(self, kind, endpoint=ADD_ORDER, *, delay_s=0.0):
        # An order that may be lost again is checked first, which must not use the fault up.
        self._world.faults(KRAKEN).add(
            Fault(kind=kind, endpoint=endpoint, delay_s=delay_s, spares_checks=True)
        )

    async def _breathe(self, longest_s):
        await asyncio.sleep(self._dice.uniform(0, longest_s))


def instant_of_death(*, state, outcomes, orders):
    """Say where an exit was: its state on disk and the answers on the tape when it was killed, pure.

    `orders` counts those that had left by then; the last ones may have arrived after the kill.
    """
    if state == "filled":
        return Instant.COMMITTED
    if orders > len(outcomes) or None in outcomes:
        return Instant.IN_FLIGHT
    return Instant.ANSWERED if outcomes else Instant.BEFORE_SEND
