"""One exit from its intent to its end: each step looks at the state on disk and makes the next."""

from functools import partial

from engine.brokers.base import Broker, NumbersRequests
from engine.exits.context import ExitContext
from engine.exits.exit_quantity import ExitQuantity
from engine.exits.next_step import next_step
from engine.exits.position_reading import PositionReading
from engine.exits.queued_order import PART_BREACHED
from engine.exits.refusals import SentQuantity
from engine.exits.sale_parts import SaleParts
from engine.exits.steps import (
    Abandon,
    AwaitRelease,
    AwaitRest,
    EndSoldExternally,
    FollowOwnOrder,
    FreeFirst,
    PauseForSplit,
    PresumeFilled,
    ReadAgain,
    ReadOvertaken,
    SellNow,
    Step,
)
from engine.guards.guard import Guard
from engine.model.errors import BrokerError
from engine.model.failing_actions import FailingAction
from engine.orders.intents import Intent, Trigger
from engine.orders.states import IntentEvent, IntentState
from engine.orders.step_cause import StepCause
from engine.orders.submit import Attempt


class Sale:
    """Drives one exit of one guard at one broker."""

    def __init__(self, guard: Guard, *, context: ExitContext, broker: Broker, parts: SaleParts) -> None:
        self._guard = guard
        self._context = context
        self._journal = context.journal
        self._broker = broker
        self._parts = parts
        self._sent = SentQuantity(exit_quantity=ExitQuantity.all_of(guard))
        #: The guard after its owner's own trades, where an exit that began found some.
        self.changed_guard: Guard | None = None

    async def begin(self, trigger: Trigger, *, intent_id: str) -> None:
        """Sell a guard that has just been triggered; nothing happens when it is not as it was judged any more."""
        plan = partial(self._journal.plan_exit, self._guard, trigger, intent_id=intent_id)
        try:
            step = await self._first_step(trigger)
            if not isinstance(step, SellNow):
                live = await plan()
                intent = live.intent if live else None
            elif self._parts.profit.wins_by_mark(trigger):
                intent = await self._send_at_once(trigger, intent_id, step)
            else:
                # The price fell back while it was read what is there; nothing is on disk yet.
                return
        except Exception:
            # Once it is on disk its owner is reminded of this exit, not of a new one with every look.
            await plan()
            raise
        if intent is not None:
            await self.run(intent)

    async def run(self, intent: Intent) -> None:
        """Go on until the exit is over."""
        while not intent.state.is_final:
            intent = await self._advance(intent)

    async def _first_step(self, trigger: Trigger) -> Step | None:
        """Decide the step of an exit that is not on disk yet; None where a reading is missing."""
        try:
            available = await self._parts.inventory.read()
            # A guard that this changed is not sold as it was judged: see `changed_guard`.
            self.changed_guard = await self._context.owner_trades.learn(self._guard, available, self._broker)
            await self._parts.tradability.check(manual=False)
            return next_step(await self._parts.inventory.view(available, price=trigger.price, manual=None))
        except BrokerError:
            return None

    async def _send_at_once(self, trigger: Trigger, intent_id: str, step: SellNow) -> Intent | None:
        """Write the exit and its first attempt down together, and send that."""
        live = await self._journal.plan_and_send(
            self._guard,
            trigger,
            intent_id=intent_id,
            quantity=step.quantity,
            basis=self._parts.inventory.basis(self._guard.symbol, step.quantity),
            also=self._broker.reserve_number if isinstance(self._broker, NumbersRequests) else None,
        )
        if live is None:
            return None
        return await self._after(await self._context.submitter.deliver(live.intent, self._broker), step)

    async def _advance(self, intent: Intent) -> Intent:
        match intent.state:
            case IntentState.PLANNED | IntentState.SUSPENDED:
                return (
                    await self._parts.lost.adopt_late_order(intent)
                    or await self._as_breach(intent)
                    or await self._parts.end.write_if_unwanted(intent)
                    or await self._attempt(intent)
                )
            case IntentState.SENT:
                cause = StepCause.SENT_BEFORE_RESTART
                return await self._journal.orders.record(intent, IntentEvent.LOSE_ANSWER, cause=cause)
            case IntentState.UNKNOWN:
                settled = await self._parts.lost.settle(intent)
                if settled.state is IntentState.PLANNED:
                    self._parts.tradability.pair.begin_again()
                return settled
            case _:
                followed = await self._parts.filling.step(intent, self._sent.exit_quantity)
                if followed.state is IntentState.PLANNED:
                    await self._parts.pauses.wait("the venue closed the order without a fill")
                return followed

    async def _as_breach(self, intent: Intent) -> Intent | None:
        breach = await self._parts.profit.as_breach(intent)
        if breach is not None:
            self._parts.reminder.go_on_with(breach, quantity=self._guard.quantity)
        if breach is not None and intent.manual is not None:
            await self._parts.reminder.note(PART_BREACHED, FailingAction.SELL_ALL, is_urgent=True)
        return breach

    async def _attempt(self, intent: Intent) -> Intent:
        parts, is_manual = self._parts, intent.manual is not None
        if await parts.refusals.await_price(intent):
            return intent
        try:
            await parts.tradability.check(manual=is_manual)
        except BrokerError as e:
            return await parts.refusals.wait_for_market(intent, e)
        intent = await self._journal.orders.resume(intent, cause=StepCause.MARKET_RESUMED)
        try:
            available = await parts.given_up.read_to_sell(intent)
            found = await parts.given_up.find_filled(intent, available)
            step = found or await self._next_step(intent, available)
        except BrokerError as e:
            await parts.pauses.wait(e)
            return intent
        return step if isinstance(step, Intent) else await self._act(intent, step)

    async def _next_step(self, intent: Intent, available: PositionReading) -> Step:
        """Decide the next step, once what holds the quantity is freed.

        Raises:
            BrokerError: what holds it could not be read.

        """
        view = await self._parts.inventory.view(
            available,
            price=intent.trigger_price,
            manual=intent.manual,
            presumed_filled=self._parts.given_up.presumed_filled(intent),
        )
        step = next_step(view)
        if isinstance(step, FreeFirst):
            needed = step.exit_quantity.guard.with_quantity(step.wanted)
            view = await self._parts.inventory.free(intent, view, needed)
            self._parts.reminder.name_unreadable(view.available.unreadable)
            step = next_step(view)
        return step

    async def _act(self, intent: Intent, step: Step) -> Intent:
        match step:
            case SellNow():
                return await self._sell(intent, step)
            case FollowOwnOrder():
                return await self._context.settler.adopt(intent, step.order)
            case ReadAgain() | ReadOvertaken() | AwaitRest() | AwaitRelease():
                await self._parts.pauses.take(intent, step)
                return intent
            case Abandon():
                return await self._abandon(intent, step)
            case PauseForSplit() | PresumeFilled() | EndSoldExternally():
                return await self._parts.end.write_as_decided(intent, step)
        return intent

    async def _sell(self, intent: Intent, step: SellNow) -> Intent:
        await self._note_hold(step)
        symbol = self._parts.tradability.pair.symbol
        basis = self._parts.inventory.basis(symbol, step.quantity)
        # Reading and freeing it may have taken long since the last comparison.
        if (ended := await self._parts.end.write_if_price_unwanted(intent)) is not None:
            return ended
        attempt = await self._context.submitter.send(
            intent, self._broker, step.quantity, symbol=symbol, basis=basis
        )
        return await self._after(attempt, step)

    async def _note_hold(self, step: SellNow) -> None:
        if step.hindrance is not None:
            await self._parts.reminder.note(
                f"an order that holds some of it cannot be cancelled: {step.hindrance}",
                FailingAction.SELL_FREE_BESIDE_ORDER,
            )
        elif step.unknown_hold is not None:
            await self._parts.reminder.note(step.unknown_hold, FailingAction.SELL_FREE)

    async def _after(self, attempt: Attempt, step: SellNow) -> Intent:
        """Answer the refusal of an order that was sent, if it is one."""
        self._sent = SentQuantity(exit_quantity=step.exit_quantity, is_all=step.is_all)
        self._parts.inventory.note_sent()
        intent, error = attempt.intent, attempt.error
        self._parts.lost.note_answer(error)
        if error is None or intent.state is IntentState.UNKNOWN:
            return intent
        end = await self._parts.refusals.answer(intent, error, self._sent)
        return intent if end is None else await self._parts.end.write_refused(intent, end)

    async def _abandon(self, intent: Intent, step: Abandon) -> Intent:
        pair = self._parts.tradability.pair
        if pair.is_first:
            return await self._parts.end.write_as_decided(intent, step)
        # Too little for another pair is none of the guarded one's business.
        await self._parts.refusals.go_through_another(intent, f"{pair.symbol}: {step.dust.why}")
        return intent
