"""What becomes of an exit whose order or market is refused: another pair, a wait, or its end."""

from dataclasses import dataclass, replace
from decimal import Decimal
from functools import partial
from typing import Protocol

from engine.brokers.base import Broker
from engine.exits.after_refusal import (
    AfterRefusal,
    AfterTooSmall,
    RefusalFacts,
    TooSmallFacts,
    after_refusal,
    after_too_small,
)
from engine.exits.context import ExitContext
from engine.exits.endings import abandon, await_return
from engine.exits.exit_journal import ExitJournal
from engine.exits.exit_quantity import Dust, ExitQuantity
from engine.exits.inventory import Inventory
from engine.exits.manual_close import wanted_of
from engine.exits.pair_rules import is_shut, least_price, leaves_pair
from engine.exits.reminder_loop import ReminderLoop
from engine.exits.retry_pauses import RetryPauses
from engine.exits.tradability import Tradability
from engine.guards.guard import Guard
from engine.model.errors import BrokerError, RefusalReason, RefusedError
from engine.model.failing_actions import FailingAction
from engine.orders.intents import Intent
from engine.orders.states import IntentEvent, IntentState
from engine.orders.step_cause import StepCause
from engine.orders.too_small import TooSmall, is_collapsed

_COLLAPSED = "the venue takes no order of so little value, and the price may be wrong or a flash crash"
COLLAPSED_LOOK_S = 1.0


class Ending(Protocol):
    """Writes an exit's end without a fill."""

    async def __call__(self, journal: ExitJournal, intent: Intent, guard: Guard, *, was: Guard) -> Intent:
        """End it with what is left of the guard that `was` to be sold."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SentQuantity:
    """What the last order was sent for."""

    exit_quantity: ExitQuantity
    #: Whether it was for all that is left of it.
    is_all: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class End:
    """The exit is over without a fill."""

    write: Ending
    guard: Guard
    #: Whether it rests on readings that found nothing there.
    is_of_empty: bool = False


class Refusals:
    """Answers the refusals of one exit."""

    def __init__(
        self,
        guard: Guard,
        *,
        context: ExitContext,
        broker: Broker,
        tradability: Tradability,
        inventory: Inventory,
        pauses: RetryPauses,
        reminder: ReminderLoop,
    ) -> None:
        self._guard = guard
        self._context = context
        self._broker = broker
        self._tradability = tradability
        self._inventory = inventory
        self._pauses = pauses
        self._reminder = reminder
        self._too_small = TooSmall()
        #: Whether the venue takes so little value only at a higher price.
        self._awaits_price = False

    async def answer(self, intent: Intent, error: BrokerError, sent: SentQuantity) -> End | None:
        """Do what the refusal of an order calls for; None when the exit goes on."""
        self._tradability.note_refused(error)
        step, guard = after_refusal(self._facts(error, sent)), sent.exit_quantity.guard
        if not step.is_of_size:
            # Too small is believed only when that is refused again and again.
            self._too_small = TooSmall()
        match step:
            case AfterRefusal.AWAIT_RETURN:
                dust = Dust(guard.quantity, "nothing of it is there any more")
                return End(write=partial(await_return, dust=dust), guard=guard, is_of_empty=True)
            case AfterRefusal.CHECK_MINIMUM:
                return await self._answer_too_small(intent, error, guard)
            case AfterRefusal.AWAIT_REST:
                await self._pauses.await_rest(intent, intent.quantity)
                return None
            case AfterRefusal.ANOTHER_PAIR:
                await self.go_through_another(intent, error)
                return None
            case AfterRefusal.READ_AGAIN:
                self._inventory.outdate(intent)
            case AfterRefusal.CANCEL_OPPOSITE:
                await self._cancel_opposite(intent)
            case AfterRefusal.READ_LISTING:
                await self._tradability.read_listing_again()
            case AfterRefusal.TRY_AGAIN:
                pass
        await self._pauses.wait(error)
        return None

    async def wait_for_market(self, intent: Intent, error: BrokerError) -> Intent:
        """Pause before a market that takes no sale; the exit is suspended meanwhile."""
        is_new = is_shut(error) and intent.state is IntentState.PLANNED
        if is_new:
            intent = await self._context.journal.orders.record(
                intent, IntentEvent.SUSPEND, cause=StepCause.MARKET_UNAVAILABLE, detail=error.message
            )
        pair = self._tradability.pair
        pair.note_refused(error)
        if leaves_pair(_reason(error), is_guarded_pair=pair.is_first, shut_s=pair.shut_s):
            await self.go_through_another(intent, error)
        else:
            await self._pauses.wait(error, is_new=is_new)
        return intent

    async def await_price(self, intent: Intent) -> bool:
        """Wait a moment while what is to be sold is too little only at the price of now; False when it is not."""
        if not self._awaits_price or not await self._is_collapsed(intent):
            return False
        await self._reminder.note(_COLLAPSED, FailingAction.AWAIT_PRICE)
        await self._context.clock.sleep(COLLAPSED_LOOK_S)
        return True

    async def go_through_another(self, intent: Intent, why: BrokerError | str) -> None:
        """Go on through another pair that brings enough, or wait where there is none; a profit is one in its own pair alone."""
        if intent.is_profit:
            await self._pauses.wait(why)
            return
        least = least_price(
            mark=self._context.guard_marks.price_of(self._guard),
            is_shut=self._tradability.pair.was_shut,
            triggered_at=intent.trigger_price,
            manual=intent.manual is not None,
        )
        none_left = await self._tradability.pair.go_on(least)
        if none_left is not None:
            await self._pauses.wait(why if none_left.is_alone else replace(none_left, why=str(why)))

    def _facts(self, error: BrokerError, sent: SentQuantity) -> RefusalFacts:
        pair = self._tradability.pair
        return RefusalFacts(
            reason=_reason(error),
            is_guarded_pair=pair.is_first,
            shut_s=pair.shut_s,
            is_all=sent.is_all,
            is_gone=self._inventory.is_gone(),
        )

    async def _answer_too_small(self, intent: Intent, error: BrokerError, guard: Guard) -> End | None:
        await self._tradability.read_listing_again()
        facts = await self._too_small_facts(intent)
        self._too_small = facts.refused
        match after_too_small(facts):
            case AfterTooSmall.ABANDON:
                dust = Dust(wanted_of(guard.quantity, intent.manual), error.message)
                return End(write=partial(abandon, dust=dust), guard=guard)
            case AfterTooSmall.AWAIT_PRICE:
                self._too_small, self._awaits_price = TooSmall(), True
            case AfterTooSmall.TRY_AGAIN:
                self._inventory.outdate(intent)
        await self._pauses.wait(error)
        return None

    async def _too_small_facts(self, intent: Intent) -> TooSmallFacts:
        now_s = self._context.clock.monotonic()
        return TooSmallFacts(
            quantity=intent.quantity,
            instrument=await self._tradability.instrument(),
            usual_minimum=await self._tradability.pair.usual_minimum(),
            price=self._price(intent),
            trigger_price=intent.trigger_price,
            entry=self._guard.entry,
            refused=self._too_small.again(now_s),
            now_s=now_s,
        )

    async def _is_collapsed(self, intent: Intent) -> bool:
        """Return whether what was sent is too little only at the price of now, which may be gone again."""
        return is_collapsed(
            intent.quantity,
            await self._tradability.instrument(),
            price=self._price(intent),
            entry=self._guard.entry,
        )

    def _price(self, intent: Intent) -> Decimal | None:
        """Return the price of now, or the one that triggered the exit where there is none; None is unknown."""
        return self._context.guard_marks.price_of(self._guard) or intent.trigger_price or None

    async def _cancel_opposite(self, intent: Intent) -> None:
        try:
            unreadable = await self._context.availability.cancel_opposite(intent, self._broker)
            self._reminder.name_unreadable(unreadable)
        except BrokerError as e:
            await self._reminder.note(str(e), FailingAction.CANCEL_OPPOSITE)


def _reason(error: BrokerError) -> RefusalReason | None:
    return error.reason if isinstance(error, RefusedError) else None
