"""From a trigger to the order at the venue with everything written down, against sending the order and no more."""

import time
import uuid
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal

from bench.figures import Figure, spread
from bench.polling import guard_of
from bench.room import Room, account_of, open_room
from bench.settled import settle
from bench.venue import FALLEN, coin_of
from bench.venue_process import VenueProcess, open_venue
from bot.bootstrap.foundation import Foundation
from engine.brokers.base import Priority
from engine.engine import Engine
from engine.guards import store as guard_rows
from engine.guards.guard import Guard
from engine.market.mark import MarkBasis
from engine.model.orders import ClientOrderId, OrderRequest, Side
from engine.orders.intents import Trigger

ROUNDS = 20
_MS = 1_000
_LONGEST_S = 30.0
_DEADLINE = timedelta(seconds=5)
#: What is known of an account before its exit, each of which has one of its own, and how many floors that may take.
_KNOWN = (
    ("trigger to AddOrder", None),
    ("... balance just read", None),
    ("... and unchanged for a minute", 2.5),
)
_ACCOUNTS = len(_KNOWN) * ROUNDS
#: By the same broker, lane and client.
FLOOR = "sent with one durable nonce"


async def measure() -> Sequence[Figure]:
    """Sell in turns: with balance and trades still to be read, with the trades, with neither, and past the journal."""
    accounts = _ACCOUNTS + 1
    async with (
        open_venue(accounts=accounts, coins=accounts) as venue,
        open_room(venue.url, accounts=accounts) as room,
        _open_runner(room, venue) as runner,
    ):
        # Opens the connection and learns the venue's clock before anything is timed.
        await runner.send_bare()
        await settle(runner.engine, [account_of(2 * ROUNDS + number) for number in range(ROUNDS)])
        turns = [await _turn(runner, number) for number in range(ROUNDS)]
    *exits, bare = zip(*turns, strict=True)
    floor = spread(bare)
    return tuple(
        Figure(name=name, unit="ms", measured=spread(samples), floor_name=FLOOR, floor=floor, ratio_aim=aim)
        for (name, aim), samples in zip(_KNOWN, exits, strict=True)
    )


async def _turn(runner: "_Runner", number: int) -> tuple[float, ...]:
    unread, read, settled = (group * ROUNDS + number for group in range(len(_KNOWN)))
    took = [await runner.exit(unread)]
    for known in (read, settled):
        await runner.engine.reader.read(account_of(known))
        took.append(await runner.exit(known))
    return (*took, await runner.send_bare())


@dataclass(slots=True, kw_only=True)
class _Runner:
    """One engine and the venue its orders arrive at."""

    room: Room
    base: Foundation
    engine: Engine
    venue: VenueProcess
    guards: Sequence[Guard]
    orders: int = 0

    async def exit(self, number: int) -> float:
        """Sell a guarded coin; return the milliseconds until its order arrived."""
        guard, began = self.guards[number], time.monotonic()
        self.engine.exits.begin(guard, _trigger(guard, self.base))
        # The question to the venue, and the next turn, are not to share the processor with this one.
        await self.base.tasks.wait(f"exit {guard.guard_id}", timeout_s=_LONGEST_S)
        return await self._arrival(began)

    async def send_bare(self) -> float:
        """Send an order of the same kind and no more."""
        request = OrderRequest(
            symbol=f"{coin_of(_ACCOUNTS)}/USD",
            side=Side.SELL,
            quantity=Decimal(1),
            client_order_id=ClientOrderId(str(uuid.uuid4())),
            expires_after=_DEADLINE,
        )
        broker, began = self.base.brokers[account_of(_ACCOUNTS).account_id], time.monotonic()
        await broker.submit_order(request, priority=Priority.EXIT)
        return await self._arrival(began)

    async def _arrival(self, began: float) -> float:
        self.orders += 1
        return (await self.venue.order_came_in_at(self.orders) - began) * _MS


@asynccontextmanager
async def _open_runner(room: Room, venue: VenueProcess) -> AsyncIterator[_Runner]:
    base, engine = room.build()
    now = base.clock.now()
    guards = [guard_of(room, number) for number in range(_ACCOUNTS)]
    async with base.database.write() as session:
        for guard in guards:
            await guard_rows.save_guard(session, guard, was=None, now=now, cause="measured")
    for market in base.markets.values():
        await market.instruments()
    yield _Runner(room=room, base=base, engine=engine, venue=venue, guards=guards)


def _trigger(guard: Guard, base: Foundation) -> Trigger:
    return Trigger(
        price=FALLEN,
        basis=MarkBasis.BID,
        ratio=Decimal("-0.015"),
        threshold=guard.threshold,
        quantity=guard.quantity,
        cost=guard.cost,
        at=base.clock.now(),
    )
