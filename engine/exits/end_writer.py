"""Writes one ending of an exit without a fill, but not while an order of its own may be under way or have sold."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from functools import partial

from engine.brokers.base import Broker
from engine.clock import moment
from engine.exits.breach_recheck import BreachRecheck
from engine.exits.context import ExitContext
from engine.exits.endings import (
    abandon,
    end_sold_externally,
    give_up,
    pause_for_split,
    presume_filled,
    stand_down,
)
from engine.exits.given_up_attempts import GivenUpAttempts
from engine.exits.inventory import Inventory
from engine.exits.lost_answers import LostAnswers
from engine.exits.manual_close import is_too_late
from engine.exits.next_step import next_step
from engine.exits.position_reading import PositionReading
from engine.exits.profit_check import ProfitCheck
from engine.exits.refusals import End, Ending
from engine.exits.retry_pauses import RetryPauses
from engine.exits.steps import (
    Abandon,
    EndSoldExternally,
    EndUnfilled,
    PauseForSplit,
    PresumeFilled,
    ReadAgain,
    View,
)
from engine.exits.why_end import EndFacts, WhyEnd, why_end
from engine.guards.guard import Guard
from engine.model.errors import BrokerError
from engine.model.guard_reasons import GuardReason
from engine.orders.intents import Intent

#: Returns the end that a last reading calls for; None where it calls for another step.
_Confirm = Callable[[PositionReading], Awaitable[End | None]]


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
        inventory: Inventory,
        pauses: RetryPauses,
        profit: ProfitCheck,
        began_before: bool,
    ) -> None:
        self._guard = guard
        self._context = context
        self._broker = broker
        self._lost = lost
        self._given_up = given_up
        self._inventory = inventory
        self._pauses = pauses
        self._profit = profit
        #: In another life of the process: its price may have come back meanwhile.
        self._began_before = began_before
        self._driven_since = moment(context.clock)
        self._recheck = BreachRecheck(guard, context=context, began_before=began_before)

    async def write(self, intent: Intent, ending: Ending) -> Intent:
        """End the exit, whatever is there; the intent as it is now where it goes on."""
        return await self._write(intent, End(write=ending, guard=self._guard))

    async def write_refused(self, intent: Intent, end: End) -> Intent:
        """End the exit on a refusal; one that rests on an empty position only while the position is empty."""

        async def confirm(available: PositionReading) -> End | None:
            await self._view(intent, available)
            return end if self._inventory.is_gone() else None

        return await self._write(intent, end, confirm=confirm if end.is_of_empty else None)

    async def write_as_decided(self, intent: Intent, step: EndUnfilled | Abandon) -> Intent:
        """End the exit as its next step decides, and as it still does by what is there at the end."""

        async def confirm(available: PositionReading) -> End | None:
            view = await self._view(intent, available)
            # What could be freed was before it was called too little.
            again = next_step(replace(view, may_free=not isinstance(step, Abandon)))
            if not isinstance(again, EndUnfilled | Abandon) or type(again) is not type(step):
                return None
            return await self._end_of(intent, again)

        return await self._write(intent, await self._end_of(intent, step), confirm=confirm)

    async def write_if_unwanted(self, intent: Intent) -> Intent | None:
        """End what its owner requested too long ago or at another price, or what no price calls for any more; None if it goes on."""
        match why_end(await self._facts(intent)):
            case WhyEnd.NO_BREACH | WhyEnd.NO_PROFIT:
                return await self.write(intent, stand_down)
            case WhyEnd.TOO_LATE:
                return await self.write(intent, partial(give_up, why=GuardReason.TOO_LATE))
            case WhyEnd.PRICE_WORSE:
                return await self.write(intent, partial(give_up, why=GuardReason.PRICE_WORSE))
        return None

    async def write_if_price_unwanted(self, intent: Intent) -> Intent | None:
        """Do the same with what is no exit of a loss: a manual close, or a profit; None if it goes on."""
        return await self.write_if_unwanted(intent) if intent.manual or intent.is_profit else None

    async def _write(self, intent: Intent, end: End, *, confirm: _Confirm | None = None) -> Intent:
        if await self._lost.may_arrive_late(intent):
            return intent
        try:
            available = await self._given_up.read(intent)
            found = await self._given_up.find_filled(intent, available)
            # It was decided by an earlier reading; what the account does not answer now decides nothing anew.
            is_newer = confirm is not None and found is None and available.is_fresh
            confirmed = await confirm(available) if confirm and is_newer else end
        except BrokerError as e:
            await self._pauses.wait(e)
            return intent
        if found is not None:
            return found
        if confirmed is None:
            # Two readings contradict each other: with a pause, as they may go on doing that.
            await self._pauses.take(intent, ReadAgain(is_contradictory=False))
            return intent
        await self._context.availability.confirm_releases(intent, self._broker)
        return await confirmed.write(self._context.journal, intent, confirmed.guard, was=self._guard)

    async def _end_of(self, intent: Intent, step: EndUnfilled | Abandon) -> End:
        match step:
            case PauseForSplit():
                return End(write=partial(pause_for_split, owned=step.owned), guard=self._guard)
            case PresumeFilled():
                ending = partial(presume_filled, left=step.left, owned=step.owned)
                return End(write=ending, guard=self._guard)
            case EndSoldExternally():
                is_unproven = await self._given_up.any_of(intent)
                return End(write=partial(end_sold_externally, is_unproven=is_unproven), guard=self._guard)
            case Abandon():
                return End(write=partial(abandon, dust=step.dust), guard=step.exit_quantity.guard)

    async def _view(self, intent: Intent, available: PositionReading) -> View:
        return await self._inventory.view(
            available,
            price=intent.trigger_price,
            manual=intent.manual,
            presumed_filled=self._given_up.presumed_filled(intent),
        )

    async def _facts(self, intent: Intent) -> EndFacts:
        facts = EndFacts(
            is_manual=intent.manual is not None,
            is_profit=intent.is_profit,
            is_first_attempt=self._is_first_attempt,
            age_s=(moment(self._context.clock) - self._driven_since).total_seconds(),
            is_too_late=self._is_too_late(intent),
            at_any_price=intent.manual is not None and intent.manual.at_any_price,
            shown_price=intent.trigger_price,
            direction=self._guard.direction,
        )
        if not facts.is_price_needed:
            return facts
        if facts.is_profit:
            # A shut market shows prices too; whether there is one is for the watch to say.
            is_gone = await self._recheck.price() is None or await self._profit.is_gone()
            return replace(facts, is_profit_gone=is_gone)
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
