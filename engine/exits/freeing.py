"""Pure: which open orders an exit cancels, how much that frees, and what of a hold nothing explains."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from decimal import Decimal

from engine.exits.position_reading import PositionReading
from engine.exits.release_plan import coming_back, held_by, plan_release
from engine.guards.guard import Guard
from engine.model.errors import BrokerError
from engine.model.failing_reasons import UnknownHold
from engine.model.holdings import Holding
from engine.model.money import ZERO, exact
from engine.model.orders import OpenOrders, Order
from engine.orders.our_orders import OurOrders


def without_list(available: PositionReading, error: BrokerError) -> PositionReading | None:
    """Return what is sold although the open orders cannot be listed; None where nothing can be before they are."""
    held = available.held or ZERO
    if not available.free and held > ZERO:
        return None
    # Nobody needs the list to sell what no order holds.
    return replace(available, unknown_hold=UnknownHold(quantity=held, error=str(error)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Freeing:
    """What is known of a guarded quantity when the orders that hold it are to be cancelled."""

    guard: Guard
    available: PositionReading
    opened: OpenOrders
    known: OurOrders
    #: Whether orders were cancelled for this exit before.
    was_cancelling: bool

    @property
    def own_order(self) -> Order | None:
        """Return the exit's own order if it is open: that has what is to be sold on sale already."""
        return next((order for order in self.opened.orders if self.known.is_of_intent(order)), None)

    @property
    def plan(self) -> tuple[Order, ...]:
        """Return the fewest orders whose cancelling frees enough."""
        # What another exit of ours has on sale is no order of the owner's, and selling already.
        others = (order for order in self.opened.orders if not self.known.is_ours(order))
        return plan_release(self.guard.asset, needed=self.guard.quantity, free=self._free, open_orders=others)

    def expect(self, failed: Iterable[Order]) -> "Expected":
        """Return what is released once those of the plan are cancelled that did not fail to be."""
        failed = tuple(failed)
        ours = (
            order
            for order in self.opened.orders
            if self.known.is_ours(order) and order.held_asset == self.guard.asset
        )
        staying = held_by((*ours, *failed))
        coming = coming_back(
            (order for order in self.plan if order not in failed),
            held=self.available.held or ZERO,
            staying=staying,
            # What an order held that was cancelled before may still be on its way back.
            is_all=self.was_cancelling and not self.opened.unreadable,
        )
        with exact():
            return Expected(
                staying=staying, coming=coming, free=min(self.guard.quantity, self._free + coming)
            )

    def judge(
        self, after: PositionReading, expected: "Expected", released: Holding | None
    ) -> PositionReading:
        """Return what may be sold by the holding of after the release; None where no answer came in time."""
        if released is None:
            # Try with what should be there: the venue refuses what is not.
            return replace(after, free=expected.free)
        unknown = self._unexplained(expected, released)
        owned = self.available.owned
        return replace(
            after,
            free=released.free,
            unknown_hold=UnknownHold(quantity=unknown) if unknown else None,
            # Nothing else explains the hold, so the status that says that they hold nothing may be wrong.
            unreadable=self.opened.over if unknown else after.unreadable,
            # One of those that were cancelled filled first, or its owner sold some of it otherwise.
            is_overtaken=owned is not None and released.total < owned,
        )

    @property
    def _free(self) -> Decimal:
        return self.available.free or ZERO

    def _unexplained(self, expected: "Expected", released: Holding) -> Decimal:
        """Return how much is held although no order can be that holds it; zero where one may."""
        if expected.coming or self.was_cancelling or self.opened.unreadable:
            return ZERO
        with exact():
            return max(released.held - expected.staying, ZERO)


@dataclass(frozen=True, slots=True, kw_only=True)
class Expected:
    """What cancelling some orders is to free."""

    #: What orders hold that stay.
    staying: Decimal
    #: What is on its way back.
    coming: Decimal
    #: How much of what is to be sold is free then.
    free: Decimal

    @property
    def awaited(self) -> Decimal:
        """Return how much must be free before the exit goes on; zero where nothing comes back."""
        return self.free if self.coming else ZERO
