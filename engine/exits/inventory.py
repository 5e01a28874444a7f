"""The readings of one guarded position, from one attempt of its exit to the next."""

from dataclasses import replace
from decimal import Decimal

from engine.brokers.base import Broker
from engine.clock import moment
from engine.exits.context import ExitContext
from engine.exits.exit_quantity import vanished
from engine.exits.next_step import depends_on_trades
from engine.exits.position_reading import PositionReading
from engine.exits.quantity_check import QuantityCheck
from engine.exits.steps import View
from engine.exits.tradability import Tradability
from engine.guards.guard import Guard
from engine.orders.balance_verdict import SendBasis
from engine.orders.intents import Intent, ManualClose


class Inventory:
    """Tracks quantity and free part for one exit; each reading updates what is unconfirmed."""

    def __init__(
        self, guard: Guard, *, context: ExitContext, broker: Broker, tradability: Tradability
    ) -> None:
        self._guard = guard
        self._context = context
        self._broker = broker
        self._tradability = tradability
        self._quantity_check = QuantityCheck()
        #: The last reading, and the one before the last attempt was sent; None when that was not a fresh one.
        self._last: PositionReading | None = None
        self._sent_after: PositionReading | None = None
        #: The reading that the next attempt is based on, fresh or not.
        self._shown: PositionReading | None = None

    async def read(self, *, must_be_fresh: bool = False) -> PositionReading:
        """Read what is there.

        Raises:
            BrokerError: it must be fresh, and the account does not answer.

        """
        return await self._context.availability.read(self._guard, self._broker, must_be_fresh=must_be_fresh)

    async def view(
        self,
        available: PositionReading,
        *,
        price: Decimal,
        manual: ManualClose | None,
        presumed_filled: Decimal | None = None,
    ) -> View:
        """Return what the next step is decided by."""
        self._shown = available
        self._last = available if available.is_fresh and available.owned is not None else None
        expected = await self.expected(manual)
        now_s = self._context.clock.monotonic()
        missing = vanished(expected=expected, owned=available.owned)
        self._quantity_check = self._quantity_check.after(available, missing=missing, now_s=now_s)
        view = View(
            guard=self._guard,
            available=available,
            expected=expected,
            quantity_check=self._quantity_check,
            instrument=await self._tradability.instrument(),
            price=price,
            manual=manual,
            most=self._tradability.pair.most,
            presumed_filled=presumed_filled,
            now_s=now_s,
        )
        if not depends_on_trades(view):
            return view
        is_untraded = await self._context.owner_trades.are_none(self._guard, available, self._broker)
        return replace(view, is_untraded=is_untraded)

    async def free(self, intent: Intent, view: View, guard: Guard) -> View:
        """Cancel the orders that hold what is left of a guard; return what is known after that.

        Raises:
            BrokerError: the orders could not be read.

        """
        freed = await self._context.availability.free(intent, guard, view.available, self._broker)
        self._shown = freed
        return replace(view, available=freed, may_free=False)

    def basis(self, symbol: str, quantity: Decimal) -> SendBasis | None:
        """Return the reading that an order of this quantity through a pair is based on, which leaves now."""
        if self._shown is None:
            return None
        return self._shown.basis(self._guard, symbol, quantity, moment(self._context.clock))

    def note_sent(self) -> None:
        """Remember that an attempt leaves after the last reading."""
        self._sent_after = self._last

    def is_gone(self) -> bool:
        """Return whether nothing is left by all readings; the venue must have refused for funds as well."""
        return self._quantity_check.is_gone(self._context.clock.monotonic())

    def outdate(self, intent: Intent) -> None:
        """Note that what was read before does not hold any more."""
        self._context.reports.outdate(intent.account_id)

    async def expected(self, manual: ManualClose | None) -> Decimal | None:
        """Return how much should be there by what was seen and sold before; None when it was never seen."""
        if manual is not None and manual.there is not None and manual.step is not None:
            # What went before the press was no part of what was shown; a guard of more than that is short of it.
            there = max(manual.there, self._guard.quantity)
            return await self._context.journal.load_changed(self._guard, there, step=manual.step)
        expected = await self._context.journal.load_expected(self._guard)
        return self._sent_after.owned if expected is None and self._sent_after else expected
