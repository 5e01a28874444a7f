"""What one venue answers with keeps no loser of another from being sold, however long it is and whatever it holds."""

from decimal import Decimal

import pytest

from engine.model.orders import Side
from sandbox.catalogue import COINBASE
from sandbox.faults import Fault, FaultKind
from sandbox.world import KRAKEN, Bought, Opening, SandboxWorld, Story
from tests.acceptance.ether import OPENING, introduced, until

XRP = Bought(symbol="XRP/USD", quantity=Decimal(100), price=Decimal("0.6"))


@pytest.mark.fault("V138")
@pytest.mark.parametrize(
    ("kind", "status", "body"),
    [
        pytest.param(
            FaultKind.HTTP_ERROR_BEFORE,
            503,
            f'{{"error":["://{":" * 200_000}"]}}',
            id="what might be a login without end",
        ),
        pytest.param(FaultKind.WRONG_BODY, 200, f"[{'[],' * (10 << 20)}[]]", id="millions of values"),
    ],
)
async def test_a_loser_at_coinbase_is_sold_whatever_kraken_answers(open_bot, kind, status, body):
    world = SandboxWorld(
        venues=[KRAKEN, COINBASE],
        story=Story(openings={KRAKEN: OPENING, COINBASE: Opening(purchases=(XRP,))}),
    )
    stage = await open_bot(world, NIJA_GUARD_EXISTING="all")
    await introduced(stage, "XRP")
    world.faults(KRAKEN).add(Fault(kind=kind, endpoint="Ticker", times=None, body=body, status=status))
    seen = len(world.tape(KRAKEN).calls("Ticker"))
    await until(lambda: len(world.tape(KRAKEN).calls("Ticker")) > seen + 2)

    world.set_bid(COINBASE, "XRP/USD", Decimal("0.591"))

    await until(lambda: any(fill.side is Side.SELL for fill in world.ledger(COINBASE).fills))
