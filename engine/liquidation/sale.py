"""One exit from its intent to its end: each step looks at the state on disk and makes the next."""

from dataclasses import dataclass
from decimal import Decimal

from engine.balances.reports import Reports
from engine.brokers.base import Broker
from engine.clock import Clock
from engine.errors import BrokerError, KeyRejectedError, RefusalReason, RefusedError
from engine.execution.intents import Intent
from engine.execution.journal import Journal
from engine.execution.patience import pause_s
from engine.execution.states import IntentEvent, IntentState
from engine.execution.submit import Submitter
from engine.guards.changes import was_split
from engine.guards.guard import Guard, GuardState, Seen
from engine.liquidation.asked import is_too_late, rest_after_asking
from engine.liquidation.belief import READ_AGAIN_S, Belief
from engine.liquidation.closing import (
    Dust,
    Sell,
    describe_exit,
    keep_doubtful,
    plan_sale,
    reduce_guard,
    vanished,
    with_vanished,
    without_vanished,
)
from engine.liquidation.ending import give_up, park, pause_for_split, stand_down, yield_to_hand
from engine.liquidation.market_door import Breached, MarketDoor
from engine.liquidation.stock import Stock, Stockroom
from engine.liquidation.trouble import Trouble
from engine.market import VenueMarket
from engine.money import ZERO
from engine.orders import Order

#: An exit taken up after a start goes without a price of now if there is none by then.
FIRST_PRICE_S = 10.0
FIRST_PRICE_POLL_S = 0.1

_TORN = "less of it is there than before, and no two readings agree on how much"

#: Pauses between questions after an accepted order; market orders fill at once or hardly at all.
FILL_POLLS_S = (0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 3.0)


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
        found_later: bool,
    ) -> None:
        #: As its row says, and less what its owner sold or moved by hand since it was last seen.
        self._whole = self._guard = guard
        self._gone = ZERO
        #: Whether that is what one reading says and no other has confirmed.
        self._is_doubtful = False
        self._seen: Seen | None = None
        self._desk = desk
        self._broker = broker
        self._trouble = trouble
        self._found_later = found_later
        #: Begun in another life of the process: its price may have come back meanwhile.
        self._is_unjudged = found_later
        self._failures = 0
        self._polls = 0
        self._door = MarketDoor(market=market, symbol=guard.symbol, clock=desk.clock, breached=desk.breached)
        self._belief = Belief(desk.clock)

    async def run(self, intent: Intent) -> None:
        """Go on until the exit is over or parked."""
        while not (intent.state.is_final or intent.state is IntentState.PARKED):
            intent = await self._step(intent)

    async def _step(self, intent: Intent) -> Intent:
        if intent.state is IntentState.PLANNED:
            arrived = await self._take_up_late_order(intent)
            return arrived or await self._end_early(intent) or await self._attempt(intent)
        if intent.state is IntentState.SENT:
            return await self._desk.journal.record(
                intent, IntentEvent.LOSE_ANSWER, cause="found sent after a restart"
            )
        if intent.state is IntentState.UNKNOWN:
            self._found_later = True
            await self._trouble.note(
                "the answer to the sell order was lost",
                f"asking {intent.venue.label} what became of it; it is not sent twice",
            )
            return await self._desk.submitter.settle(intent, self._broker)
        return await self._finish(intent)

    async def _take_up_late_order(self, intent: Intent) -> Intent | None:
        # What it sold must be taken neither for the owner's own sale nor for a refusal.
        if not await self._desk.submitter.has_arrived(intent, self._broker):
            return None
        sent = await self._desk.journal.record(intent, IntentEvent.SEND, cause="arrived late")
        return await self._desk.journal.record(sent, IntentEvent.LOSE_ANSWER, cause="arrived late")

    async def _end_early(self, intent: Intent) -> Intent | None:
        if is_too_late(intent, self._desk.clock.now()):
            return await give_up(self._desk.journal, intent, self._whole)
        if intent.asked is None and (self._failures or self._found_later):
            await self._await_price()
            if self._desk.breached(self._guard) is False:
                return await stand_down(self._desk.journal, intent, self._whole)
        return None

    async def _await_price(self) -> None:
        """Give the watch a moment to judge an exit that it has not seen in this life of the process."""
        give_up_at = self._desk.clock.monotonic() + FIRST_PRICE_S
        while self._is_unjudged and self._desk.clock.monotonic() < give_up_at:
            if self._desk.breached(self._guard) is not None:
                break
            await self._desk.clock.sleep(FIRST_PRICE_POLL_S)
        self._is_unjudged = False

    async def _attempt(self, intent: Intent) -> Intent:
        try:
            await self._door.check(intent, self._guard)
            stock = await self._desk.stockroom.prepare(intent, self._guard, self._broker)
        except BrokerError as e:
            await self._pause(e)
            return intent
        compared = await self._compare(intent, stock)
        if compared is not None:
            return compared
        plan = await self._plan(intent, stock.sellable)
        if isinstance(plan, Dust) and not stock.is_fresh:
            # Too little was there some time ago; only the venue can tell whether there is more now.
            plan = await self._plan(intent, None)
        if isinstance(plan, Dust):
            return await self._after_crumbs(intent, plan, stock)
        attempt = await self._desk.submitter.send(intent, self._broker, plan.quantity)
        if attempt.error is None or attempt.intent.state is IntentState.UNKNOWN:
            return attempt.intent
        return await self._after_refusal(attempt.intent, attempt.error, stock)

    async def _compare(self, intent: Intent, stock: Stock) -> Intent | None:
        """Compare what is there with what was there; None when it can be sold as it is."""
        if was_split(self._whole, venue_entry=stock.venue_entry):
            return await pause_for_split(self._desk.journal, intent, self._whole, stock.owned)
        if not await self._take_off_what_went_by_hand(intent, stock):
            # Nothing is sold before readings agree on how much there is, and that may take too long to be silent.
            if self._belief.is_torn():
                await self._trouble.note(_TORN, "reading it again; nothing was sold yet")
            self._desk.reports.outdate(intent.account_id, at=self._desk.clock.now())
            await self._desk.clock.sleep(READ_AGAIN_S)
            return intent
        if self._guard.state is GuardState.CLOSED:
            return await yield_to_hand(self._desk.journal, intent, self._whole)
        return None

    async def _take_off_what_went_by_hand(self, intent: Intent, stock: Stock) -> bool:
        """Reduce what is sold by what its owner sold or moved; False when nothing can go before that is certain."""
        expected = await self._desk.journal.load_expected(self._whole)
        gone = vanished(expected=expected, owned=stock.owned)
        is_certain = self._belief.is_short(stock, gone) is not None
        self._gone, self._seen, self._is_doubtful = gone, None, not is_certain
        if gone and is_certain and stock.owned is not None and stock.at is not None:
            self._seen = Seen(quantity=stock.owned, at=stock.at)
        self._guard = without_vanished(self._whole, gone)
        if is_certain:
            return True
        # What is there in any case goes at once; the rest stays guarded until readings agree.
        must_wait = stock.owned is None or intent.asked is not None
        if not must_wait and isinstance(await self._plan(intent, None), Sell):
            return True
        self._guard = self._whole
        return False

    async def _plan(self, intent: Intent, there: Decimal | None) -> Sell | Dust:
        return plan_sale(
            guarded=self._guard.quantity,
            there=there,
            instrument=await self._door.instrument(),
            price=intent.trigger_price,
        )

    async def _after_crumbs(self, intent: Intent, dust: Dust, stock: Stock) -> Intent:
        """Park real dust; crumbs that are free while the rest is held or locked are no reason to give up."""
        if isinstance(await self._plan(intent, stock.owned), Dust):
            return await park(self._desk.journal, intent, self._guard, dust)
        self._desk.reports.outdate(intent.account_id, at=self._desk.clock.now())
        await self._pause(f"only {dust.quantity:f} {intent.asset} is free, the rest is held or locked")
        return intent

    async def _after_refusal(self, intent: Intent, error: BrokerError, stock: Stock) -> Intent:
        reason = error.reason if isinstance(error, RefusedError) else None
        if reason is RefusalReason.BELOW_MINIMUM:
            dust = Dust(self._guard.quantity, error.words)
            return await park(self._desk.journal, intent, self._guard, dust)
        if reason is RefusalReason.INSUFFICIENT_FUNDS:
            if self._belief.is_gone(stock):
                dust = Dust(self._guard.quantity, "nothing of it is there any more")
                return await park(self._desk.journal, intent, self._guard, dust)
            # What was read before does not hold any more.
            self._desk.reports.outdate(intent.account_id, at=self._desk.clock.now())
        if reason is RefusalReason.MARKET_UNAVAILABLE:
            self._door.note_refused()
        if reason is RefusalReason.OPPOSITE_ORDER:
            await self._cancel_opposite(intent)
        await self._pause(error)
        return intent

    async def _cancel_opposite(self, intent: Intent) -> None:
        try:
            await self._desk.stockroom.cancel_opposite(intent, self._broker)
        except BrokerError as e:
            await self._trouble.note(str(e), "cancelling the opposite orders again with the next try")

    async def _finish(self, intent: Intent) -> Intent:
        followed = await self._desk.submitter.follow(intent, self._broker)
        intent, order = followed.intent, followed.order
        if order is None or not order.status.is_final:
            await self._wait_for_fill(intent, followed.error, "has the order and has not filled it yet")
            return intent
        if order.filled_quantity == ZERO:
            planned = await self._desk.journal.retry(intent, cause="closed without a fill")
            await self._pause("the venue closed the order without a fill")
            return planned
        if order.average_price is None:
            # Nothing is booked at a price nobody told.
            await self._wait_for_fill(intent, None, "filled the order and does not tell at what price")
            return intent
        return await self._conclude(intent, order)

    async def _conclude(self, intent: Intent, order: Order) -> Intent:
        rest, dust = await self._rest_after(intent, order)
        if intent.asked is not None:
            rest, dust = rest_after_asking(rest, dust, intent.asked)
        message = describe_exit(
            intent,
            self._guard,
            order,
            cancelled=await self._desk.journal.load_released(intent.intent_id),
            dust=dust,
            found_later=self._found_later,
            filled_at=self._desk.clock.now(),
        )
        self._desk.reports.outdate(intent.account_id, at=self._desk.clock.now())
        return await self._desk.journal.conclude(intent, order, guard=rest, seen=self._seen, message=message)

    async def _rest_after(self, intent: Intent, order: Order) -> tuple[Guard, Dust | None]:
        if self._is_doubtful:
            return keep_doubtful(self._whole, order, self._gone)
        instrument = await self._door.instrument()
        rest, dust = reduce_guard(self._guard, order, instrument=instrument, price=intent.trigger_price)
        return rest, with_vanished(dust, self._gone)

    async def _wait_for_fill(self, intent: Intent, error: BrokerError | None, silence: str) -> None:
        wait_s = FILL_POLLS_S[min(self._polls, len(FILL_POLLS_S) - 1)]
        self._polls += 1
        if isinstance(error, KeyRejectedError):
            wait_s = pause_s(error, self._polls)
        if self._polls >= len(FILL_POLLS_S) or isinstance(error, KeyRejectedError):
            await self._trouble.note(
                f"the order may be filled, but {error}" if error else f"{intent.venue.label} {silence}",
                "asking until it is told; nothing is sent twice",
            )
        await self._desk.clock.sleep(wait_s)

    async def _pause(self, why: BrokerError | str) -> None:
        self._failures += 1
        wait_s = pause_s(why, self._failures)
        await self._trouble.note(str(why), f"trying again in {wait_s:g} s; nothing was sold yet")
        await self._desk.clock.sleep(wait_s)
