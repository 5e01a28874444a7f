"""Every sale in flight, at most one a guard: begun by the watch, or found unfinished in the journal."""

from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import replace
from enum import Enum, auto
from functools import partial

from engine.brokers.base import Broker
from engine.exits.context import ExitContext
from engine.exits.failure_reminders import ExitNews
from engine.exits.live_exit import LiveExit, exit_of
from engine.exits.reminder_loop import ReminderLoop
from engine.exits.sale import Sale
from engine.exits.sale_parts import SaleParts
from engine.exits.uncertain_keys import UncertainKeys
from engine.failures import Failures
from engine.guards.guard import Guard, GuardSource, GuardState
from engine.guards.guard_mark import is_past, trigger_of
from engine.market.feed import Markets
from engine.market.mark import Mark, MarkBasis
from engine.model.delays import HeldUp
from engine.model.failing_actions import FailingAction
from engine.model.holdings import PositionKind
from engine.orders.intents import Intent, Trigger
from engine.orders.states import IntentState
from engine.orders.store import StaleIntentError
from engine.storage.readable import UnreadableRecordError
from engine.tasks import Tasks

#: Between two looks at whether every order's outcome is known.
SETTLED_POLL_S = 0.2
#: A venue that answers names an account sooner.
CERTAIN_WITHIN_S = 5.0
CERTAIN_POLL_S = 0.1

_KEY_MISSING = ExitNews(
    why="the settings have no key for this account any more",
    doing=FailingAction.AWAIT_KEY,
)
_KEY_CHANGED = "its key was changed, and whose account the new one opens could not be read yet"

_UNSETTLED = (IntentState.SENT, IntentState.UNKNOWN)


class Beginning(Enum):
    """What came of the wish to sell something."""

    BEGUN = auto()
    #: Nobody sells it before the next start of the process.
    WRITTEN_DOWN = auto()
    NOT_BEGUN = auto()


class Exits:
    """Starts sales and takes them up again; no gate, cap, cooldown or cash figure is checked."""

    def __init__(
        self,
        *,
        context: ExitContext,
        brokers: Mapping[str, Broker],
        markets: Markets,
        tasks: Tasks,
        new_id: Callable[[], str],
        is_certain: Callable[[str], bool],
        uncertain_keys: UncertainKeys,
    ) -> None:
        self._context = context
        self._brokers = brokers
        self._markets = markets
        self._tasks = tasks
        self._new_id = new_id
        #: By account id: whether its key certainly opens the account that the guards were set for.
        self._is_certain = is_certain
        self._uncertain_keys = uncertain_keys
        #: Manual closes that are being stored and do not run yet.
        self._starting: set[str] = set()

    def begin(self, guard: Guard, trigger: Trigger) -> bool:
        """Start selling a guard's quantity; return whether it was not being sold already."""
        name = _name(guard)
        if name in self._starting:
            return False
        return self._tasks.spawn(name, partial(self._begin, guard, trigger), must_end=True)

    async def begin_manual_close(self, guard: Guard, trigger: Trigger, *, before: Guard | None) -> Beginning:
        """Start selling what its owner requested, unless it is being sold already or has changed."""
        name = _name(guard)
        if name in self._starting or name in self._tasks.names():
            return Beginning.NOT_BEGUN
        self._starting.add(name)
        try:
            live = await self._context.journal.plan_manual_close(
                guard, trigger, before=before, intent_id=self._new_id()
            )
            if live is None:
                return Beginning.NOT_BEGUN
            drive = partial(self._drive, live, began_before=False)
            # What a process that is stopping does not start is taken up by the next one.
            return (
                Beginning.BEGUN if self._tasks.spawn(name, drive, must_end=True) else Beginning.WRITTEN_DOWN
            )
        finally:
            self._starting.discard(name)

    async def resume(self) -> None:
        """Take up every unfinished exit that nobody drives.

        Raises:
            ExceptionGroup: exits that could not be taken up; every other one was.

        """
        driven, failures = self._tasks.names(), Failures()
        for live in await self._context.journal.load_live_exits():
            name = _name(live.guard)
            if live.guard.account_id not in self._brokers:
                with failures.turn_of(name):
                    await self._context.reminders.send_if_due(live.intent, _KEY_MISSING)
            elif name not in driven and name not in self._starting:
                self._tasks.spawn(name, partial(self._drive, live, began_before=True), must_end=True)
        failures.raise_together("exits were not taken up")

    def why_failing(self, intent_id: str) -> HeldUp | None:
        """Return why an exit does not get through now; None where this process noticed nothing."""
        return self._context.reminders.why(intent_id)

    def why_unsent(self, intent_id: str) -> str:
        """Return why the owner could not be reminded of a failing exit; empty where that was done."""
        return self._context.reminders.why_unsent(intent_id)

    async def settle(self) -> None:
        """Wait until no order's outcome is unknown any more."""
        while await self._is_something_unsettled():
            await self._context.clock.sleep(SETTLED_POLL_S)

    async def _is_something_unsettled(self) -> bool:
        live = await self._context.journal.load_live_exits()
        return any(one.intent.state in _UNSETTLED for one in live)

    async def _begin(self, guard: Guard, trigger: Trigger) -> None:
        if not self._is_certain(guard.account_id):
            # Written down nowhere, so all its reminders need one name.
            name = await self._uncertain_keys.name(guard)
            waiting = exit_of(guard, trigger, intent_id=name, now=self._context.clock.now())
            if not await self._await_certainty(waiting):
                return
        changed = await self._begin_once(guard, trigger)
        mark = Mark(price=trigger.price, basis=MarkBasis(trigger.basis), at=trigger.price_at or trigger.at)
        if changed is not None and changed.state is GuardState.ARMED and is_past(changed, mark):
            again = trigger_of(changed, mark, now=trigger.at)
            await self._begin_once(changed, replace(again, unseen=trigger.unseen))

    async def _begin_once(self, guard: Guard, trigger: Trigger) -> Guard | None:
        """Sell a guard; return it as it became where its owner traded some of it just before."""
        intent_id, trigger = self._new_id(), self._with_entry(guard, trigger)
        draft = exit_of(guard, trigger, intent_id=intent_id, now=self._context.clock.now())
        async with self._sale(LiveExit(intent=draft, guard=guard), began_before=False) as sale:
            await sale.begin(trigger, intent_id=intent_id)
            return sale.changed_guard

    def _with_entry(self, guard: Guard, trigger: Trigger) -> Trigger:
        """Add what was paid where the guard counts from the price of a day, as far as that is known by now."""
        if guard.source is not GuardSource.EXISTING_PRICE or guard.kind is PositionKind.MARGIN:
            return trigger
        basis = self._context.histories.basis(guard.account_id, guard.asset)
        paid = basis.paid_for(guard.quantity, currency=guard.currency) if basis else None
        return trigger if paid is None else replace(trigger, paid=paid)

    async def _drive(self, live: LiveExit, *, began_before: bool) -> None:
        if began_before and not self._is_certain(live.guard.account_id):
            # It may be over by then: whoever looks next takes up what is left of it.
            await self._await_certainty(live.intent)
            return
        async with self._sale(live, began_before=began_before) as sale:
            await sale.run(live.intent)

    async def _await_certainty(self, intent: Intent) -> bool:
        """Wait a moment until the account behind a changed key is known; report it when it is not."""
        give_up_at = self._context.clock.monotonic() + CERTAIN_WITHIN_S
        while self._context.clock.monotonic() < give_up_at:
            if self._is_certain(intent.account_id):
                return True
            await self._context.clock.sleep(CERTAIN_POLL_S)
        await self._report_failure(intent, _KEY_CHANGED, FailingAction.AWAIT_ACCOUNT)
        return False

    @asynccontextmanager
    async def _sale(self, live: LiveExit, *, began_before: bool) -> AsyncIterator[Sale]:
        context, guard = self._context, live.guard
        async with ReminderLoop(live.intent, reminders=context.reminders, clock=context.clock) as reminder:
            broker = self._brokers[guard.account_id]
            parts = SaleParts(
                live,
                context=context,
                broker=broker,
                market=self._markets[guard.venue],
                reminder=reminder,
                began_before=began_before,
            )
            sale = Sale(guard, context=context, broker=broker, parts=parts)
            try:
                yield sale
            except StaleIntentError:
                # Somebody else drives it.
                raise
            except UnreadableRecordError as e:
                await self._report_failure(live.intent, str(e), FailingAction.BEGIN_AGAIN)
                raise
            except Exception as e:
                # Whatever it was, the position is unsold: its owner must be alerted, not the log alone.
                await self._report_failure(
                    live.intent, f"a defect of the bot itself: {type(e).__name__}", FailingAction.BEGIN_AGAIN
                )
                raise

    async def _report_failure(self, intent: Intent, why: str, doing: FailingAction) -> None:
        await self._context.reminders.try_to_send(intent, ExitNews(why=why, doing=doing))


def _name(guard: Guard) -> str:
    return f"exit {guard.guard_id}"
