"""One exit from its intent to its end: each step looks at the state on disk and makes the next."""

from dataclasses import replace
from functools import partial

from engine.brokers.base import Broker
from engine.exits.available import Available
from engine.exits.breach_recheck import BreachRecheck
from engine.exits.context import ExitContext
from engine.exits.ending import (
    abandon,
    end_sold_externally,
    give_up,
    pause_for_split,
    presume_filled,
    stand_down,
)
from engine.exits.exit_quantity import Dust, ExitQuantity
from engine.exits.failure_reminders import FailureReminder
from engine.exits.filling import Filling
from engine.exits.inventory import Inventory
from engine.exits.lost_order import LostOrder
from engine.exits.manual_close import is_too_late
from engine.exits.next_step import (
    Abandon,
    AwaitRest,
    EndSoldExternally,
    FreeFirst,
    PauseForSplit,
    ReadAgain,
    SellNow,
    Step,
    View,
    next_step,
)
from engine.exits.order_end import OrderEnd
from engine.exits.refusals import Ending, Refusals, Sent
from engine.exits.retry_pauses import RetryPauses
from engine.exits.tradability import Tradability
from engine.guards.guard import Guard
from engine.market.feed import VenueMarket
from engine.model.errors import BrokerError
from engine.model.money import ZERO, exact
from engine.orders.balance_verdict import MAY_HAVE_SOLD
from engine.orders.intents import Intent, Trigger
from engine.orders.states import IntentEvent, IntentState
from engine.orders.submit import Attempt


class Sale:
    """Drives one exit of one guard at one broker."""

    def __init__(
        self,
        guard: Guard,
        *,
        context: ExitContext,
        broker: Broker,
        market: VenueMarket,
        reminder: FailureReminder,
        began_before: bool,
    ) -> None:
        self._guard = guard
        self._sent = Sent(exit_quantity=ExitQuantity.all_of(guard))
        self._context = context
        self._broker = broker
        self._reminder = reminder
        #: In another life of the process: its price may have come back meanwhile.
        self._began_before = began_before
        self._judgement = BreachRecheck(guard, context=context, began_before=began_before)
        #: Whether the order that is followed was found by asking, not by its answer.
        self._is_found = began_before
        self._tradability = Tradability(
            market=market, guard=guard, clock=context.clock, breached=context.guard_marks.is_breached
        )
        self._inventory = Inventory(guard, context=context, broker=broker, tradability=self._tradability)
        #: The guard after its owner's own trades, where an exit that began learnt of some.
        self.became: Guard | None = None
        self._pauses = RetryPauses(context=context, tradability=self._tradability, reminder=reminder)
        self._refusals = Refusals(
            guard,
            context=context,
            broker=broker,
            tradability=self._tradability,
            inventory=self._inventory,
            pauses=self._pauses,
            reminder=reminder,
        )
        self._lost = LostOrder(guard, context=context, broker=broker, reminder=reminder)
        self._filling = Filling(
            journal=context.journal,
            reports=context.reports,
            clock=context.clock,
            broker=broker,
            tradability=self._tradability,
            reminder=reminder,
            availability=context.availability,
            order_end=OrderEnd(guard, broker=broker, context=context),
        )

    async def begin(self, trigger: Trigger, *, intent_id: str) -> None:
        """Sell a guard that has just been triggered; nothing happens when it is not as it was judged any more."""
        try:
            sent = await self._send_at_once(trigger, intent_id)
        except Exception:
            # Once it is on disk its owner is reminded of this exit, not of a new one with every look.
            await self._plan(trigger, intent_id)
            raise
        intent = sent or await self._plan(trigger, intent_id)
        if intent is not None:
            await self.run(intent)

    async def run(self, intent: Intent) -> None:
        """Go on until the exit is over."""
        while not intent.state.is_final:
            intent = await self._step(intent)

    async def _send_at_once(self, trigger: Trigger, intent_id: str) -> Intent | None:
        """Write the exit and its first attempt down together; None when anything has to be done before it."""
        try:
            available = await self._inventory.read()
            # A guard that this changed is not sold as it was judged: see `became`.
            self.became = await self._context.owner_trades.learn(self._guard, available, self._broker)
            await self._tradability.check(asked=False)
            step = next_step(await self._inventory.view(available, price=trigger.price, asked=False))
        except BrokerError:
            return None
        if not isinstance(step, SellNow):
            return None
        sent = await self._context.journal.plan_and_send(
            self._guard,
            trigger,
            intent_id=intent_id,
            quantity=step.quantity,
            basis=self._inventory.basis(self._guard.symbol),
        )
        if sent is None:
            return None
        self._note_sent(step)
        return await self._after(await self._context.submitter.deliver(sent.intent, self._broker))

    async def _plan(self, trigger: Trigger, intent_id: str) -> Intent | None:
        live = await self._context.journal.plan_exit(self._guard, trigger, intent_id=intent_id)
        return live.intent if live else None

    async def _step(self, intent: Intent) -> Intent:
        if intent.state in {IntentState.PLANNED, IntentState.SUSPENDED}:
            arrived = await self._lost.adopt_late_order(intent)
            return arrived or await self._end_early(intent) or await self._attempt(intent)
        if intent.state is IntentState.SENT:
            return await self._context.journal.record(
                intent, IntentEvent.LOSE_ANSWER, cause="found sent after a restart"
            )
        if intent.state is IntentState.UNKNOWN:
            self._is_found = True
            settled = await self._lost.settle(intent, expected=await self._inventory.expected())
            if settled.state is IntentState.PLANNED:
                self._tradability.pair.begin_again()
            # What was read before does not hold any more, whatever became of the order.
            self._inventory.outdate(intent)
            return settled
        return await self._follow(intent)

    async def _follow(self, intent: Intent) -> Intent:
        after = await self._filling.step(intent, self._sent.exit_quantity, found_later=self._is_found)
        if after.state is IntentState.PLANNED:
            await self._pauses.wait("the venue closed the order without a fill")
        return after

    async def _end_early(self, intent: Intent) -> Intent | None:
        if is_too_late(intent, self._context.clock.now()):
            return await self._end(intent, give_up)
        may_be_unneeded = self._pauses.failures or self._lost.had_lost_attempt or self._began_before
        if intent.asked is None and may_be_unneeded and await self._judgement.is_unneeded():
            return await self._end(intent, stand_down)
        return None

    async def _end(self, intent: Intent, ending: Ending, *, guard: Guard | None = None) -> Intent:
        """End an exit without a fill, but not while an order of its own may be under way or have sold."""
        if await self._lost.may_arrive_late(intent):
            return intent
        try:
            resumed = await self._search_filled(intent, await self._available(intent))
        except BrokerError as e:
            await self._pauses.wait(e)
            return intent
        if resumed is not None:
            return resumed
        await self._context.availability.confirm_releases(intent, self._broker)
        return await ending(self._context.journal, intent, guard or self._guard, was=self._guard)

    async def _attempt(self, intent: Intent) -> Intent:
        if await self._refusals.await_price(intent):
            return intent
        try:
            await self._tradability.check(asked=intent.asked is not None)
        except BrokerError as e:
            return await self._refusals.wait_for_market(intent, e)
        intent = await self._planned(intent)
        try:
            available = await self._available(intent)
            if (resumed := await self._search_filled(intent, available)) is not None:
                return resumed
            view = await self._inventory.view(
                available, price=intent.trigger_price, asked=intent.asked is not None
            )
            step = await self._decide(intent, view)
        except BrokerError as e:
            await self._pauses.wait(e)
            return intent
        return step if isinstance(step, Intent) else await self._act(intent, step)

    async def _decide(self, intent: Intent, view: View) -> Step | Intent:
        """Decide the next step, once what holds the quantity is freed; the intent where it went another way.

        Raises:
            BrokerError: what holds it could not be read or cancelled.

        """
        step = next_step(view)
        if isinstance(step, SellNow | FreeFirst) and self._lost.is_presumed_filled(
            intent, gone=step.exit_quantity.gone
        ):
            with exact():
                left = max(ZERO, view.guard.quantity - max(intent.quantity, step.exit_quantity.gone))
            return await self._end(intent, partial(presume_filled, left=left, owned=view.available.owned))
        if not isinstance(step, FreeFirst):
            return step
        view = await self._freed(intent, view, step.exit_quantity)
        if view.available.own_order is not None:
            self._is_found = True
            return await self._lost.adopt(intent, view.available.own_order)
        if view.available.is_overtaken:
            await self._pauses.read_overtaken(intent)
            return intent
        step, hindrance = next_step(view), view.available.hindrance
        if hindrance is not None and not await self._may_sell_the_rest(step, hindrance):
            raise hindrance
        return step

    async def _available(self, intent: Intent) -> Available:
        """Read what is there; after an attempt that may have sold nothing is done without a reading of after it.

        Raises:
            BrokerError: the account does not tell.

        """
        is_unproven = await self._lost.is_unproven(intent)
        return await self._inventory.read(must_be_fresh=is_unproven)

    async def _search_filled(self, intent: Intent, available: Available) -> Intent | None:
        """Look for an order of an attempt that was given up while the balance looks as if it had sold; None when not."""
        resumed = await self._lost.resume_open(intent, available)
        if resumed is None:
            expected = await self._inventory.expected()
            verdict = await self._lost.judge_given_up(intent, available, expected=expected)
            if verdict not in MAY_HAVE_SOLD:
                return None
            resumed = await self._lost.search(intent, verdict)
        self._is_found = True
        self._inventory.outdate(intent)
        return resumed

    async def _freed(self, intent: Intent, view: View, exit_quantity: ExitQuantity) -> View:
        freed = await self._context.availability.free(
            intent, exit_quantity.guard, view.available, self._broker
        )
        self._reminder.name_unreadable(freed.unreadable)
        self._inventory.note_freed(freed)
        return replace(view, available=freed, may_free=False)

    async def _act(self, intent: Intent, step: Step) -> Intent:
        match step:
            case SellNow():
                self._note_sent(step)
                symbol = self._tradability.pair.symbol
                attempt = await self._context.submitter.send(
                    intent,
                    self._broker,
                    step.quantity,
                    symbol=symbol,
                    basis=self._inventory.basis(symbol),
                )
                return await self._after(attempt)
            case ReadAgain():
                await self._pauses.read_again(intent, is_contradictory=step.is_contradictory)
            case AwaitRest():
                await self._pauses.await_rest(intent, step.free_quantity)
            case Abandon():
                if not self._tradability.pair.is_first:
                    # Too little for another pair is none of the guarded one's business.
                    why = f"{self._tradability.pair.symbol}: {step.dust.why}"
                    await self._refusals.go_through_another(intent, why)
                    return intent
                return await self._abandon(intent, step.dust, step.exit_quantity)
            case PauseForSplit():
                return await self._end(intent, partial(pause_for_split, owned=step.owned))
            case EndSoldExternally():
                is_unproven = await self._lost.is_unproven(intent)
                return await self._end(intent, partial(end_sold_externally, is_unproven=is_unproven))
        return intent

    async def _may_sell_the_rest(self, step: Step, hindrance: BrokerError) -> bool:
        """Tell whether what is free goes without what an order holds that cannot be cancelled."""
        if not isinstance(step, SellNow):
            return False
        await self._reminder.note(
            f"an order that holds some of it cannot be cancelled: {hindrance}",
            "selling what is free; cancel that order at the venue yourself",
        )
        return True

    async def _abandon(self, intent: Intent, dust: Dust, exit_quantity: ExitQuantity) -> Intent:
        return await self._end(intent, partial(abandon, dust=dust), guard=exit_quantity.guard)

    def _note_sent(self, step: SellNow) -> None:
        self._sent = Sent(exit_quantity=step.exit_quantity, is_all=step.is_all)
        self._inventory.note_sent()

    async def _after(self, attempt: Attempt) -> Intent:
        intent, error = attempt.intent, attempt.error
        self._is_found = error is not None
        if error is None or intent.state is IntentState.UNKNOWN:
            return intent
        end = await self._refusals.answer(intent, error, self._sent)
        return intent if end is None else await self._end(intent, end.write, guard=end.guard)

    async def _planned(self, intent: Intent) -> Intent:
        if intent.state is IntentState.PLANNED:
            return intent
        return await self._context.journal.record(
            intent, IntentEvent.RESUME, cause="the market takes sales again"
        )
