"""What is owned and not free: what it is called, and what its owner can do about it."""

from decimal import Decimal

from engine.model.venues import Venue
from handlers.render.html import escape
from handlers.render.numbers import quantity

#: Kraken's `hold_trade` and what Alpaca takes off `qty_available` are open orders' alone; Coinbase's `hold` is not:
#: https://docs.cdp.coinbase.com/api-reference/exchange-api/rest-api/accounts/get-single-account-hold
_HELD = {Venue.COINBASE: "· on hold at Coinbase"}


def held_label(venue: Venue) -> str:
    """Name what open orders reserve, for a row of a table."""
    return _HELD.get(venue, "· held by open orders")


def locked_label(venue: Venue) -> str:
    """Name why a part cannot be sold: Coinbase also lists vaults and balances of its other platforms."""
    return "locked" if venue is Venue.COINBASE else "staked"


def locked_sentence(amount: Decimal, venue: Venue) -> str:
    """Return how much cannot be sold and what to do about it."""
    label = escape(venue.label)
    if venue is Venue.COINBASE:
        return (
            f"{quantity(amount)} cannot be sold here: it is staked, in a vault or on another of {label}'s platforms; "
            f"move it to your spot balance at {label} first"
        )
    return f"{quantity(amount)} is staked; unstake it at {label} first"
