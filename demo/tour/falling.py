"""The steps in which the price falls: nothing at -0.9 %, and the sale at -1.5 % by a price that was pushed."""

import asyncio
from collections.abc import Mapping
from decimal import Decimal

from demo.tour.check import Check, equal, none, true
from demo.tour.reading import block_of, read_number
from demo.tour.records import GuardSeen, IntentSeen, read_guards, read_intents
from demo.tour.scene import ADD_ORDER, CANCEL_ORDER, CONCLUDE_S, OBSERVE_S, TICKER, Moment, Scene
from engine.brokers.paper.book import floor_to
from sandbox.faults import Fault, FaultKind
from sandbox.ladder import ceil_to
from sandbox.tape import Call
from sandbox.world import KRAKEN

_SYMBOL, _PAIR = "ETH/USD", "XETHZUSD"
_ANOTHER_PAIR = "SOLUSD"
_ARRIVING = Decimal("0.5")
_SHALLOW, _DEEP = Decimal("-0.009"), Decimal("-0.015")
_POLL_S = 0.05
#: As /positions says of a price that is pushed.
_LIVE = "Mark, live"
_NOT_POLLED = Fault(kind=FaultKind.HTTP_ERROR_BEFORE, endpoint=TICKER, times=None)


async def hold_still(scene: Scene) -> list[Check]:
    """Let ETH lose 0.9 %: the guard looks and does nothing."""
    start = scene.mark
    before = await _live_position(scene)
    scene.ledger.deposit("ETH", _ARRIVING, at=scene.world.kraken.now())
    _fall(scene, _SHALLOW)
    scene.at(Moment.SHALLOW_FALL)
    looked = await scene.looks(_PAIR)
    result = (await _position(scene)).partition("PnL")[2]
    orders = scene.calls(ADD_ORDER, CANCEL_ORDER, since=start)
    return [
        equal("/positions shows it", expected=Decimal("-0.90"), seen=read_number(result)),
        true("its price is pushed", _LIVE in before, seen=_LIVE),
        true("the guard looks on", looked, seen=f"{TICKER} on the tape"),
        none("no order left the bot", (f"{call.endpoint} {dict(call.params)}" for call in orders)),
    ]


async def sell_the_loser(scene: Scene) -> list[Check]:
    """Let ETH lose 1.5 % while no price can be polled: the guarded coins go, and only these."""
    guard, start = _guard(scene), scene.mark
    before, held = _balances(scene), scene.ledger.held("ETH")
    scene.at(Moment.DEEP_FALL)
    scene.world.faults(KRAKEN).add(_NOT_POLLED)
    pushed_at = scene.world.kraken.now()
    _fall(scene, _DEEP)
    await _intent(scene, OBSERVE_S)
    intent = await _intent(scene, CONCLUDE_S, state="filled")
    scene.world.faults(KRAKEN).clear(TICKER)
    scene.at(Moment.SOLD)
    looked = await scene.looks(_ANOTHER_PAIR)
    lot = scene.world.market.listing(KRAKEN, _SYMBOL).lot
    sold = floor_to(guard.quantity, lot)
    free = before["ETH"] - held
    return [
        equal("there was no dollar at Kraken", expected=Decimal(0), seen=before["USD"]),
        true(
            "an open order held the coins",
            free < guard.quantity,
            seen=f"{free:f} ETH free, {guard.quantity:f} guarded",
        ),
        check_pushed(scene.calls(TICKER, ADD_ORDER, since=start), pushed_at=pushed_at),
        *check_tape(scene.calls(CANCEL_ORDER, ADD_ORDER, since=start), intent, sold),
        *check_coins(before, _balances(scene), sold),
        true("the other guard looks on", looked, seen=f"{TICKER} on the tape"),
    ]


def check_pushed(calls: list[Call], *, pushed_at: float) -> Check:
    """What triggered the sale: no poll brought a price since the fall; pure."""
    statement = "sold by a pushed price, none was polled"
    sales = [call for call in calls if call.endpoint == ADD_ORDER]
    if not sales:
        return true(statement, held=False, seen="no order")
    before = [call for call in calls if call.endpoint == TICKER and call.index < sales[0].index]
    polled = [call for call in before if call.outcome == "ok"]
    return true(statement, not polled, seen=f"{sales[0].at - pushed_at:.2f} s from price to order")


def check_tape(orders: list[Call], intent: IntentSeen, sold: Decimal) -> list[Check]:
    """What left the bot: a cancel, then one sale under the intent's id; pure."""
    cancels = [call for call in orders if call.endpoint == CANCEL_ORDER]
    sales = [call for call in orders if call.endpoint == ADD_ORDER]
    first = sales[0].params if sales else {}
    return [
        true(
            "cancelled before sold",
            cancels and sales and cancels[0].index < sales[0].index,
            seen=" → ".join(call.endpoint for call in orders),
        ),
        equal("exactly one AddOrder", expected=1, seen=len(sales)),
        equal("its id is the intent's", expected=intent.client_order_id, seen=first.get("cl_ord_id")),
        equal(
            "its volume is what was guarded, floored to the lot",
            expected=sold,
            seen=Decimal(first.get("volume", 0)),
        ),
        true(
            "a market sale of ether",
            (first.get("type"), first.get("ordertype"), first.get("pair")) == ("sell", "market", _PAIR),
            seen=first.get("pair"),
        ),
    ]


def check_coins(before: Mapping[str, Decimal], after: Mapping[str, Decimal], sold: Decimal) -> list[Check]:
    """What the sale left alone; pure."""
    others = [asset for asset in before if asset not in {"ETH", "USD"}]
    return [
        equal("unguarded ether is untouched", expected=before["ETH"] - sold, seen=after["ETH"]),
        none("so is everything else", (asset for asset in others if before[asset] != after[asset])),
        true("the dollars came in", after["USD"] > before["USD"], seen=f"${after['USD']:,.2f}"),
    ]


def _fall(scene: Scene, ratio: Decimal) -> None:
    """Put the bid at a result against what the guard cost, never below it."""
    guard, listing = _guard(scene), scene.world.market.listing(KRAKEN, _SYMBOL)
    entry = guard.cost / guard.quantity
    scene.world.set_bid(KRAKEN, _SYMBOL, ceil_to(entry * (1 + ratio), listing.tick))


def _guard(scene: Scene) -> GuardSeen:
    guards = [guard for guard in read_guards(scene.stage.database) if guard.asset == "ETH"]
    if not guards:
        raise LookupError("no guard for ETH in the bot's database")
    return guards[0]


def _balances(scene: Scene) -> dict[str, Decimal]:
    return {asset: scene.ledger.total(asset) for asset in scene.ledger.assets()}


async def _live_position(scene: Scene) -> str:
    """Repeat the command until the stream that was subscribed with the guard is live, and return what it shows."""
    async with asyncio.timeout(OBSERVE_S):
        while True:
            position = await _position(scene)
            if _LIVE in position:
                return position


async def _position(scene: Scene) -> str:
    screen = await scene.ask("/positions", "Positions")
    return block_of(screen.text, f"{_SYMBOL} · Kraken")


async def _intent(scene: Scene, within_s: float, *, state: str = "") -> IntentSeen:
    """Wait until the bot's journal has the exit, in a state if one is given."""
    async with asyncio.timeout(within_s):
        while True:
            for intent in read_intents(scene.stage.database):
                if intent.asset == "ETH" and state in {"", intent.state}:
                    return intent
            await asyncio.sleep(_POLL_S)
