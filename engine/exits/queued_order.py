"""An accepted order that its market does not fill: cancelled where that has closed or all is to be sold, named until then."""

from datetime import timedelta

from engine.brokers.base import Broker, Priority
from engine.clock import Clock
from engine.exits.manual_close import leaves_guarded
from engine.exits.reminder_loop import ReminderLoop
from engine.exits.tradability import Tradability
from engine.model.delays import Wait
from engine.model.errors import BrokerError
from engine.model.failing_actions import CancelAgain, Doing, FailingAction
from engine.model.orders import Order
from engine.orders.backoff import MARKET_LOOK_S
from engine.orders.intents import Intent

#: A market order that stands for so long counts as one of a halted market; Alpaca reports a stock's halt nowhere but in
#: a stream of its own (https://docs.alpaca.markets/docs/real-time-stock-pricing-data#trading-status).
PERHAPS_HALTED_AFTER_S = 20.0

#: Of a guard that is sold in part at its owner's request.
PART_BREACHED = (
    "the price took all that is guarded to its limit while only a part was being sold, as you asked"
)

_CLOSED = "the stock market closed before {venue} filled the order"
_STANDING = "{venue} has the order {order_id} and has not filled it yet"
_HALTED = ": {symbol} is not tradable there now, as in a trading halt"
_PERHAPS_HALTED = (
    ": a market order stands so long where trading is halted, so please look whether {symbol} is"
)


class QueuedOrder:
    """Cancels one exit's order while its market is closed; whoever follows it reads what became of it."""

    def __init__(
        self, *, broker: Broker, tradability: Tradability, clock: Clock, reminder: ReminderLoop
    ) -> None:
        self._broker = broker
        self._tradability = tradability
        self._clock = clock
        self._reminder = reminder
        self._again_at_s = float("-inf")
        self._look_at_s = float("-inf")
        self._is_halted = False
        self._stands_since_s: float | None = None
        self._is_breach_reported = False

    async def describe(self, order: Order) -> str:
        """Return what to report to the owner of an order that stands."""
        now_s = self._clock.monotonic()
        if self._stands_since_s is None:
            self._stands_since_s = now_s
        if now_s >= self._look_at_s:
            self._look_at_s, self._is_halted = now_s + MARKET_LOOK_S, await self._tradability.is_halted()
        why = _STANDING
        if self._is_halted:
            why += _HALTED
        elif now_s - self._stands_since_s >= PERHAPS_HALTED_AFTER_S:
            why += _PERHAPS_HALTED
        label = self._broker.account.venue.label
        return why.format(venue=label, order_id=order.venue_order_id, symbol=order.symbol)

    async def cancel_if_closed(self, intent: Intent, order: Order) -> None:
        """Cancel an order that is not over if the venue reports now that its market is closed."""
        if self._clock.monotonic() < self._again_at_s or not await self._tradability.has_closed():
            return
        self._again_at_s = self._clock.monotonic() + MARKET_LOOK_S
        doing: Doing = FailingAction.CANCEL_QUEUED
        wait = None
        try:
            await self._broker.cancel_order(order.working_id, order.symbol, priority=Priority.EXIT)
        except BrokerError as e:
            # It may have filled: the next reading shows it, and one that still stands is cancelled again.
            doing = CancelAgain(error=str(e))
            wait = Wait(again_at=self._clock.now() + timedelta(seconds=MARKET_LOOK_S))
        await self._reminder.note(_CLOSED.format(venue=intent.venue.label), doing, wait=wait, is_urgent=True)

    async def cancel_if_breached(self, intent: Intent, order: Order) -> None:
        """Cancel the order of a part once all of its guard is to be sold: two orders at once could sell the same."""
        if self._clock.monotonic() < self._again_at_s or not self._tradability.is_breached():
            return
        if not leaves_guarded(intent.manual):
            return
        self._again_at_s = self._clock.monotonic() + MARKET_LOOK_S
        why = PART_BREACHED
        try:
            await self._broker.cancel_order(order.working_id, order.symbol, priority=Priority.EXIT)
        except BrokerError as e:
            # The same as above.
            why = f"{PART_BREACHED}; {intent.venue.label} does not cancel the order of the part: {e}"
        is_urgent, self._is_breach_reported = not self._is_breach_reported, True
        await self._reminder.note(why, FailingAction.CANCEL_PART, is_urgent=is_urgent)
