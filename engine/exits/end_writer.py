"""Writes one ending of an exit without a fill, but not while an order of its own may be under way or have sold."""

from functools import partial

from engine.brokers.base import Broker
from engine.clock import moment
from engine.exits.breach_recheck import BreachRecheck
from engine.exits.context import ExitContext
from engine.exits.endings import end_sold_externally, give_up, pause_for_split, presume_filled, stand_down
from engine.exits.given_up_attempts import GivenUpAttempts
from engine.exits.lost_answers import LostAnswers
from engine.exits.manual_close import is_too_late, is_worse
from engine.exits.refusals import Ending
from engine.exits.retry_pauses import RetryPauses
from engine.exits.steps import EndSoldExternally, EndUnfilled, PauseForSplit, PresumeFilled
from engine.guards.guard import Guard
from engine.model.errors import BrokerError
from engine.model.guard_reasons import GuardReason
from engine.orders.intents import Intent

#: What a manual close sends within this time of its press leaves at the price that was compared then.
AT_ONCE_S = 2.0


class EndWriter:
    """Writes the end once nothing of the exit can arrive or turn out as sold any more."""

    def __init__(
        self,
        guard: Guard,
        *,
        context: ExitContext,
        broker: Broker,
        lost: LostAnswers,
        given_up: GivenUpAttempts,
        pauses: RetryPauses,
        began_before: bool,
    ) -> None:
        self._guard = guard
        self._context = context
        self._broker = broker
        self._lost = lost
        self._given_up = given_up
        self._pauses = pauses
        #: In another life of the process: its price may have come back meanwhile.
        self._began_before = began_before
        self._driven_since = moment(context.clock)
        self._recheck = BreachRecheck(guard, context=context, began_before=began_before)

    async def write(self, intent: Intent, ending: Ending, *, guard: Guard | None = None) -> Intent:
        """End the exit with what is left of its guard; the intent as it is now where it goes on."""
        if await self._lost.may_arrive_late(intent):
            return intent
        try:
            available = await self._given_up.read(intent)
            found = await self._given_up.find_filled(intent, available)
        except BrokerError as e:
            await self._pauses.wait(e)
            return intent
        if found is not None:
            return found
        await self._context.availability.confirm_releases(intent, self._broker)
        return await ending(self._context.journal, intent, guard or self._guard, was=self._guard)

    async def write_as_decided(self, intent: Intent, step: EndUnfilled) -> Intent:
        """End the exit as its next step decides."""
        match step:
            case PauseForSplit():
                return await self.write(intent, partial(pause_for_split, owned=step.owned))
            case PresumeFilled():
                return await self.write(intent, partial(presume_filled, left=step.left, owned=step.owned))
            case EndSoldExternally():
                is_unproven = await self._given_up.any_of(intent)
                return await self.write(intent, partial(end_sold_externally, is_unproven=is_unproven))

    async def write_if_unneeded(self, intent: Intent) -> Intent | None:
        """End what its owner requested too long ago or at another price, or what no price calls for any more; None if it goes on."""
        if intent.manual is not None:
            return await self.write_if_unwanted(intent)
        if self._is_first_attempt or not await self._recheck.is_unneeded():
            return None
        return await self.write(intent, stand_down)

    async def write_if_unwanted(self, intent: Intent) -> Intent | None:
        """End what its owner requested too long ago or at a much better price; None if it goes on."""
        if intent.manual is None or (self._is_first_attempt and self._age_s <= AT_ONCE_S):
            # What leaves with the press leaves at its price.
            return None
        price = None if self._is_too_late(intent) else await self._recheck.price()
        if self._is_too_late(intent):
            return await self.write(intent, partial(give_up, why=GuardReason.TOO_LATE))
        if price is not None and is_worse(price, intent.trigger_price, self._guard.direction):
            return await self.write(intent, partial(give_up, why=GuardReason.PRICE_WORSE))
        return None

    @property
    def _is_first_attempt(self) -> bool:
        return not (self._pauses.failures or self._lost.had_lost_attempt or self._began_before)

    @property
    def _age_s(self) -> float:
        return (moment(self._context.clock) - self._driven_since).total_seconds()

    def _is_too_late(self, intent: Intent) -> bool:
        return is_too_late(intent, moment(self._context.clock), driven_since=self._driven_since)
