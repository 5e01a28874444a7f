"""What a fill does to one asset: the base it trades, the quote it is paid in, or the fee it takes."""

from collections.abc import Callable
from datetime import datetime
from decimal import Decimal

from engine.model.money import ZERO, exact
from engine.model.orders import Fill, Side

#: The most that a venue takes of what is bought and books hours later (https://docs.alpaca.markets/docs/crypto-fees).
BOOKED_LATER_RATIO = Decimal("0.0025")


def change_of(asset: str, fill: Fill) -> Decimal:
    """Return by how much a fill changed the owned quantity of an asset, its fee included."""
    with exact():
        bought = fill.quantity if fill.side is Side.BUY else -fill.quantity
        change = ZERO
        if fill.base == asset:
            change += bought
        if fill.quote == asset:
            change -= bought * fill.price
        if fill.fee_asset == asset and fill.fee is not None:
            change -= fill.fee
        return change


def concerns(asset: str, fill: Fill) -> bool:
    """Return whether a fill changed what is owned of an asset; leveraged ones and derivatives do not."""
    # Earlier versions stored fills of Coinbase's derivatives as pairs: BTC/PERP/INTX.
    is_spot = not fill.margin and "/" not in fill.quote
    return is_spot and asset in {fill.base, fill.quote, fill.fee_asset}


def chronological(asset: str) -> Callable[[Fill], tuple[datetime, bool, str]]:
    """Return a sort key, oldest first."""
    # Of one instant, what was bought comes first: nothing can be sold before.
    return lambda fill: (fill.at, change_of(asset, fill) <= ZERO, fill.trade_id)


def is_purchase(asset: str, fill: Fill) -> bool:
    """Return whether a fill brought some of an asset, against payment."""
    side = Side.BUY if fill.base == asset else Side.SELL
    return asset in {fill.base, fill.quote} and fill.side is side and change_of(asset, fill) > ZERO


def paid_in(asset: str, fill: Fill) -> str:
    """Return what was given for a purchase."""
    return fill.quote if fill.base == asset else fill.base
