"""One exit from its intent to its end: each step looks at the state on disk and makes the next."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from decimal import Decimal

from engine.alerts.messages import CancelledOrder, ExitParked, ExitStoodDown
from engine.balances.reports import Reports
from engine.brokers.base import Broker
from engine.clock import Clock
from engine.errors import BrokerError, KeyRejectedError, RefusalReason, RefusedError
from engine.execution.intents import Intent
from engine.execution.journal import Journal
from engine.execution.patience import retry_delay_s
from engine.execution.states import IntentEvent, IntentState
from engine.execution.submit import Submitter
from engine.guards.guard import Guard, GuardState
from engine.instruments import Instrument
from engine.liquidation.asked import TOO_LATE, hand_back, is_too_late, rest_after_asking
from engine.liquidation.closing import Dust, describe_exit, plan_sale, reduce_guard
from engine.liquidation.stock import Stock, Stockroom
from engine.liquidation.trouble import Trouble
from engine.market import VenueMarket
from engine.money import ZERO

#: A rejected key needs its owner, not haste.
KEY_REJECTED_PAUSE_S = 60.0

#: A venue may show nothing for a moment; a guard is not given up for that.
BELIEVE_EMPTY_AFTER_S = 10.0

#: Tells whether a guard is past its threshold at the latest accepted mark; None without a price.
Breached = Callable[[Guard], bool | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """What every sale needs."""

    journal: Journal
    submitter: Submitter
    stockroom: Stockroom
    reports: Reports
    clock: Clock
    breached: Breached


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
        cancelled: tuple[CancelledOrder, ...] = (),
        found_later: bool,
    ) -> None:
        self._guard = guard
        self._desk = desk
        self._broker = broker
        self._market = market
        self._trouble = trouble
        self._cancelled = cancelled
        self._found_later = found_later
        self._failures = 0
        #: Since when every reading found nothing of what is to be sold.
        self._empty_since: float | None = None

    async def run(self, intent: Intent) -> None:
        """Go on until the exit is over or parked."""
        while not (intent.state.is_final or intent.state is IntentState.PARKED):
            intent = await self._step(intent)

    async def _step(self, intent: Intent) -> Intent:
        if intent.state is IntentState.PLANNED:
            return await self._attempt(intent)
        if intent.state is IntentState.SENT:
            self._found_later = True
            return await self._desk.journal.record(
                intent, IntentEvent.LOSE_ANSWER, cause="found sent after a restart"
            )
        if intent.state is IntentState.UNKNOWN:
            return await self._desk.submitter.settle(intent, self._broker)
        return await self._finish(intent)

    async def _attempt(self, intent: Intent) -> Intent:
        if is_too_late(intent, self._desk.clock.now()):
            return await self._give_up(intent)
        if self._failures and intent.asked is None and self._desk.breached(self._guard) is False:
            return await self._stand_down(intent)
        try:
            stock = await self._desk.stockroom.prepare(intent, self._guard, self._broker)
        except BrokerError as e:
            await self._pause(e)
            return intent
        self._cancelled += stock.cancelled
        plan = plan_sale(
            guarded=self._guard.quantity,
            there=stock.sellable,
            instrument=await self._instrument(),
            price=_trigger_price(intent),
        )
        if isinstance(plan, Dust):
            return await self._park(intent, plan)
        attempt = await self._desk.submitter.send(intent, self._broker, plan.quantity)
        if attempt.intent.state is IntentState.UNKNOWN:
            self._found_later = True
            await self._trouble.note(
                f"the answer to the sell order was lost ({attempt.error})",
                f"asking {intent.venue.label} what became of it; it is not sent twice",
            )
        elif attempt.error is not None:
            return await self._after_refusal(attempt.intent, attempt.error, plan.quantity, stock)
        return attempt.intent

    async def _after_refusal(
        self, intent: Intent, error: BrokerError, quantity: Decimal, stock: Stock
    ) -> Intent:
        reason = error.reason if isinstance(error, RefusedError) else None
        if reason is RefusalReason.BELOW_MINIMUM:
            return await self._park(intent, Dust(quantity, error.words))
        if reason is RefusalReason.INSUFFICIENT_FUNDS:
            if self._is_gone(stock):
                return await self._park(intent, Dust(quantity, "nothing of it is there any more"))
            # What was read before does not hold any more.
            self._desk.reports.outdate(intent.account_id, at=self._desk.clock.now())
        await self._pause(error)
        return intent

    def _is_gone(self, stock: Stock) -> bool:
        """Believe that nothing is left when readings some time apart say so and the venue refuses for funds."""
        now = self._desk.clock.monotonic()
        if stock.owned != ZERO:
            self._empty_since = None
        elif self._empty_since is None:
            self._empty_since = now
        return self._empty_since is not None and now - self._empty_since >= BELIEVE_EMPTY_AFTER_S

    async def _finish(self, intent: Intent) -> Intent:
        order = await self._desk.submitter.follow(intent, self._broker)
        if order.filled_quantity == ZERO:
            planned = await self._desk.journal.retry(intent, cause="closed without a fill")
            await self._pause("the venue closed the order without a fill")
            return planned
        rest, dust = reduce_guard(
            self._guard, order, instrument=await self._instrument(), price=_trigger_price(intent)
        )
        if intent.asked is not None:
            rest, dust = rest_after_asking(rest, dust, intent.asked)
        message = describe_exit(
            intent,
            self._guard,
            order,
            cancelled=self._cancelled,
            dust=dust,
            found_later=self._found_later,
            filled_at=self._desk.clock.now(),
        )
        self._desk.reports.outdate(intent.account_id, at=self._desk.clock.now())
        return await self._desk.journal.conclude(
            intent, IntentEvent.FILL, order, guard=rest, message=message, cause="filled"
        )

    async def _park(self, intent: Intent, dust: Dust) -> Intent:
        message = ExitParked(venue=intent.venue, symbol=intent.symbol, quantity=dust.quantity, why=dust.why)
        closed = replace(self._guard, state=GuardState.CLOSED, state_reason=dust.why)
        return await self._desk.journal.give_back(
            intent, IntentEvent.PARK, guard=closed, message=message, cause=dust.why
        )

    async def _stand_down(self, intent: Intent) -> Intent:
        armed = replace(self._guard, state=GuardState.ARMED, state_reason=None)
        message = ExitStoodDown(
            venue=intent.venue,
            symbol=intent.symbol,
            quantity=self._guard.quantity,
            threshold=self._guard.threshold,
        )
        return await self._desk.journal.give_back(
            intent, IntentEvent.SUPERSEDE, guard=armed, message=message, cause="price came back"
        )

    async def _give_up(self, intent: Intent) -> Intent:
        asked, quantity = intent.asked, self._guard.quantity
        kept = hand_back(self._guard, asked, why=TOO_LATE) if asked else self._guard
        message = ExitParked(venue=intent.venue, symbol=intent.symbol, quantity=quantity, why=TOO_LATE)
        return await self._desk.journal.give_back(
            intent, IntentEvent.SUPERSEDE, guard=kept, message=message, cause="asked too long ago"
        )

    async def _pause(self, why: BrokerError | str) -> None:
        self._failures += 1
        pause_s = retry_delay_s(self._failures)
        if isinstance(why, KeyRejectedError):
            pause_s = KEY_REJECTED_PAUSE_S
        await self._trouble.note(str(why), f"trying again in {pause_s:g} s; nothing was sold yet")
        await self._desk.clock.sleep(pause_s)

    async def _instrument(self) -> Instrument | None:
        try:
            return (await self._market.instruments()).get(self._guard.symbol)
        except BrokerError:
            return None


def _trigger_price(intent: Intent) -> Decimal:
    return intent.trigger.price if intent.trigger else ZERO
