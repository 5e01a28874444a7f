"""An account's private stream that pushes what the ledger of a room's venue does, unless a test has it lose something."""

import asyncio

from engine.brokers.streams.account_stream import OrderNews
from engine.brokers.streams.price_stream import Loss, LossReason
from engine.model.venues import Venue


class AccountStream:
    name = "account"

    def __init__(self, account, ledger, *, pushes_transfers=True):
        self.account = account
        self.pushes_transfers = pushes_transfers
        self.is_mute = False
        self.is_live = False
        self.is_read = asyncio.Event()
        self._sink = None
        ledger.listen(self._push)

    async def run(self, sink):
        self._sink = sink
        self.is_read.set()
        await asyncio.Event().wait()

    def live(self):
        self.is_live = True
        self._sink.live()

    def lose(self):
        self.is_live = False
        self._sink.lost(Loss(LossReason.GAP))

    def _push(self, change, entries):
        if self.is_mute or not self.is_live:
            return
        for order in change.orders:
            self._sink.order(OrderNews(venue_order_id=order.id, is_over=order.status.is_final))
        if entries:
            self._sink.balance()


async def give_account_stream(room, venue=Venue.KRAKEN, **choices):
    """Let a venue push what its account's orders and balances do."""
    stream = AccountStream(room.broker(venue).account, room.world.ledger(venue), **choices)
    room.engine.live_accounts.add(stream)
    room.engine.live_accounts.follow()
    await stream.is_read.wait()
    stream.live()
    return stream
