"""What of a guard is there to be sold: less what its owner sold or moved by hand, as far as readings agree."""

from decimal import Decimal

from engine.clock import Clock
from engine.execution.journal import Journal
from engine.guards.guard import Guard, GuardState, Seen
from engine.instruments import Instrument
from engine.liquidation.belief import Belief
from engine.liquidation.closing import (
    Dust,
    Sell,
    keep_doubtful,
    plan_sale,
    reduce_guard,
    vanished,
    with_vanished,
    without_vanished,
)
from engine.liquidation.stock import Stock
from engine.money import ZERO
from engine.orders import Order


class Claim:
    """Follows what one exit may sell of its guard from one reading to the next."""

    def __init__(self, guard: Guard, *, journal: Journal, clock: Clock) -> None:
        #: As its row says, and less what went by hand since it was last seen.
        self.whole = self.guard = guard
        #: What was there when the guard was last reduced by what went by hand.
        self.seen: Seen | None = None
        self.belief = Belief(clock)
        self._gone = ZERO
        #: Whether that is what one reading says and no other has confirmed.
        self._is_doubtful = False
        self._journal = journal

    def go_by(self, guard: Guard) -> None:
        """Take the guard as its row says, which may have changed since it was judged."""
        self.whole = self.guard = guard

    @property
    def went_by_hand(self) -> bool:
        """Tell whether nothing of what was guarded is left."""
        return self.guard.state is GuardState.CLOSED

    async def find_gone(self, stock: Stock) -> Decimal:
        """Return how much less is there than should be; zero where nothing is known."""
        expected = await self._journal.load_expected(self.whole)
        return vanished(expected=expected, owned=stock.owned)

    async def reduce(
        self, stock: Stock, *, instrument: Instrument | None, price: Decimal, may_part: bool
    ) -> bool:
        """Take off what went by hand; False when nothing can be sold before more readings agree.

        With `may_part` what is there in any case goes at once; the rest stays guarded until then.
        """
        gone = await self.find_gone(stock)
        is_certain = self.belief.is_short(stock, gone) is not None
        self._gone, self.seen, self._is_doubtful = gone, None, not is_certain
        if gone and is_certain and stock.owned is not None and stock.at is not None:
            self.seen = Seen(quantity=stock.owned, at=stock.at)
        self.guard = without_vanished(self.whole, gone)
        if is_certain:
            return True
        if may_part and stock.owned is not None and isinstance(self.plan(None, instrument, price), Sell):
            return True
        self.guard = self.whole
        return False

    def plan(self, there: Decimal | None, instrument: Instrument | None, price: Decimal) -> Sell | Dust:
        """Decide the quantity of the next order."""
        return plan_sale(guarded=self.guard.quantity, there=there, instrument=instrument, price=price)

    def rest_after(
        self, order: Order, *, instrument: Instrument | None, price: Decimal
    ) -> tuple[Guard, Dust | None]:
        """Return what stays guarded after an order's fills, and what is told as not sold."""
        if self._is_doubtful:
            return keep_doubtful(self.whole, order, self._gone)
        rest, dust = reduce_guard(self.guard, order, instrument=instrument, price=price)
        return rest, with_vanished(dust, self._gone)
