"""From a price that the venue pushes to the sale there, against sending the order and no more."""

import asyncio
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal

from bench.figures import Figure, spread
from bench.journal import FLOOR
from bench.polling import guard_of
from bench.room import Room, account_of, open_room
from bench.settled import settle
from bench.venue import coin_of
from bench.venue_process import VenueProcess, open_venue
from bot.bootstrap.foundation import Foundation
from engine.brokers.base import Priority
from engine.brokers.kraken.stream import kraken_stream
from engine.engine import Engine
from engine.guards import store as guard_rows
from engine.market.feed import VenueMarket
from engine.model.orders import ClientOrderId, OrderRequest, Side
from engine.model.venues import Venue
from sandbox.kraken.server import STREAM

ROUNDS = 30
_RATIO_AIM = 3.0
_MS = 1_000
_DEADLINE = timedelta(seconds=5)
#: The last account belongs to the floor.
_BARE = ROUNDS


async def measure() -> Sequence[Figure]:
    """Guard a coin, let it fall, and send a bare order; in turns."""
    everybody = ROUNDS + 1
    async with (
        open_venue(accounts=everybody, coins=everybody) as venue,
        open_room(venue.url, accounts=everybody) as room,
    ):
        runner = _open_runner(room, venue)
        await runner.send_bare()
        await settle(runner.engine, [account_of(number) for number in range(ROUNDS)])
        turns = [(await runner.sell_by_tick(number), await runner.send_bare()) for number in range(ROUNDS)]
        await runner.base.tasks.drain(1)
    ticks, bare = zip(*turns, strict=True)
    return (
        Figure(
            name="price pushed to AddOrder",
            unit="ms",
            measured=spread(ticks),
            floor_name=FLOOR,
            floor=spread(bare),
            ratio_aim=_RATIO_AIM,
        ),
    )


@dataclass(slots=True, kw_only=True)
class _Runner:
    """One engine whose prices are pushed, and the venue its orders arrive at."""

    room: Room
    base: Foundation
    engine: Engine
    venue: VenueProcess

    async def sell_by_tick(self, number: int) -> float:
        """Guard a coin as the process does, and return the milliseconds from its fall to the order."""
        guard = guard_of(self.room, number)
        async with self.base.database.write() as session:
            await guard_rows.save_guard(session, guard, was=None, now=guard.created_at, cause="measured")
        await self.engine.guard()
        await self._end("look ")
        while guard.symbol not in self.market.pushed.status().live:
            await self.market.pushed.next_tick(guard.symbol)
        await self.engine.reader.read(account_of(number))
        took = await self.venue.push_fall(coin_of(number))
        # The next turn is not to share the processor with the end of this one.
        await self._end("exit ", "tick ")
        return took

    async def send_bare(self) -> float:
        """Send an order of the same kind and no more."""
        request = OrderRequest(
            symbol=f"{coin_of(_BARE)}/USD",
            side=Side.SELL,
            quantity=Decimal(1),
            client_order_id=ClientOrderId(str(uuid.uuid4())),
            expires_after=_DEADLINE,
        )
        began = asyncio.get_running_loop().time()
        broker = self.base.brokers[account_of(_BARE).account_id]
        await broker.submit_order(request, priority=Priority.EXIT)
        return (await self.venue.last_order_came_in_at() - began) * _MS

    @property
    def market(self) -> VenueMarket:
        return self.base.markets[Venue.KRAKEN]

    async def _end(self, *kinds: str) -> None:
        await asyncio.gather(*(task for task in asyncio.all_tasks() if task.get_name().startswith(kinds)))


def _open_runner(room: Room, venue: VenueProcess) -> _Runner:
    stream = kraken_stream(
        venue.url.replace("http", "ws") + STREAM, market=room.market, clock=room.base.clock
    )
    base, engine = room.build(streams=(stream,))
    return _Runner(room=room, base=base, engine=engine, venue=venue)
