"""Pressing the buttons of offers to guard."""

from decimal import Decimal

from engine.alerts.messages import FirstContact
from sandbox.world import OWNER_ID, Bought, Opening

ETH = Bought(symbol="ETH/USD", quantity=Decimal(2), price=Decimal(3_100))
SOL = Bought(symbol="SOL/USD", quantity=Decimal(10), price=Decimal(200))
HOLDINGS = Opening(
    purchases=(ETH, SOL),
    deposits={"BTC": Decimal("0.05"), "DOGE": Decimal(12), "USD": Decimal(100), "ETH.S": Decimal(1)},
)


def service(room):
    return room.engine.guards


def button(offer, kind, subject=None):
    [found] = [c for c in offer.choices if c.kind is kind and subject in {None, c.subject}]
    return found.confirmation_id


async def press(room, offer, kind, subject=None):
    return await service(room).confirm(OWNER_ID, button(offer, kind, subject))


async def first_offer(room):
    [alert] = await room.alerts(FirstContact)
    return alert.offer


def armed(outcome):
    return {guard.asset: (guard.quantity, guard.cost, guard.source) for guard in outcome.guards}
