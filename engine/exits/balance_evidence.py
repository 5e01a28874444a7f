"""What the balance shows about an attempt whose order no list has: whether its coins are there, held or gone."""

from decimal import Decimal

from engine.brokers.base import Broker
from engine.exits.context import ExitContext
from engine.exits.external_orders import ExternalOrders
from engine.exits.position_reading import PositionReading
from engine.exits.reminder_loop import ReminderLoop
from engine.guards.guard import Guard
from engine.model.money import ZERO, exact
from engine.model.orders import Fill
from engine.orders.balance_verdict import (
    NO_MOVEMENT,
    BalanceState,
    BalanceVerdict,
    Movement,
    SendBasis,
    is_about_all,
    is_cash_explained,
    is_explained,
    judge_balance,
)
from engine.orders.intents import Intent
from engine.orders.other_trades import explain_movement, sold_by_others


class BalanceEvidence:
    """Judges the readings of one exit, each by the one that its attempt was based on."""

    def __init__(self, guard: Guard, *, context: ExitContext, broker: Broker, reminder: ReminderLoop) -> None:
        self._guard = guard
        self._context = context
        self._journal = context.journal
        self._broker = broker
        self._reminder = reminder
        #: The account's latest trades, as they were last reported.
        self._fills: tuple[Fill, ...] = ()
        self._external = ExternalOrders(journal=context.journal.orders, broker=broker)

    async def read(
        self, intent: Intent, *, expected: Decimal | None, may_be: tuple[str, ...]
    ) -> BalanceVerdict:
        """Read the account anew and judge it; what the orders `may_be` hold counts as taken.

        Raises:
            BrokerError: the account, or what explains how it changed, cannot be read.

        """
        self._context.reports.outdate(intent.account_id)
        available = await self._context.availability.read(self._guard, self._broker, must_be_fresh=True)
        return await self.judge(intent, available, expected=expected, may_be=may_be)

    async def judge(
        self,
        intent: Intent,
        available: PositionReading,
        *,
        expected: Decimal | None,
        may_be: tuple[str, ...] = (),
    ) -> BalanceVerdict:
        """Judge a reading by the one that the attempt was based on, or, where none is known, by what was expected."""
        basis = await self._journal.orders.load_basis(intent)
        before = basis.position if basis else BalanceState(owned=expected)
        now = _position(available, basis)
        listed = ZERO
        if now.held > ZERO:
            orders = await self._context.availability.listed(intent, self._guard, self._broker, but=may_be)
            listed = orders.others_hold
            # What is held beyond the listed orders may be held by one that is listed and cannot be read.
            self._reminder.name_unreadable(self._context.reports.unreadable_orders(intent.account_id))
        verdict = judge_balance(before=before, now=now, listed=listed, sent=intent.quantity)
        if verdict is BalanceVerdict.UNTOUCHED or basis is None or is_explained(before, now):
            return verdict
        known = await self._explain(intent, basis, now)
        return judge_balance(before=before, now=now, listed=listed, sent=intent.quantity, known=known)

    async def may_be_earlier_sale(self, intent: Intent, available: PositionReading) -> bool:
        """Return whether other orders of ours sold as much lately as is gone since the reading the attempt was based on."""
        basis = await self._journal.orders.load_basis(intent)
        if basis is None or available.owned is None:
            return False
        ours = await self._journal.orders.load_our_orders(intent)
        others = [fill for fill in self._fills if fill.venue_order_id in ours.of_account]
        with exact():
            gone = basis.owned - available.owned
            return is_about_all(sold_by_others(intent, basis, others, own=ours.of_intent), of=gone)

    async def _explain(self, intent: Intent, basis: SendBasis, now: BalanceState) -> Movement:
        """Return what trades of other orders changed; those that were read before may explain it, and cost nothing."""
        known = await self._known_movement(intent, basis, now)
        if known is NO_MOVEMENT or not is_cash_explained(basis.position, now, known):
            self._fills = (await self._broker.fetch_fills(priority=intent.priority)).fills
            known = await self._known_movement(intent, basis, now)
        if not is_cash_explained(basis.position, now, known):
            ours = await self._journal.orders.load_our_orders(intent)
            await self._external.learn(intent, basis, self._fills, ours)
            known = await self._known_movement(intent, basis, now)
        return known

    async def _known_movement(self, intent: Intent, basis: SendBasis, now: BalanceState) -> Movement:
        ours = await self._journal.orders.load_our_orders(intent)
        # One of an earlier attempt of its own may be the very sale that is looked for.
        others = {fill.venue_order_id for fill in self._fills} & (ours.of_account - ours.of_intent)
        others = {*others, *self._external.known}
        later = await self._journal.orders.load_sent_since(intent.account_id, others, basis.at)
        left_at = await self._journal.orders.load_first_left(intent)
        return explain_movement(intent, basis, now, self._fills, others=others, later=later, left_at=left_at)


def _position(available: PositionReading, basis: SendBasis | None) -> BalanceState:
    report, cash = available.report, None
    if report is not None and basis is not None and report.covers(basis.currency):
        cash = report.holding(basis.currency).total
    return BalanceState(owned=available.owned, held=available.held or ZERO, cash=cash)
