"""Steps that only look: /balance against the ledgers, /route against the rule of $50."""

from decimal import ROUND_FLOOR, ROUND_HALF_UP, Decimal

from demo.tour.check import Check, equal, none, true
from demo.tour.reading import CENT, Figures, block_of, read_balance, read_number, to_the_cent
from demo.tour.scene import ADD_ORDER, Moment, Scene
from sandbox.telegram import ChatMessage
from sandbox.world import ALPACA, COINBASE, KRAKEN

#: How each venue's tape names the request that places an order.
_PLACING = {KRAKEN: ADD_ORDER, COINBASE: "orders", ALPACA: "POST /v2/orders"}
_MOST_TRIES = 5


async def show_true_balances(scene: Scene) -> list[Check]:
    """Compare every figure of /balance with the ledgers."""
    screen = await _complete_balance(scene)
    shown = read_balance(screen.text)
    expected = {venue: to_the_cent(scene.world.expected_balance(venue)) for venue in scene.world.venues}
    ledger, pages = scene.ledger, scene.world.tape(COINBASE).calls("accounts")
    return [
        *(_same(venue, figures, shown.get(venue)) for venue, figures in expected.items()),
        equal(
            "the total is the sum of the three",
            expected=_sum_of_all(scene),
            seen=_grand_total(screen.text),
        ),
        true("Kraken's sums hold USDT.F", ledger.total("USDT.F"), seen=f"{ledger.total('USDT.F')} USDT.F"),
        true("… and staked ether", ledger.total("ETH.S"), seen=f"{ledger.total('ETH.S')} ETH.S"),
        true("… and what an open order holds", ledger.held("ETH"), seen=f"{ledger.held('ETH')} ETH held"),
        equal("one coin has no price and is named", expected=("SGB",), seen=shown[KRAKEN].unpriced),
        true(
            "Coinbase's second page was read",
            any(call.params.get("cursor") for call in pages),
            seen=f"{len(pages)} pages asked for",
        ),
    ]


async def leave_coinbase_out(scene: Scene) -> list[Check]:
    """Request a route and hold the reason against Coinbase's ledger."""
    scene.at(Moment.ROUTE_REQUESTED)
    screen = await scene.ask("/route BTC 30", "Route")
    chosen = next(
        (line for line in screen.text.splitlines() if line.startswith("Chosen: ")), "nothing chosen"
    )
    block = block_of(screen.text, "Coinbase\nNot chosen")
    equity = scene.world.expected_balance(COINBASE).total
    orders = (call for venue, name in _PLACING.items() for call in scene.world.tape(venue).calls(name))
    return [
        true("a broker is chosen, and it is not Coinbase", "Coinbase" not in chosen, seen=chosen),
        true("Coinbase is left out because of $50", "under $50.00" in block, seen=block.splitlines()[1]),
        equal(
            "the equity named is the ledger's",
            expected=equity.quantize(CENT, ROUND_FLOOR),
            seen=_named_equity(block),
        ),
        none("no order was placed anywhere", orders),
    ]


async def _complete_balance(scene: Scene) -> ChatMessage:
    """Repeat the command until every broker has answered in time; right after the start one may not have."""
    for _ in range(_MOST_TRIES):
        screen = await scene.ask("/balance", "Balance")
        if "did not answer" not in screen.text and "no figures yet" not in screen.text:
            return screen
    return screen


def _same(venue: str, expected: Figures, shown: Figures | None) -> Check:
    statement = f"{venue.capitalize()} is right to the cent"
    if shown != expected:
        return Check(statement=statement, held=False, seen=f"{shown}, the ledger says {expected}")
    held = f", of which ${shown.held:,} on hold" if shown.held else ""
    seen = f"${shown.total:,} = ${shown.available:,} available + ${shown.locked:,} in positions{held}"
    return Check(statement=statement, held=True, seen=seen)


def _named_equity(block: str) -> Decimal | None:
    _, named, after = block.partition("its equity of ")
    return read_number(after) if named else None


def _sum_of_all(scene: Scene) -> Decimal:
    totals = (scene.world.expected_balance(venue).total for venue in scene.world.venues)
    return sum(totals, Decimal(0)).quantize(CENT, ROUND_HALF_UP)


def _grand_total(text: str) -> Decimal:
    head = text.partition("\n\n")[0]
    return read_number(head.partition("Total equity")[2])
