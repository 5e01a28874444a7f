"""Other pairs of a bitcoin and what they show."""

from decimal import Decimal

from engine.model.venues import Venue

D = Decimal
NOT_AVAILABLE = "account is not available"


def products(room):
    return [call.params["product_id"] for call in room.sent("orders", venue=Venue.COINBASE)]
