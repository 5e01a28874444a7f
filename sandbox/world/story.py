"""The owner of the demo: prices, and what they hold where, with every trap that real accounts have."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal

from sandbox.catalogue import ALPACA, COINBASE, KRAKEN
from sandbox.world.opening import Bought, Opening, Resting

PRICES: Mapping[str, Decimal] = {
    "BTC": Decimal(64_000),
    "ETH": Decimal(3_200),
    "SOL": Decimal(150),
    # A bid of exactly 0.414: 17.2 % below what was paid.
    "ADA": Decimal("0.4142076"),
    "XRP": Decimal("0.60"),
    "DOGE": Decimal("0.15"),
    "USDT": Decimal("0.9998"),
    "USDC": Decimal(1),
    "EUR": Decimal("1.08"),
    "AAPL": Decimal(230),
}

#: No dollars; the guarded coins lie under an open order; one coin has no price, one is below its minimum.
_AT_KRAKEN = Opening(
    purchases=(
        Bought(symbol="ETH/USD", quantity=Decimal("1.25"), price=Decimal(3_208), days_ago=40),
        Bought(symbol="ADA/USD", quantity=Decimal("1043.5"), price=Decimal("0.5"), days_ago=25),
        Bought(symbol="SOL/USD", quantity=Decimal(20), price=Decimal(120), days_ago=60),
    ),
    deposits={
        "USDT.F": Decimal("812.50"),
        "USDT": Decimal(40),
        "EUR": Decimal(25),
        "BTC": Decimal("0.05"),
        "ETH.S": Decimal("0.75"),
        "DOGE": Decimal(12),
        "SGB": Decimal(1_000),
    },
    # Leaves a quantity with more decimals than an order may have.
    withdrawals={"ETH": Decimal("0.0123456789")},
    orders=(Resting(symbol="ETH/USD", quantity=Decimal("1.2"), limit=Decimal(3_900)),),
)

#: Together less than $50; with two accounts on a page, half of it is on the second.
_AT_COINBASE = Opening(
    purchases=(Bought(symbol="XRP/USD", quantity=Decimal(10), price=Decimal("0.55")),),
    deposits={"USD": Decimal("31.20"), "DOGE": Decimal(20), "USDT": Decimal(4)},
    orders=(Resting(symbol="XRP/USD", quantity=Decimal(6), limit=Decimal("0.90")),),
)

_AT_ALPACA = Opening(
    purchases=(
        Bought(symbol="BTC/USD", quantity=Decimal("0.004"), price=Decimal(62_000)),
        Bought(symbol="AAPL/USD", quantity=Decimal(2), price=Decimal(225)),
    ),
    deposits={"USD": Decimal(640)},
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """Where everything stands when the curtain rises."""

    prices: Mapping[str, Decimal] = field(default_factory=lambda: PRICES)
    #: by venue; a venue without one has an empty account
    openings: Mapping[str, Opening] = field(default_factory=dict)
    #: how many accounts Coinbase shows on a page
    coinbase_page_size: int | None = 2

    def with_opening(self, venue: str, opening: Opening) -> "Story":
        """The same story with another account at one venue."""
        return replace(self, openings={**self.openings, venue: opening})


DEMO_STORY = Story(openings={KRAKEN: _AT_KRAKEN, COINBASE: _AT_COINBASE, ALPACA: _AT_ALPACA})
