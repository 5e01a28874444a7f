"""Kraken in a process of its own, with as many accounts as are asked for; it times what prices set off.

`python -m bench.venue ACCOUNTS COINS DELAY_S` prints its address. Every account has one key, some bitcoin
and ether; the first COINS of them hold a coin that nobody else holds. A line on its input that names a coin lets it fall; when
the sale has come in, it answers with the milliseconds until the price was asked for, and from there until the
order arrived; after the word `push`, with the milliseconds until the order arrived. `last` is answered with the moment
at which the latest order had come in, and a line with a number with the moment at which that many orders had come in, by the
monotonic clock that all processes share.
"""

import asyncio
import base64
import hashlib
import sys
import time
from collections.abc import Iterable
from decimal import Decimal

from engine.brokers.paper.book import Listing
from sandbox.catalogue import listings_of
from sandbox.faults import Fault, FaultKind
from sandbox.kraken import KrakenServer
from sandbox.kraken.names import pair_names
from sandbox.market import Market
from sandbox.world import KRAKEN

PRICE, FALLEN = Decimal(100), Decimal("98.5")
#: As long as Kraken's are.
SECRET = base64.b64encode(hashlib.sha512(b"opens nothing but this stand-in").digest()).decode()
_KEY_BYTES = 42
_MAX_WAIT_S = 20.0
_MS = 1_000
_PRICES = {"BTC": Decimal(64_000), "ETH": Decimal(3_200)}
_SHARED = {"BTC": Decimal("0.01"), "ETH": Decimal("0.2"), "USD": Decimal(100)}


def key_of(number: int) -> str:
    """The API key of an account."""
    return base64.b64encode(hashlib.sha512(f"key {number}".encode()).digest()[:_KEY_BYTES]).decode()


def coin_of(number: int) -> str:
    """The coin that only this account holds."""
    return f"C{number:03}"


def pair_of(coin: str) -> str:
    """Kraken's id of the coin against dollars."""
    return pair_names(_listing(coin)).id


def open_kraken(*, accounts: int, coins: int, delay_s: float) -> KrakenServer:
    """A Kraken with its accounts; `delay_s` stands for the network."""
    market = Market(now=time.time)
    own = [coin_of(number) for number in range(coins)]
    for listing in (*listings_of(KRAKEN), *map(_listing, own)):
        market.add(listing)
    for asset, price in {**_PRICES, **dict.fromkeys(own, PRICE)}.items():
        market.set_price(asset, price)
    server = KrakenServer(market=market)
    for number in range(accounts):
        account = server.add_account(key=key_of(number), secret=SECRET)
        amounts = {**_SHARED, coin_of(number): Decimal(1_000)} if number < coins else _SHARED
        for asset, amount in amounts.items():
            account.ledger.deposit(asset, amount, at=time.time())
    if delay_s:
        server.faults.add(Fault(kind=FaultKind.DELAY_BEFORE, times=None, delay_s=delay_s))
    return server


async def time_fall(server: KrakenServer, coin: str) -> tuple[float, float]:
    """Let a coin fall until it is sold; return the waiting and the path in milliseconds."""
    sold = len(server.tape.calls("AddOrder"))
    server.market.set_price(coin, FALLEN)
    fell_at = time.monotonic()
    order = (await server.tape.wait_for("AddOrder", sold + 1, timeout_s=_MAX_WAIT_S))[-1]
    requested_at = max(
        call.monotonic
        for call in server.tape.calls("Ticker")
        if call.index < order.index and pair_of(coin) in call.params["pair"].split(",")
    )
    server.market.set_price(coin, PRICE)
    return (requested_at - fell_at) * _MS, (order.monotonic - requested_at) * _MS


async def time_order(server: KrakenServer, count: int) -> tuple[float]:
    """Wait for the order of this number and return when it came in, in monotonic seconds."""
    orders = await server.tape.wait_for("AddOrder", count, timeout_s=_MAX_WAIT_S)
    return (orders[count - 1].monotonic,)


async def time_push(server: KrakenServer, coin: str) -> tuple[float]:
    """Let a coin fall until it is sold; return the milliseconds until the order came in."""
    sold = len(server.tape.calls("AddOrder"))
    fell_at = time.monotonic()
    server.market.set_price(coin, FALLEN)
    order = (await server.tape.wait_for("AddOrder", sold + 1, timeout_s=_MAX_WAIT_S))[-1]
    server.market.set_price(coin, PRICE)
    return ((order.monotonic - fell_at) * _MS,)


async def answer(server: KrakenServer, line: str) -> tuple[float, ...]:
    """Do what a line says."""
    command, _, coin = line.partition(" ")
    if command == "push":
        return await time_push(server, coin)
    if command == "last":
        return (server.tape.calls("AddOrder")[-1].monotonic,)
    return await time_order(server, int(line)) if line.isdigit() else await time_fall(server, line)


async def serve(server: KrakenServer, lines: asyncio.StreamReader) -> None:
    """Serve until the input ends."""
    async with server:
        _say(server.url)
        async for line in lines:
            _say(*await answer(server, line.decode().strip()))


def _say(*text: object) -> None:
    sys.stdout.write(" ".join(map(str, text)) + "\n")
    sys.stdout.flush()


def _listing(coin: str) -> Listing:
    return Listing(
        venue=KRAKEN,
        symbol=f"{coin}/USD",
        base=coin,
        quote="USD",
        tick=Decimal("0.01"),
        lot=Decimal("0.00000001"),
        minimum_quantity=Decimal("0.01"),
    )


async def main(arguments: Iterable[str]) -> None:
    accounts, coins, delay_s = arguments
    lines = asyncio.StreamReader()
    await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(lines), sys.stdin)
    server = open_kraken(accounts=int(accounts), coins=int(coins), delay_s=float(delay_s))
    await serve(server, lines)


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1:]))
