"""Pure: what of a guard an exit sells, less what its owner sold or moved by hand."""

from dataclasses import dataclass
from decimal import Decimal

from engine.exits.closing import Dust, keep_doubtful, reduce_guard, with_vanished
from engine.guards.guard import Guard, Seen
from engine.model.instruments import Instrument
from engine.model.money import ZERO
from engine.model.orders import Order


@dataclass(frozen=True, slots=True, kw_only=True)
class ExitQuantity:
    """How much of a guard is there to be sold, by what the readings so far prove."""

    #: The guard as its row says.
    whole: Guard
    #: What is sold of it.
    guard: Guard
    #: What went by hand.
    gone: Decimal = ZERO
    #: What is there, when the guard is reduced by what went by hand.
    seen: Seen | None = None
    #: Whether that is what one reading says and no other has confirmed.
    is_doubtful: bool = False

    @classmethod
    def all_of(cls, guard: Guard) -> "ExitQuantity":
        """Claim the whole, of which nothing is known to have gone."""
        return cls(whole=guard, guard=guard)

    def rest_after(
        self, order: Order, *, instrument: Instrument | None, price: Decimal
    ) -> tuple[Guard, Dust | None]:
        """Return what stays guarded after an order's fills, and what is told as not sold."""
        if self.is_doubtful:
            return keep_doubtful(self.whole, order, self.gone)
        rest, dust = reduce_guard(self.guard, order, instrument=instrument, price=price)
        return rest, with_vanished(dust, self.gone)
