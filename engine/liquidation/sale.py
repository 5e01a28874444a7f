"""One exit from its intent to its end: each step looks at the state on disk and makes the next."""

import asyncio
from collections.abc import Callable
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
from engine.guards.guard import Guard, GuardState, Seen
from engine.instruments import Instrument, TradingStatus
from engine.liquidation.asked import is_too_late, rest_after_asking
from engine.liquidation.closing import (
    Dust,
    Sell,
    describe_exit,
    plan_sale,
    reduce_guard,
    vanished,
    with_vanished,
    without_vanished,
)
from engine.liquidation.ending import give_up, park, stand_down, yield_to_hand
from engine.liquidation.stock import Stock, Stockroom
from engine.liquidation.trouble import Trouble
from engine.market import VenueMarket
from engine.money import ZERO
from engine.orders import Order

#: Pauses between questions after an accepted order; market orders fill at once or hardly at all.
FILL_POLLS_S = (0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 3.0)

#: A venue may show nothing for a moment; a guard is not given up for that.
BELIEVE_EMPTY_AFTER_S = 10.0

#: A sale waits no longer than this for the listing it is floored by.
LISTING_S = 2.0

_TAKES_SALES = (TradingStatus.ONLINE, TradingStatus.REDUCE_ONLY)

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
        found_later: bool,
    ) -> None:
        #: As its row says, and less what its owner sold or moved by hand since it was last seen.
        self._whole = self._guard = guard
        self._gone = ZERO
        self._seen: Seen | None = None
        self._desk = desk
        self._broker = broker
        self._market = market
        self._trouble = trouble
        self._found_later = found_later
        self._failures = 0
        self._polls = 0
        self._refused_by_market = False
        #: Since when every reading found nothing of what is to be sold.
        self._empty_since: float | None = None

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
        if self._failures and intent.asked is None and self._desk.breached(self._guard) is False:
            return await stand_down(self._desk.journal, intent, self._whole)
        return None

    async def _attempt(self, intent: Intent) -> Intent:
        try:
            await self._check_market(intent)
            stock = await self._desk.stockroom.prepare(intent, self._guard, self._broker)
        except BrokerError as e:
            await self._pause(e)
            return intent
        await self._take_off_what_went_by_hand(stock)
        if self._guard.state is GuardState.CLOSED:
            return await yield_to_hand(self._desk.journal, intent, self._whole)
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

    async def _take_off_what_went_by_hand(self, stock: Stock) -> None:
        expected = await self._desk.journal.load_expected(self._whole)
        self._gone = vanished(expected=expected, owned=stock.owned)
        self._seen = None
        if self._gone and stock.owned is not None and stock.at is not None:
            self._seen = Seen(quantity=stock.owned, at=stock.at)
        self._guard = without_vanished(self._whole, self._gone)

    async def _plan(self, intent: Intent, there: Decimal | None) -> Sell | Dust:
        return plan_sale(
            guarded=self._guard.quantity,
            there=there,
            instrument=await self._instrument(),
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
            if self._is_gone(stock):
                dust = Dust(self._guard.quantity, "nothing of it is there any more")
                return await park(self._desk.journal, intent, self._guard, dust)
            # What was read before does not hold any more.
            self._desk.reports.outdate(intent.account_id, at=self._desk.clock.now())
        if reason is RefusalReason.MARKET_UNAVAILABLE:
            self._refused_by_market = True
        if reason is RefusalReason.OPPOSITE_ORDER:
            await self._cancel_opposite(intent)
        await self._pause(error)
        return intent

    async def _cancel_opposite(self, intent: Intent) -> None:
        try:
            await self._desk.stockroom.cancel_opposite(intent, self._broker)
        except BrokerError as e:
            await self._trouble.note(str(e), "cancelling the opposite orders again with the next try")

    async def _check_market(self, intent: Intent) -> None:
        """Hold a sale back that the listings say would be refused, once the venue itself refused one for it."""
        if not self._refused_by_market:
            return
        await self._market.refresh_instruments()
        instrument = await self._instrument()
        if instrument is not None and instrument.status not in _TAKES_SALES:
            words = f"{intent.symbol} is {instrument.status.value.replace('_', ' ')}"
            raise RefusedError(intent.venue, words, RefusalReason.MARKET_UNAVAILABLE)

    def _is_gone(self, stock: Stock) -> bool:
        """Believe that nothing is left when readings some time apart say so and the venue refuses for funds."""
        now = self._desk.clock.monotonic()
        if stock.owned != ZERO or not stock.is_fresh:
            self._empty_since = None
        elif self._empty_since is None:
            self._empty_since = now
        return self._empty_since is not None and now - self._empty_since >= BELIEVE_EMPTY_AFTER_S

    async def _finish(self, intent: Intent) -> Intent:
        followed = await self._desk.submitter.follow(intent, self._broker)
        intent, order = followed.intent, followed.order
        if order is None or not order.status.is_final:
            await self._wait_for_fill(intent, followed.error)
            return intent
        if order.filled_quantity == ZERO:
            planned = await self._desk.journal.retry(intent, cause="closed without a fill")
            await self._pause("the venue closed the order without a fill")
            return planned
        return await self._conclude(intent, order)

    async def _conclude(self, intent: Intent, order: Order) -> Intent:
        rest, dust = reduce_guard(
            self._guard, order, instrument=await self._instrument(), price=intent.trigger_price
        )
        dust = with_vanished(dust, self._gone)
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

    async def _wait_for_fill(self, intent: Intent, error: BrokerError | None) -> None:
        wait_s = FILL_POLLS_S[min(self._polls, len(FILL_POLLS_S) - 1)]
        self._polls += 1
        if isinstance(error, KeyRejectedError):
            wait_s = pause_s(error, self._polls)
        if self._polls >= len(FILL_POLLS_S) or isinstance(error, KeyRejectedError):
            silence = f"{intent.venue.label} has the order and has not filled it yet"
            await self._trouble.note(
                f"the order may be filled, but {error}" if error else silence,
                "asking until it is filled or closed; it is not sent twice",
            )
        await self._desk.clock.sleep(wait_s)

    async def _pause(self, why: BrokerError | str) -> None:
        self._failures += 1
        wait_s = pause_s(why, self._failures)
        await self._trouble.note(str(why), f"trying again in {wait_s:g} s; nothing was sold yet")
        await self._desk.clock.sleep(wait_s)

    async def _instrument(self) -> Instrument | None:
        try:
            async with asyncio.timeout(LISTING_S):
                return (await self._market.instruments()).get(self._guard.symbol)
        except (BrokerError, TimeoutError):
            return None
