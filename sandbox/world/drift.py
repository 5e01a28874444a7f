"""A market that breathes: small seeded moves around where the prices were put, never far from there."""

import random
from decimal import Decimal

from sandbox.market import Market

#: Far from any guard: what was quiet a minute ago is quiet now.
BREATH = Decimal("0.001")
_STEPS = 1_000


class Drift:
    """Moves one asset at a time; an anchor moves only when somebody moves it."""

    def __init__(
        self, market: Market, assets: tuple[str, ...], *, seed: int, breath: Decimal = BREATH
    ) -> None:
        self._market = market
        self._assets = assets
        self._breath = breath
        self._draw = random.Random(seed)
        self._anchors = {asset: price for asset in assets if (price := market.price(asset)) is not None}

    def step(self) -> None:
        """Let one asset breathe."""
        asset = self._draw.choice(self._assets)
        shift = self._breath * self._draw.randint(-_STEPS, _STEPS) / _STEPS
        self._market.set_price(asset, self._anchors[asset] * (1 + shift))

    def put(self, asset: str, usd: Decimal) -> Decimal:
        """Move an anchor and the price with it."""
        if asset in self._anchors:
            self._anchors[asset] = usd
        self._market.set_price(asset, usd)
        return usd

    def move(self, asset: str, ratio: Decimal) -> Decimal:
        """Move an asset by a fraction of its anchor."""
        known = self._anchors.get(asset) or self._market.price(asset)
        if known is None:
            raise LookupError(f"{asset} has no price here")
        return self.put(asset, known * (1 + ratio))
