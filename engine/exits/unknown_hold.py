"""What of a position is held although no listed order is known to hold it."""

from dataclasses import dataclass
from decimal import Decimal

from engine.model.errors import BrokerError


@dataclass(frozen=True, slots=True, kw_only=True)
class UnknownHold:
    """So much is not free and cannot be freed by cancelling an order; what is free is sold meanwhile."""

    quantity: Decimal
    #: Why the open orders could not be listed; None where they were, and none of them explains it.
    error: BrokerError | None = None

    def __str__(self) -> str:
        """Return the owner's text for it."""
        quantity = f"{self.quantity.normalize():f}"
        if self.error is None:
            return f"{quantity} of it is held, and no listed order holds it"
        if not self.quantity:
            return f"the open orders cannot be listed: {self.error}"
        return f"{quantity} of it is held, and the open orders cannot be listed: {self.error}"
