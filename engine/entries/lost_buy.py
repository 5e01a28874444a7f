"""Settle a buy whose answer was lost: until its order is found, or it certainly does not arrive any more."""

from decimal import Decimal

from engine.accounts.reports import Reports
from engine.brokers.base import Broker
from engine.clock import Clock
from engine.model.errors import BrokerError
from engine.model.instruments import quote_of
from engine.model.money import ZERO, exact
from engine.model.orders import OpenOrders
from engine.orders.balance_verdict import BalanceState, BalanceVerdict, judge_balance
from engine.orders.intents import Intent
from engine.orders.journal import Journal
from engine.orders.lookup import Found
from engine.orders.settling import Settler

#: Between two looks for a request that may still arrive.
LATE_LOOK_S = 5.0


class LostBuy:
    """Looks one buy up; it is never sent again."""

    def __init__(
        self, *, journal: Journal, settler: Settler, broker: Broker, reports: Reports, clock: Clock
    ) -> None:
        self._journal = journal
        self._settler = settler
        self._broker = broker
        self._reports = reports
        self._clock = clock
        #: When the venue last answered a query for it and did not show it.
        self._looked_at: float | None = None

    async def settle(self, intent: Intent) -> Intent:
        """Look it up until it is found or its attempt is given up."""

        async def judge(may_be: tuple[str, ...], _unread: BrokerError | None) -> BalanceVerdict:
            try:
                return await self._judge(intent, may_be)
            except BrokerError:
                return BalanceVerdict.UNREADABLE

        async def note_unread(_error: BrokerError, _failures: int) -> None:
            # A venue that is away is reported as that; the buy is looked for until it answers.
            return

        settled = await self._settler.settle(intent, self._broker, judge, note_unread=note_unread)
        # What was read before does not hold any more, whatever became of the order.
        self._reports.outdate(intent.account_id)
        return settled

    async def find_late(self, intent: Intent) -> Intent | None:
        """Look for a request that may still arrive under its id: the order it became, or None once it cannot any more."""
        queried_at = self._clock.monotonic()
        found = await self._settler.look_again(intent, self._broker)
        if isinstance(found, Found):
            self._reports.outdate(intent.account_id)
            return await self._settler.adopt(intent, found.order)
        if found is not None:
            self._looked_at = queried_at
        if await self._settler.may_still_arrive(intent, looked_at=self._looked_at):
            await self._clock.sleep(LATE_LOOK_S)
            return intent
        return None

    async def _judge(self, intent: Intent, may_be: tuple[str, ...]) -> BalanceVerdict:
        """Judge the money a buy was to spend, as a sale's coins are judged, by the reading that it was based on."""
        basis = await self._journal.load_basis(intent)
        report = await self._broker.fetch_report(priority=intent.priority)
        spent = quote_of(intent.symbol)
        if not report.covers(spent):
            return BalanceVerdict.UNREADABLE
        money = report.holding(spent)
        coins = report.holding(intent.asset).total if report.covers(intent.asset) else None
        listed = ZERO
        if money.held > ZERO:
            opened = await self._broker.fetch_open_orders(priority=intent.priority)
            listed = _held_by_others(opened, spent, own=(intent.client_order_id, *may_be))
        return judge_balance(
            before=BalanceState(owned=None) if basis is None else basis.position,
            now=BalanceState(owned=money.total, held=money.held, cash=coins),
            listed=listed,
            sent=_planned_cost(intent),
        )


def _planned_cost(intent: Intent) -> Decimal:
    return intent.trigger.cost if intent.trigger else ZERO


def _held_by_others(opened: OpenOrders, asset: str, *, own: tuple[str, ...]) -> Decimal:
    others = (
        order
        for order in opened.orders
        if order.held_asset == asset and not {order.venue_order_id, order.client_order_id or ""} & {*own}
    )
    with exact():
        return sum((order.held_quantity or ZERO for order in others), ZERO)
