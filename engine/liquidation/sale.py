"""One exit from its intent to its end: each step looks at the state on disk and makes the next."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from decimal import Decimal
from functools import partial

from engine.brokers.base import Broker
from engine.errors import BrokerError, RefusalReason, RefusedError
from engine.execution.coins import Position
from engine.execution.intents import Intent, Trigger
from engine.execution.journal import Journal
from engine.execution.patience import pause_s
from engine.execution.states import IntentEvent, IntentState
from engine.execution.submit import Attempt
from engine.guards.guard import Guard
from engine.liquidation.asked import is_too_late
from engine.liquidation.availability import RELEASE_POLLS_S
from engine.liquidation.available import Available
from engine.liquidation.belief import READ_AGAIN_S, Doubt
from engine.liquidation.claim import Claim
from engine.liquidation.closing import Dust, vanished
from engine.liquidation.desk import Desk
from engine.liquidation.ending import (
    abandon,
    await_return,
    give_up,
    pause_for_split,
    stand_down,
    yield_to_hand,
)
from engine.liquidation.exit_pair import SHUT_LOOK_S, is_shut, least_price
from engine.liquidation.filling import Filling
from engine.liquidation.lost_order import LostOrder
from engine.liquidation.market_door import MarketDoor
from engine.liquidation.next_step import (
    Abandon,
    AwaitRest,
    FreeFirst,
    PauseForSplit,
    ReadAgain,
    SellNow,
    Step,
    View,
    YieldToHand,
    next_step,
)
from engine.liquidation.too_small import TooSmall, is_collapsed
from engine.liquidation.trouble import Trouble
from engine.market import VenueMarket
from engine.money import ZERO

#: An exit taken up after a start goes without a price of now if there is none by then.
FIRST_PRICE_S = 10.0
FIRST_PRICE_POLL_S = 0.1

_TORN = "less of it is there than before, and no two readings agree on how much"

_OVERTAKEN = "orders that were to be cancelled for it keep filling first"

_COLLAPSED = "the venue takes no order of so little value, and the price may be wrong or a flash crash"
COLLAPSED_LOOK_S = 1.0

#: Writes an exit's end without a fill.
Ending = Callable[[Journal, Intent, Guard], Awaitable[Intent]]


class Sale:
    """Drives one exit of one guard at one broker."""

    def __init__(
        self,
        guard: Guard,
        *,
        desk: Desk,
        broker: Broker,
        market: VenueMarket,
        trouble: Trouble,
        began_before: bool,
    ) -> None:
        self._guard = guard
        #: What the last order was sent for.
        self._claim = Claim.all_of(guard)
        #: Whether it was for all that is left of it.
        self._is_all = True
        self._doubt = Doubt()
        #: What was there of it by the last reading, and when the last attempt was sent; None when that was not read.
        self._read: Available | None = None
        self._had: Available | None = None
        self._too_small = TooSmall()
        #: Whether the venue takes so little value only at a higher price.
        self._awaits_price = False
        self._desk = desk
        self._broker = broker
        self._trouble = trouble
        #: In another life of the process: its price may have come back meanwhile.
        self._began_before = self._is_unjudged = began_before
        #: Whether the order that is followed was found by asking, not by its answer.
        self._is_found = began_before
        #: Whether the price had come back when it was last known.
        self._is_unneeded = False
        self._failures = 0
        #: How often an order that was to be cancelled had filled before.
        self._overtaken = 0
        self._door = MarketDoor(market=market, guard=guard, clock=desk.clock, breached=desk.breached)
        self._lost = LostOrder(guard, desk=desk, broker=broker, trouble=trouble)
        self._filling = Filling(
            journal=desk.journal,
            submitter=desk.submitter,
            reports=desk.reports,
            clock=desk.clock,
            broker=broker,
            door=self._door,
            trouble=trouble,
            availability=desk.availability,
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
            await self._door.check(asked=False)
            available = await self._desk.availability.read(self._guard, self._broker)
            step = next_step(await self._view(available, price=trigger.price, asked=False))
        except BrokerError:
            return None
        if not isinstance(step, SellNow):
            return None
        sent = await self._desk.journal.plan_and_send(
            self._guard, trigger, intent_id=intent_id, quantity=step.quantity
        )
        if sent is None:
            return None
        self._claim, self._is_all, self._had = step.claim, step.is_all, self._read
        return await self._after(await self._desk.submitter.deliver(sent.intent, self._broker))

    async def _plan(self, trigger: Trigger, intent_id: str) -> Intent | None:
        live = await self._desk.journal.plan_exit(self._guard, trigger, intent_id=intent_id)
        return live.intent if live else None

    async def _step(self, intent: Intent) -> Intent:
        if intent.state in {IntentState.PLANNED, IntentState.SUSPENDED}:
            arrived = await self._lost.take_up(intent)
            return arrived or await self._end_early(intent) or await self._attempt(intent)
        if intent.state is IntentState.SENT:
            return await self._desk.journal.record(
                intent, IntentEvent.LOSE_ANSWER, cause="found sent after a restart"
            )
        if intent.state is IntentState.UNKNOWN:
            self._is_found = True
            settled = await self._lost.settle(intent, before=await self._before())
            if settled.state is IntentState.PLANNED:
                self._door.pair.begin_again()
            # What was read before does not hold any more, whatever became of the order.
            self._desk.reports.outdate(intent.account_id)
            return settled
        return await self._follow(intent)

    async def _follow(self, intent: Intent) -> Intent:
        after = await self._filling.step(intent, self._claim, found_later=self._is_found)
        if after.state is IntentState.PLANNED:
            await self._pause("the venue closed the order without a fill")
        return after

    async def _end_early(self, intent: Intent) -> Intent | None:
        if is_too_late(intent, self._desk.clock.now()):
            return await self._end(intent, give_up)
        if intent.asked is None and (self._failures or self._lost.was_absent or self._began_before):
            await self._await_price()
            breached = self._desk.breached(self._guard)
            # Without a price now the last one holds: what was not to be sold then is not sold blindly.
            self._is_unneeded = breached is False or (breached is None and self._is_unneeded)
            if self._is_unneeded:
                return await self._end(intent, stand_down)
        return None

    async def _end(self, intent: Intent, ending: Ending, *, guard: Guard | None = None) -> Intent:
        """End an exit without a fill, but not while an order of its own may be under way or have sold."""
        if await self._lost.may_come(intent):
            return intent
        try:
            sought = await self._seek_sold(intent, await self._available(intent))
        except BrokerError as e:
            await self._pause(e)
            return intent
        if sought is not None:
            return sought
        await self._desk.availability.confirm_releases(intent, self._broker)
        return await ending(self._desk.journal, intent, guard or self._guard)

    async def _await_price(self) -> None:
        """Give the watch a moment to judge an exit that it has not seen in this life of the process."""
        give_up_at = self._desk.clock.monotonic() + FIRST_PRICE_S
        while self._is_unjudged and self._desk.clock.monotonic() < give_up_at:
            if self._desk.breached(self._guard) is not None:
                break
            await self._desk.clock.sleep(FIRST_PRICE_POLL_S)
        self._is_unjudged = False

    async def _attempt(self, intent: Intent) -> Intent:
        if self._awaits_price and await self._is_collapsed(intent):
            await self._trouble.note(_COLLAPSED, "selling as soon as the price is a loss that can be sold")
            await self._desk.clock.sleep(COLLAPSED_LOOK_S)
            return intent
        try:
            await self._door.check(asked=intent.asked is not None)
        except BrokerError as e:
            return await self._wait_at_door(intent, e)
        intent = await self._planned(intent)
        try:
            available = await self._available(intent)
            if (sought := await self._seek_sold(intent, available)) is not None:
                return sought
            view = await self._view(available, price=intent.trigger_price, asked=intent.asked is not None)
            step = next_step(view)
            if isinstance(step, FreeFirst):
                view = await self._freed(intent, view, step.claim)
                if view.available.is_overtaken:
                    await self._read_overtaken(intent)
                    return intent
                step = next_step(view)
                hindrance = view.available.hindrance
                if hindrance is not None and not await self._may_sell_the_rest(step, hindrance):
                    raise hindrance
        except BrokerError as e:
            await self._pause(e)
            return intent
        return await self._act(intent, step)

    async def _available(self, intent: Intent) -> Available:
        """Read what is there; after an attempt that may have sold nothing is done without a reading of after it.

        Raises:
            BrokerError: the account does not tell.

        """
        is_unproven = await self._lost.is_unproven(intent)
        return await self._desk.availability.read(self._guard, self._broker, must_be_fresh=is_unproven)

    async def _view(self, available: Available, *, price: Decimal, asked: bool) -> View:
        """Gather what the next step is decided by; each reading moves the doubt on, whatever is decided."""
        self._read = available if available.is_fresh and available.owned is not None else None
        expected = await self._expected()
        now_s = self._desk.clock.monotonic()
        missing = vanished(expected=expected, owned=available.owned)
        self._doubt = self._doubt.after(available, missing=missing, now_s=now_s)
        return View(
            guard=self._guard,
            available=available,
            expected=expected,
            doubt=self._doubt,
            instrument=await self._door.instrument(),
            price=price,
            asked=asked,
            most=self._door.pair.most,
            now_s=now_s,
        )

    async def _expected(self) -> Decimal | None:
        expected = await self._desk.journal.load_expected(self._guard)
        return self._had.owned if expected is None and self._had else expected

    async def _before(self) -> Position:
        """Return what was there when the last attempt left, as far as that is known."""
        if self._had is None:
            return Position(owned=await self._expected())
        return Position(owned=self._had.owned, held=self._had.held or ZERO)

    async def _seek_sold(self, intent: Intent, available: Available) -> Intent | None:
        """Look for an order of an attempt that was given up while the balance looks as if it had sold; None when not."""
        if not await self._lost.looks_sold(intent, available, before=await self._before()):
            return None
        self._is_found = True
        self._desk.reports.outdate(intent.account_id)
        return await self._lost.seek(intent)

    async def _freed(self, intent: Intent, view: View, claim: Claim) -> View:
        freed = await self._desk.availability.free(intent, claim.guard, view.available, self._broker)
        self._trouble.name_unreadable(freed.unreadable)
        return replace(view, available=freed, may_free=False)

    async def _act(self, intent: Intent, step: Step) -> Intent:
        match step:
            case SellNow():
                self._claim, self._is_all, self._had = step.claim, step.is_all, self._read
                attempt = await self._desk.submitter.send(
                    intent, self._broker, step.quantity, symbol=self._door.pair.symbol
                )
                return await self._after(attempt)
            case ReadAgain():
                await self._read_again(intent, is_torn=step.is_torn)
            case AwaitRest():
                await self._await_rest(intent, step.crumbs)
            case Abandon():
                if not self._door.pair.is_first:
                    # Too little for another pair is none of the guarded one's business.
                    return await self._go_through_another(
                        intent, f"{self._door.pair.symbol}: {step.dust.why}"
                    )
                return await self._abandon(intent, step.dust, step.claim)
            case PauseForSplit():
                return await self._end(intent, partial(pause_for_split, owned=step.owned))
            case YieldToHand():
                is_unproven = await self._lost.is_unproven(intent)
                return await self._end(intent, partial(yield_to_hand, is_unproven=is_unproven))
        return intent

    async def _read_overtaken(self, intent: Intent) -> None:
        """Judge anew, soon at first: what the owner's own order sold is no part of the guard any more."""
        wait_s = RELEASE_POLLS_S[min(self._overtaken, len(RELEASE_POLLS_S) - 1)]
        self._overtaken += 1
        if self._overtaken >= len(RELEASE_POLLS_S):
            await self._trouble.note(_OVERTAKEN, "reading what is left again; nothing was sold yet")
        self._desk.reports.outdate(intent.account_id)
        await self._desk.clock.sleep(wait_s)

    async def _may_sell_the_rest(self, step: Step, hindrance: BrokerError) -> bool:
        """Tell whether what is free goes without what an order holds that cannot be cancelled."""
        if not isinstance(step, SellNow):
            return False
        await self._trouble.note(
            f"an order that holds some of it cannot be cancelled: {hindrance}",
            "selling what is free; cancel that order at the venue yourself",
        )
        return True

    async def _await_rest(self, intent: Intent, crumbs: Decimal) -> None:
        self._desk.reports.outdate(intent.account_id)
        await self._pause(f"only {crumbs:f} {intent.asset} is free, the rest is held or locked")

    async def _read_again(self, intent: Intent, *, is_torn: bool) -> None:
        if is_torn:
            # Nothing is sold before readings agree on how much there is, and that may take too long to be silent.
            await self._trouble.note(_TORN, "reading it again; nothing was sold yet")
        self._desk.reports.outdate(intent.account_id)
        self._door.pair.begin_again()
        await self._desk.clock.sleep(READ_AGAIN_S)

    async def _abandon(self, intent: Intent, dust: Dust, claim: Claim) -> Intent:
        return await self._end(intent, partial(abandon, dust=dust), guard=claim.guard)

    async def _after(self, attempt: Attempt) -> Intent:
        intent, error = attempt.intent, attempt.error
        self._is_found = error is not None
        if error is None or intent.state is IntentState.UNKNOWN:
            return intent
        reason = error.reason if isinstance(error, RefusedError) else None
        guarded = self._claim.guard.quantity
        if reason is RefusalReason.BELOW_MINIMUM and self._door.pair.is_first:
            return await self._refused_as_too_small(intent, error)
        self._too_small = TooSmall()
        if reason is RefusalReason.INSUFFICIENT_FUNDS:
            if self._doubt.is_gone(self._desk.clock.monotonic()):
                dust = Dust(guarded, "nothing of it is there any more")
                return await self._end(intent, partial(await_return, dust=dust), guard=self._claim.guard)
            # What was read before does not hold any more.
            self._desk.reports.outdate(intent.account_id)
        if reason is RefusalReason.MARKET_UNAVAILABLE:
            self._door.note_refused()
        if reason is RefusalReason.OPPOSITE_ORDER:
            await self._cancel_opposite(intent)
        if reason is RefusalReason.INVALID_ORDER:
            # It may be finer than the lot of a listing that nobody told in time.
            await self._door.read_listing_again()
        return await self._turned_away(intent, error)

    async def _refused_as_too_small(self, intent: Intent, error: BrokerError) -> Intent:
        if not self._is_all:
            await self._await_rest(intent, intent.quantity)
            return intent
        await self._door.read_listing_again()
        if await self._is_collapsed(intent):
            self._too_small, self._awaits_price = TooSmall(), True
            await self._pause(error)
            return intent
        now_s = self._desk.clock.monotonic()
        self._too_small = self._too_small.again(now_s)
        if self._too_small.is_believed(
            quantity=intent.quantity,
            instrument=await self._door.instrument(),
            entry=self._guard.entry or ZERO,
            now_s=now_s,
        ):
            return await self._abandon(intent, Dust(self._claim.guard.quantity, error.words), self._claim)
        self._desk.reports.outdate(intent.account_id)
        await self._pause(error)
        return intent

    async def _is_collapsed(self, intent: Intent) -> bool:
        """Tell whether what was sent is too little only at the price of now, which may be gone again."""
        return is_collapsed(
            intent.quantity,
            await self._door.instrument(),
            price=self._desk.marked(self._guard) or intent.trigger_price,
            entry=self._guard.entry or ZERO,
        )

    async def _turned_away(self, intent: Intent, error: BrokerError) -> Intent:
        """Go on through another pair where the refusal speaks of this one, or wait."""
        if self._door.pair.is_left_after(error, now_s=self._desk.clock.monotonic()):
            return await self._go_through_another(intent, error)
        await self._pause(error)
        return intent

    async def _go_through_another(self, intent: Intent, why: BrokerError | str) -> Intent:
        # A market that takes no sales may show the prices of when it shut.
        mark = None if self._door.pair.was_shut else self._desk.marked(self._guard)
        least = least_price(
            mark=mark,
            triggered_at=intent.trigger_price,
            asked=intent.asked is not None,
        )
        is_priced = mark is not None or intent.asked is not None
        none_left = await self._door.pair.go_on(least=least, is_priced=is_priced)
        if none_left is not None:
            await self._pause(why if none_left.is_alone else f"{why}; {none_left}")
        return intent

    async def _wait_at_door(self, intent: Intent, error: BrokerError) -> Intent:
        """Pause before a market that takes no sale; the exit is suspended meanwhile."""
        if is_shut(error) and intent.state is IntentState.PLANNED:
            intent = await self._desk.journal.record(intent, IntentEvent.SUSPEND, cause=error.words)
        return await self._turned_away(intent, error)

    async def _planned(self, intent: Intent) -> Intent:
        if intent.state is IntentState.PLANNED:
            return intent
        return await self._desk.journal.record(
            intent, IntentEvent.RESUME, cause="the market takes sales again"
        )

    async def _cancel_opposite(self, intent: Intent) -> None:
        try:
            unreadable = await self._desk.availability.cancel_opposite(intent, self._broker)
            self._trouble.name_unreadable(unreadable)
        except BrokerError as e:
            await self._trouble.note(str(e), "cancelling the opposite orders again with the next try")

    async def _pause(self, why: BrokerError | str) -> None:
        self._failures += 1
        wait_s, then = pause_s(why, self._failures), ""
        self._door.pair.begin_again()
        if is_shut(why) and await self._door.pair.has_others():
            wait_s, then = SHUT_LOOK_S, " and through another pair if its market still takes none"
        await self._trouble.note(str(why), f"trying again in {wait_s:g} s{then}; nothing was sold yet")
        await self._desk.clock.sleep(wait_s)
