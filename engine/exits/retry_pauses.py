"""Pauses between the attempts of one exit, each with its alert to the owner."""

from datetime import timedelta
from decimal import Decimal

from engine.exits.availability import RELEASE_POLLS_S
from engine.exits.context import ExitContext
from engine.exits.pair_rules import SHUT_LOOK_S, is_shut
from engine.exits.quantity_check import READ_AGAIN_S
from engine.exits.reminder_loop import ReminderLoop
from engine.exits.steps import AwaitRelease, AwaitRest, Pause, ReadAgain, ReadOvertaken
from engine.exits.tradability import Tradability
from engine.model.delays import Wait
from engine.model.errors import BrokerError
from engine.model.failing_actions import FailingAction
from engine.model.failing_reasons import FailingReason, LittleFree, UnknownHold
from engine.orders.backoff import pause_s
from engine.orders.intents import Intent

_CONTRADICTORY = "less of it is there than before, and no two readings agree on how much"
_OVERTAKEN = "orders that were to be cancelled for it keep filling first"


class RetryPauses:
    """Waits longer with every failure; the next round begins with the guarded pair again."""

    def __init__(self, *, context: ExitContext, tradability: Tradability, reminder: ReminderLoop) -> None:
        self._context = context
        self._tradability = tradability
        self._reminder = reminder
        self.failures = 0
        #: How often an order that was to be cancelled had filled before.
        self._overtaken = 0
        #: Whether its market was open when it was last waited for.
        self._was_open = False

    async def wait(self, why: BrokerError | FailingReason, *, is_new: bool = False) -> None:
        """Pause after a failure; a market that closes is reported at once, also where only `is_new` marks it."""
        self.failures += 1
        wait_s, doing = pause_s(why, self.failures), FailingAction.TRY_AGAIN
        self._tradability.pair.begin_again()
        if is_shut(why) and await self._tradability.pair.has_others():
            wait_s, doing = SHUT_LOOK_S, FailingAction.TRY_ANOTHER_PAIR
        closed = self._tradability.closed if is_shut(why) else None
        is_closing, self._was_open = closed is not None and (is_new or self._was_open), closed is None
        again_at = self._context.clock.now() + timedelta(seconds=wait_s)
        await self._reminder.note(
            str(why) if isinstance(why, BrokerError) else why,
            doing if closed is None else FailingAction.AWAIT_MARKET,
            wait=closed or Wait(again_at=again_at),
            is_urgent=is_closing,
        )
        await self._context.clock.sleep(wait_s)

    async def take(self, intent: Intent, step: Pause) -> None:
        """Pause for what a step waits for."""
        match step:
            case ReadAgain():
                await self._read_again(intent, is_contradictory=step.is_contradictory)
            case ReadOvertaken():
                await self._read_overtaken(intent)
            case AwaitRest():
                await self.await_rest(intent, step.free_quantity, step.unknown_hold)
            case AwaitRelease():
                await self.wait(step.hindrance)

    async def await_rest(
        self, intent: Intent, free_quantity: Decimal, unknown_hold: UnknownHold | None = None
    ) -> None:
        """Wait for what is held or locked: what is free is too little to be sold."""
        self._context.reports.outdate(intent.account_id)
        await self.wait(LittleFree(quantity=free_quantity, asset=intent.asset, unknown_hold=unknown_hold))

    async def _read_overtaken(self, intent: Intent) -> None:
        """Judge anew, soon at first: what the owner's own order sold is no part of the guard any more."""
        wait_s = RELEASE_POLLS_S[min(self._overtaken, len(RELEASE_POLLS_S) - 1)]
        self._overtaken += 1
        if self._overtaken >= len(RELEASE_POLLS_S):
            await self._reminder.note(_OVERTAKEN, FailingAction.READ_REST)
        self._context.reports.outdate(intent.account_id)
        await self._context.clock.sleep(wait_s)

    async def _read_again(self, intent: Intent, *, is_contradictory: bool) -> None:
        """Wait for a reading that agrees with the last one on how much is there."""
        if is_contradictory:
            # Nothing is sold before readings agree on how much there is, and that may take too long to be silent.
            await self._reminder.note(_CONTRADICTORY, FailingAction.READ_AGAIN)
        self._context.reports.outdate(intent.account_id)
        self._tradability.pair.begin_again()
        await self._context.clock.sleep(READ_AGAIN_S)
