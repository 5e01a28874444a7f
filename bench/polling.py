"""From a price change to the sale at the venue, by polling, against the least program that does the same."""

import asyncio
import random
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from contextlib import asynccontextmanager
from decimal import Decimal
from operator import attrgetter

from bench.bare_kraken import BareKraken
from bench.figures import Figure, spread
from bench.room import Room, account_of, open_room
from bench.venue import PRICE, coin_of, key_of, pair_of
from bench.venue_process import Reaction, VenueProcess, open_venue
from bot.supervision.jobs import Job
from bot.supervision.schedule import Schedule
from engine.guards import store as guard_rows
from engine.guards.guard import Guard, GuardSource
from engine.model.holdings import Direction, PositionKind

ROUNDS = 20
INTERVAL_S = 0.5
_THRESHOLD = Decimal("-0.01")
#: The last account belongs to the bare trader.
_BARE = ROUNDS
#: The first price of each guard gets a second look.
_SETTLE_S = 2.0


async def measure() -> Sequence[Figure]:
    """Let coins fall in turns: one that the bot guards, then the bare trader's."""
    everybody = ROUNDS + 1
    async with (
        open_venue(accounts=everybody, coins=everybody) as venue,
        open_room(venue.url, accounts=ROUNDS) as room,
    ):
        await _guard_all(room)
        async with _watching(room), _bare_trader(venue.url):
            await asyncio.sleep(_SETTLE_S)
            pairs = [(await _fall(venue, number), await _fall(venue, _BARE)) for number in range(ROUNDS)]
    bot, bare = zip(*pairs, strict=True)
    return (
        _figure("price change to AddOrder", bot, bare, attrgetter("total")),
        _figure("... waiting for the poll", bot, bare, attrgetter("waiting")),
        _figure("... Ticker asked to AddOrder", bot, bare, attrgetter("path")),
    )


def _figure(
    name: str, bot: Iterable[Reaction], bare: Iterable[Reaction], part: Callable[[Reaction], float]
) -> Figure:
    return Figure(
        name=name,
        unit="ms",
        measured=spread([part(one) for one in bot]),
        floor_name=f"aiohttp alone, polls {INTERVAL_S:g} s too",
        floor=spread([part(one) for one in bare]),
    )


async def _fall(venue: VenueProcess, number: int) -> Reaction:
    """Let a coin fall at a random moment of the interval, after everybody has seen it stand."""
    await asyncio.sleep(random.uniform(INTERVAL_S, 2 * INTERVAL_S))
    return await venue.let_fall(coin_of(number))


@asynccontextmanager
async def _watching(room: Room) -> AsyncIterator[None]:
    base, engine = room.build()
    job = Job(name="guard", every_s=INTERVAL_S, what=engine.guard, budget_s=30)
    schedule = Schedule((job,), clock=base.clock, redact=str)
    schedule.start()
    try:
        yield
    finally:
        schedule.pause()
        await schedule.drain()
        schedule.shutdown()
        await base.tasks.drain(INTERVAL_S)


@asynccontextmanager
async def _bare_trader(url: str) -> AsyncIterator[None]:
    async with BareKraken(url) as kraken:
        limit = PRICE * (1 + _THRESHOLD)
        pair = pair_of(coin_of(_BARE))
        trading = asyncio.create_task(
            kraken.sell_each_fall(key_of(_BARE), pair, limit=limit, interval_s=INTERVAL_S)
        )
        try:
            yield
        finally:
            trading.cancel()
            await asyncio.gather(trading, return_exceptions=True)


async def _guard_all(room: Room) -> None:
    now = room.base.clock.now()
    async with room.base.database.write() as session:
        for number in range(ROUNDS):
            await guard_rows.save_guard(session, guard_of(room, number), was=None, now=now, cause="measured")


def guard_of(room: Room, number: int) -> Guard:
    """The guard on the coin that only one account holds."""
    account, coin = account_of(number), coin_of(number)
    return Guard(
        guard_id=coin,
        user_id=account.user_id,
        account_id=account.account_id,
        venue=account.venue,
        kind=PositionKind.SPOT,
        direction=Direction.LONG,
        asset=coin,
        symbol=f"{coin}/USD",
        quantity=Decimal(1),
        cost=PRICE,
        currency="USD",
        threshold=_THRESHOLD,
        source=GuardSource.MANUAL,
        created_at=room.base.clock.now(),
    )
