"""One connection of a stream of prices, kept subscribed to what is wanted."""

from collections.abc import Coroutine
from typing import Any

from engine.brokers.streams.connection import Socket, StreamConnection
from engine.brokers.streams.conversation import StreamEnd
from engine.brokers.streams.demand import StreamDemand
from engine.brokers.streams.names import NamedSink, named
from engine.brokers.streams.price_conversation import PriceConversation
from engine.brokers.streams.price_stream import Loss, LossReason
from engine.clock import Clock, moment
from engine.model.venues import Venue

#: Venues count messages: changes of what is wanted are sent at most so often.
SEND_PAUSE_S = 0.5


class PriceConnection(StreamConnection):
    """A connection that also ends when nothing is wanted of it."""

    def __init__(
        self,
        socket: Socket,
        conversation: PriceConversation,
        demand: StreamDemand,
        names: NamedSink,
        *,
        venue: Venue,
        clock: Clock,
        ping_every_s: float | None,
    ) -> None:
        super().__init__(socket, conversation, venue=venue, clock=clock, ping_every_s=ping_every_s)
        self._prices = conversation
        self._demand = demand
        self._names = names

    def _parts(self) -> tuple[Coroutine[Any, Any, StreamEnd], ...]:
        return (*super()._parts(), self._follow())

    async def _follow(self) -> StreamEnd:
        """Send what is wanted whenever that changes; end when nothing is."""
        while carried := self._demand.carried():
            now = moment(self._clock)
            await self._send(self._prices.want(self._names.name(carried), now))
            renewed = named(self._demand.take_renewed(), carried)
            await self._send(self._prices.renew(renewed, Loss(LossReason.CONTRADICTED), now))
            await self._clock.sleep(SEND_PAUSE_S)
            await self._demand.change()
        return StreamEnd(Loss(LossReason.UNWANTED))
