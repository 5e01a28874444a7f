"""Fills of attempts that were given up as closed without a fill: told as what they are, sales of NIJA."""

from dataclasses import replace

import structlog
from sqlmodel.ext.asyncio.session import AsyncSession

from engine.alerts.outbox import append_alert
from engine.clock import Clock
from engine.execution.intents import Intent
from engine.execution.order_readings import settled_by_trades
from engine.execution.states import client_order_id
from engine.execution.unproven import orders_of_attempts
from engine.guards.guard import Guard
from engine.liquidation.closing import describe_exit
from engine.money import ZERO
from engine.orders import Fill, Order, OrderStatus, VenueOrderId
from engine.storage.database import Database
from engine.storage.repositories import fills as fill_rows
from engine.storage.repositories import guards, intents
from engine.venues import Account

log = structlog.get_logger(__name__)


class LateFills:
    """Looks for them among the fills of an account, once its exit is over: before, the exit seeks them itself."""

    def __init__(self, *, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def tell(self, account: Account) -> None:
        """Tell every fill of an attempt that its exit did not end with; each quantity is told once."""
        async with self._database.read() as session:
            late = await intents.load_filled_after_giving_up(session, account.account_id)
        for intent, order_id in late:
            await self._tell(intent, VenueOrderId(order_id))

    async def _tell(self, intent: Intent, order_id: VenueOrderId) -> None:
        async with self._database.write() as session:
            guard = await guards.load_guard(session, intent.guard_id) if intent.guard_id else None
            if guard is None or intent.trigger is None:
                return
            await self._append(session, intent, guard, order_id)

    async def _append(
        self, session: AsyncSession, intent: Intent, guard: Guard, order_id: VenueOrderId
    ) -> None:
        fills = await fill_rows.load_order_fills(session, intent.account_id, order_id)
        attempt = orders_of_attempts(intent.venue, await intents.load_steps(session, intent.intent_id))[
            order_id
        ]
        order = _order(intent, attempt, order_id, fills)
        message = describe_exit(
            replace(intent, client_order_id=client_order_id(intent.intent_id, attempt)),
            guard,
            order,
            cancelled=(),
            dust=None,
            found_later=True,
            heard_at=self._clock.now(),
        )
        is_new = await append_alert(
            session,
            message,
            user_id=intent.user_id,
            account_id=intent.account_id,
            dedup_key=f"late_fill:{intent.intent_id}:{attempt}:{order.filled_quantity.normalize():f}",
            now=self._clock.now(),
        )
        if is_new:
            log.critical(
                "an order that was told as closed without a fill has filled",
                order=order_id,
                client_order_id=order.client_order_id,
                filled=f"{order.filled_quantity:f}",
            )


def _order(intent: Intent, attempt: int, order_id: VenueOrderId, fills: tuple[Fill, ...]) -> Order:
    """Return the order that these fills add up to."""
    bare = Order(
        venue_order_id=order_id,
        client_order_id=client_order_id(intent.intent_id, attempt),
        symbol=fills[0].symbol,
        side=intent.side,
        status=OrderStatus.CANCELED,
        quantity=sum((fill.quantity for fill in fills), ZERO),
        filled_quantity=ZERO,
        cost=None,
        fee=None,
        fee_asset=None,
    )
    return settled_by_trades(bare, fills, bare.quantity)
