"""The engine's port to an account's private stream, answered by a simulated venue whose stream fails in ways that look quiet."""

import asyncio
from dataclasses import replace
from functools import partial

from engine.brokers.streams.account_stream import OrderNews
from engine.brokers.streams.price_stream import Loss, LossReason
from engine.model.orders import VenueOrderId
from tests.simulation.faults import Kind

#: Within so many seconds a message arrives, so before, with or after the answer to a request.
_ARRIVES_S = (0.0, 0.25)
#: And while the stream is late, each message by itself, so that they overtake one another.
_LATE_S = (0.3, 8.0)
_TIMES = 3
#: How long it takes to connect, and until what is half-open counts as lost.
_CONNECTS_S, _HALF_OPEN_S = (0.05, 0.6), (2.0, 10.0)
#: After so many seconds it is tried again.
_RESTS_S = (0.5, 4.0)


class _Connection:
    """One connection, until it ends with a loss."""

    def __init__(self):
        self.loss = asyncio.get_running_loop().create_future()
        #: whether nothing comes through though nobody has noticed
        self.is_half_open = False
        #: whether a message is missing, which the number of the next one shows
        self.has_gap = False

    def end(self, reason):
        if not self.loss.done():
            self.loss.set_result(Loss(reason))


class SimAccountStream:
    """Pushes what an account's orders and balances do, as far as the venue pushes it."""

    def __init__(self, account, *, truth, faults, life, known, rng, later):
        self.account = account
        self.name = f"orders {truth.venue}"
        self.pushes_transfers = truth.rules.pushes_transfers
        self._truth = truth
        self._faults = faults
        self._life = life
        self._known = known
        self._rng = rng
        self._later = later

    async def run(self, sink):
        sink = self._known.watching(sink)
        while True:
            await asyncio.sleep(self._rng.uniform(*_CONNECTS_S))
            self._life.check()
            if self._strikes(Kind.ACCOUNT_STREAM_LOST):
                sink.lost(Loss(LossReason.DISCONNECTED))
            else:
                await self._keep(sink, _Connection())
            await asyncio.sleep(self._rng.uniform(*_RESTS_S))

    async def _keep(self, sink, connection):
        self._truth.on_order_news = partial(self._push_order, sink, connection)
        if self.pushes_transfers:
            self._truth.on_balance_news = partial(self._push, sink.balance, connection)
        self._truth.drop_stream = partial(connection.end, LossReason.DISCONNECTED)
        sink.live()
        try:
            loss = await connection.loss
        finally:
            self._truth.leave_unpushed()
        self._life.check()
        sink.lost(loss)

    def _push_order(self, sink, connection, order):
        news = OrderNews(venue_order_id=VenueOrderId(order.order_id), is_over=order.status.is_final)
        is_bots = order.client_id is not None
        if is_bots and not news.is_over and self._strikes(Kind.ACCOUNT_END_FIRST):
            self._push(partial(sink.order, replace(news, is_over=True)), connection)
        self._push(partial(sink.order, news), connection)

    def _push(self, tell, connection):
        if connection.has_gap:
            connection.end(LossReason.GAP)
        elif self._strikes(Kind.ACCOUNT_STREAM_LOST):
            connection.end(LossReason.DISCONNECTED)
        elif not self._is_missed(connection):
            for _ in range(_TIMES if self._strikes(Kind.ACCOUNT_STREAM_REPEATS) else 1):
                is_late = self._strikes(Kind.ACCOUNT_STREAM_LATE)
                self._later(
                    self._rng.uniform(*(_LATE_S if is_late else _ARRIVES_S)),
                    lambda: self._arrive(tell, connection),
                )

    def _is_missed(self, connection):
        """Tell whether a message gets lost while the connection seems to be good."""
        if not connection.is_half_open and self._strikes(Kind.ACCOUNT_STREAM_HALF_OPEN):
            connection.is_half_open = True
            self._later(self._rng.uniform(*_HALF_OPEN_S), lambda: connection.end(LossReason.SILENT))
        connection.has_gap = bool(self._strikes(Kind.ACCOUNT_STREAM_GAP))
        return connection.is_half_open or connection.has_gap or self._strikes(Kind.ACCOUNT_STREAM_MUTE)

    def _arrive(self, tell, connection):
        if not (connection.loss.done() or connection.is_half_open or self._life.is_dead):
            tell()

    def _strikes(self, kind):
        return self._faults.strikes(self._truth.venue, kind)
