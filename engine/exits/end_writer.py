"""Writes one ending of an exit without a fill, but not while an order of its own may be under way or have sold."""

from dataclasses import replace
from functools import partial

from engine.brokers.base import Broker
from engine.clock import moment
from engine.exits.breach_recheck import BreachRecheck
from engine.exits.context import ExitContext
from engine.exits.endings import end_sold_externally, give_up, pause_for_split, presume_filled, stand_down
from engine.exits.given_up_attempts import GivenUpAttempts
from engine.exits.lost_answers import LostAnswers
from engine.exits.manual_close import is_too_late
from engine.exits.refusals import Ending
from engine.exits.retry_pauses import RetryPauses
from engine.exits.steps import EndSoldExternally, EndUnfilled, PauseForSplit, PresumeFilled
from engine.exits.why_end import EndFacts, WhyEnd, why_end
from engine.guards.guard import Guard
from engine.model.errors import BrokerError
from engine.model.guard_reasons import GuardReason
from engine.orders.intents import Intent


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
        match why_end(await self._facts(intent)):
            case WhyEnd.NO_BREACH:
                return await self.write(intent, stand_down)
            case WhyEnd.TOO_LATE:
                return await self.write(intent, partial(give_up, why=GuardReason.TOO_LATE))
            case WhyEnd.PRICE_WORSE:
                return await self.write(intent, partial(give_up, why=GuardReason.PRICE_WORSE))
        return None

    async def write_if_unwanted(self, intent: Intent) -> Intent | None:
        """End what its owner requested too long ago or at a much better price; None if it goes on."""
        return None if intent.manual is None else await self.write_if_unneeded(intent)

    async def _facts(self, intent: Intent) -> EndFacts:
        facts = EndFacts(
            is_manual=intent.manual is not None,
            is_first_attempt=self._is_first_attempt,
            age_s=(moment(self._context.clock) - self._driven_since).total_seconds(),
            is_too_late=self._is_too_late(intent),
            shown_price=intent.trigger_price,
            direction=self._guard.direction,
        )
        if not facts.is_price_needed:
            return facts
        if not facts.is_manual:
            return replace(facts, is_breach_over=await self._recheck.is_unneeded())
        price = await self._recheck.price()
        # A price may have been waited for.
        return replace(facts, price=price, is_too_late=self._is_too_late(intent))

    @property
    def _is_first_attempt(self) -> bool:
        return not (self._pauses.failures or self._lost.had_lost_attempt or self._began_before)

    def _is_too_late(self, intent: Intent) -> bool:
        return is_too_late(intent, moment(self._context.clock), driven_since=self._driven_since)
