"""A Kraken account with six guarded coins, some of them under an open order, and more of each that is not guarded."""

from dataclasses import dataclass
from decimal import ROUND_DOWN, Decimal

from engine.model.orders import Side
from sandbox.world import KRAKEN, Bought, Opening, Resting, SandboxWorld, Story

_FALL = Decimal("0.985")


@dataclass(frozen=True, slots=True, kw_only=True)
class Coin:
    """One position: bought a little above its price, with twice as much beside it that came from elsewhere."""

    asset: str
    guarded: Decimal
    entry: Decimal
    #: most of it lies under an order to sell, which an exit has to cancel first
    is_held: bool

    @property
    def symbol(self):
        return f"{self.asset}/USD"

    @property
    def total(self):
        return 3 * self.guarded


COINS = tuple(
    Coin(asset=asset, guarded=Decimal(guarded), entry=Decimal(entry), is_held=is_held)
    for asset, guarded, entry, is_held in (
        ("ETH", "1", "3208", True),
        ("SOL", "10", "150.3", True),
        ("BTC", "0.1", "64160.0", False),
        ("XRP", "1000", "0.6015", False),
        ("DOGE", "5000", "0.1504", True),
        ("ADA", "1043.5", "0.4152", True),
    )
)


def a_world_of_coins():
    opening = Opening(
        purchases=tuple(Bought(symbol=c.symbol, quantity=c.guarded, price=c.entry) for c in COINS),
        deposits={c.asset: 2 * c.guarded for c in COINS},
        orders=tuple(
            Resting(symbol=c.symbol, quantity=c.guarded * Decimal("2.5"), limit=2 * c.entry)
            for c in COINS
            if c.is_held
        ),
    )
    return SandboxWorld(venues=[KRAKEN], story=Story(openings={KRAKEN: opening}))


def fall(world, coin):
    """Put a coin 1.5 % below its cost."""
    tick = world.market.listing(KRAKEN, coin.symbol).tick
    world.set_bid(KRAKEN, coin.symbol, (coin.entry * _FALL).quantize(tick, ROUND_DOWN))


def sold(world, coin):
    """How much of a coin was sold, in all."""
    fills = (fill for fill in world.ledger(KRAKEN).fills if fill.listing.symbol == coin.symbol)
    return sum((fill.quantity for fill in fills if fill.side is Side.SELL), Decimal(0))
