"""What a line of an export says of the purchases that a disposal used up."""

from decimal import ROUND_HALF_UP, Decimal

from engine.model.money import exact
from engine.model.movements import paid_in
from engine.statements.lots import LotUse, Matching

_PLACES = Decimal("1e-8")


def fifo_text(matching: Matching | None) -> str:
    """Name the purchases that were used up, first in, first out, and the gain where it is known; empty of a purchase."""
    if matching is None:
        return ""
    parts = [f"{_use(use, matching.asset)}" for use in matching.uses]
    if matching.unmatched:
        parts.append(f"{_plain(matching.unmatched)} {matching.asset} without a known purchase")
    if matching.gain is not None:
        parts.append(f"gain {_plain(matching.gain)} {paid_in(matching.asset, matching.fill)}")
    return f"FIFO: {'; '.join(parts)}"


def _use(use: LotUse, asset: str) -> str:
    return f"{_plain(use.quantity)} {asset} of {use.bought_at:%Y-%m-%d} for {_plain(use.cost)} {use.currency} (trade {use.trade_id})"


def _plain(amount: Decimal) -> str:
    """Write an amount to eight places without zeros at its end."""
    with exact():
        rounded = amount.quantize(_PLACES, ROUND_HALF_UP).normalize()
    return f"{rounded:f}"
