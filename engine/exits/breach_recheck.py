"""Whether an exit that did not get through at once is still needed by the price of now."""

from decimal import Decimal

from engine.exits.context import ExitContext
from engine.guards.guard import Guard

#: An exit taken up after a start goes without a price of now if there is none by then.
FIRST_PRICE_S = 10.0
FIRST_PRICE_POLL_S = 0.1


class BreachRecheck:
    """Judges one exit anew before each attempt."""

    def __init__(self, guard: Guard, *, context: ExitContext, began_before: bool) -> None:
        self._guard = guard
        self._context = context
        #: Whether the watch has not seen it in this life of the process yet.
        self._is_unjudged = began_before
        #: Whether the price had come back when it was last known.
        self._is_unneeded = False

    async def is_unneeded(self) -> bool:
        """Return whether the price has come back.

        Without a price now the last one holds: what was not to be sold then is not sold blindly.
        """
        await self._await_price()
        breached = self._context.guard_marks.is_breached(self._guard)
        self._is_unneeded = breached is False or (breached is None and self._is_unneeded)
        return self._is_unneeded

    async def price(self) -> Decimal | None:
        """Return the price of now; None without one."""
        await self._await_price()
        return self._context.guard_marks.price_of(self._guard)

    async def _await_price(self) -> None:
        """Give the watch a moment to judge an exit that it has not seen yet."""
        give_up_at = self._context.clock.monotonic() + FIRST_PRICE_S
        while self._is_unjudged and self._context.clock.monotonic() < give_up_at:
            if self._context.guard_marks.is_breached(self._guard) is not None:
                break
            await self._context.clock.sleep(FIRST_PRICE_POLL_S)
        self._is_unjudged = False
