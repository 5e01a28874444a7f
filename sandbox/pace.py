"""How slowly a venue works a market order."""

from dataclasses import dataclass
from decimal import Decimal

from engine.brokers.paper.book import Book, floor_to
from engine.brokers.paper.ledger import Ledger, Order


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """Nothing happens for `pending_s`; then the order fills in `parts` equal parts, the last after `over_s` more."""

    pending_s: float = 0.0
    over_s: float = 0.0
    parts: int = 1

    def due(self, quantity: Decimal, lot: Decimal, *, after_s: float) -> Decimal:
        """How much of a quantity is filled so long after it was sent."""
        working_s = after_s - self.pending_s
        if working_s < 0:
            return Decimal(0)
        done = self.parts if working_s >= self.over_s else int(self.parts * working_s / self.over_s)
        return quantity if done == self.parts else floor_to(quantity * done / self.parts, lot)

    def work(self, ledger: Ledger, order: Order, book: Book, *, now: float) -> None:
        """Fill what is due of an accepted order."""
        due = self.due(order.quantity, order.draft.listing.lot, after_s=now - order.opened_at)
        ledger.execute(order.id, book, at=now, most=due - order.filled)
