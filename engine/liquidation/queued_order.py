"""An accepted stock order that its market closed on: cancelled, for it would fill at the price of another session."""

from engine.brokers.base import Broker, Priority
from engine.clock import Clock
from engine.errors import BrokerError
from engine.execution.intents import Intent
from engine.execution.patience import MARKET_LOOK_S
from engine.liquidation.market_door import MarketDoor
from engine.liquidation.trouble import Trouble
from engine.orders import Order

_CLOSED = "the stock market closed before {venue} filled the order"
_CANCELLING = "cancelling it; the exit waits for the market to open"


class QueuedOrder:
    """Cancels one exit's order while its market is closed; whoever follows it reads what became of it."""

    def __init__(self, *, broker: Broker, door: MarketDoor, clock: Clock, trouble: Trouble) -> None:
        self._broker = broker
        self._door = door
        self._clock = clock
        self._trouble = trouble
        self._again_at_s = float("-inf")

    async def cancel_if_closed(self, intent: Intent, order: Order) -> None:
        """Cancel an order that is not over if the venue, asked now, says that its market is closed."""
        if self._clock.monotonic() < self._again_at_s or not await self._door.has_closed():
            return
        self._again_at_s = self._clock.monotonic() + MARKET_LOOK_S
        doing = _CANCELLING
        try:
            await self._broker.cancel_order(order.venue_order_id, order.symbol, priority=Priority.EXIT)
        except BrokerError as e:
            # It may have filled: the next reading tells, and one that still stands is cancelled again.
            doing = f"{_CANCELLING}; tried again in {MARKET_LOOK_S:g} s, because {e}"
        await self._trouble.note(_CLOSED.format(venue=intent.venue.label), doing, is_urgent=True)
