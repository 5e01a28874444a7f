"""Requests of one exit whose answer was lost: asked for until they are found or proven absent, and after that."""

from collections.abc import Sequence
from decimal import Decimal

from engine.brokers.base import Broker, Priority
from engine.exits.available import Available
from engine.exits.context import ExitContext
from engine.exits.failure_reminders import FailureReminder
from engine.guards.guard import Guard
from engine.model.errors import BrokerError
from engine.model.money import ZERO, exact
from engine.model.orders import Fill, Order
from engine.orders.backoff import pause_s, proven_pause_s
from engine.orders.balance_verdict import (
    MAY_HAVE_SOLD,
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
from engine.orders.lookup import Absent, Found, Uncertain, found_cause
from engine.orders.other_trades import explain_movement, sold_by_others
from engine.orders.settle import UNEXPLAINED_FOR, is_search_over
from engine.orders.states import IntentEvent, IntentState, client_order_id

#: Between two looks for a request that may still arrive, when nothing else is left to do.
LATE_LOOK_S = 5.0

_LOST = "the answer to the sell order was lost"
_FILLED_UNLISTED = (
    "about what was sent is gone from the free balance, and {venue} lists no order for it: "
    "probably it is this bot's own sell order {order_ids}, please look for it there"
)
_UNEXPLAINED = (
    "{venue} lists no order for what was sent, and its balance does not tell whether that was sold: it has changed by "
    "more than the listed trades explain. Please look for this bot's own sell order {order_ids} there, and sell it "
    "there yourself if there is none"
)
_UNREADABLE = (
    "{venue} lists no order for what was sent, and its balance cannot be read. Please look for this bot's own sell "
    "order {order_ids} there, and sell it there yourself if there is none"
)
_BEFORE_CERTAIN = "looking for it; nothing is sent before that is certain"
_SOLD_AGAIN_AFTER = f"looking for it; it is sold again if no list shows an order within {UNEXPLAINED_FOR.seconds // 60} minutes"
_UNCERTAIN = (
    "{venue} does not tell whether order {order_ids} is this bot's own, whose answer was lost, or yours: "
    "please look at it there"
)


class LostOrder:
    """Finds out what became of them, between the attempts and before the exit ends."""

    def __init__(
        self, guard: Guard, *, context: ExitContext, broker: Broker, reminder: FailureReminder
    ) -> None:
        self._guard = guard
        self._context = context
        self._journal = context.journal
        self._settler = context.settler
        self._broker = broker
        self._clock = context.clock
        self._reminder = reminder
        #: When the venue was last asked for one, answered, and did not show it.
        self._looked_at: float | None = None
        self._absent = 0
        #: Since when the balance looks as if one of them had sold, and how often it was searched for since.
        self._searching_since_s: float | None = None
        self._searches = 0
        #: The given up attempts that the list of open orders was read after.
        self._looked_for = tuple[int, ...]()
        #: Whether it still does, and was searched for long enough.
        self._is_presumed_filled = False
        #: Orders that were named to the owner because they may be ours.
        self._named = set[tuple[str, ...]]()
        #: The account's latest trades, as they were last told.
        self._fills: tuple[Fill, ...] = ()

    @property
    def had_lost_attempt(self) -> bool:
        """Tell whether any of them was given up."""
        return self._absent > 0

    async def settle(self, intent: Intent, *, expected: Decimal | None) -> Intent:
        """Ask until one is found or may be sent again; the second time not at once.

        `expected` is how much should be there of its position by what was seen and sold before.
        """
        label, began_s = intent.venue.label, self._clock.monotonic()
        refusal = await self._journal.load_unlisted_refusal(intent)
        await self._reminder.note(
            f"{label}: {refusal}" if refusal else _LOST,
            f"asking {label} what became of it; nothing is sent before that is certain",
        )

        async def judge(may_be: tuple[str, ...]) -> BalanceVerdict:
            verdict = await self._judge_balance(intent, expected, may_be)
            if verdict is BalanceVerdict.UNTOUCHED:
                await self._name_uncertain(intent, may_be)
            elif verdict is BalanceVerdict.UNREADABLE:
                await self._note_lost(_UNREADABLE, _BEFORE_CERTAIN, intent, may_be)
            elif verdict not in MAY_HAVE_SOLD:
                doing = _BEFORE_CERTAIN if may_be else _SOLD_AGAIN_AFTER
                await self._note_lost(_UNEXPLAINED, doing, intent, may_be)
            elif len(may_be) != 1:
                await self._note_unseen(intent, [intent.client_order_id, *may_be])
            return verdict

        settled = await self._settler.settle(intent, self._broker, judge)
        if settled.state is IntentState.PLANNED:
            self._absent += 1
            if self._absent > 1:
                # A venue that loses or refuses one request after the other is not to be stormed; the proof took its time, too.
                waited_s = self._clock.monotonic() - began_s
                further_s = proven_pause_s(
                    self._absent - 1, waited_s=waited_s, is_refused=refusal is not None
                )
                await self._clock.sleep(further_s)
        return settled

    async def adopt_late_order(self, intent: Intent) -> Intent | None:
        """Go on from one that arrived although it was proven absent; None when none did, or nobody tells.

        What it sold must be taken neither for the owner's own sale nor for a refusal.
        """
        asked_at = self._clock.monotonic()
        found = await self._settler.look_again(intent, self._broker)
        if isinstance(found, Uncertain):
            await self._name_uncertain(intent, found.names)
        if isinstance(found, Absent | Uncertain):
            # One that may be it has arrived already: whether it is, the balance tells before anything is sent or ended.
            self._looked_at = asked_at
        if not isinstance(found, Found):
            return None
        if intent.state is IntentState.SUSPENDED:
            intent = await self._journal.record(intent, IntentEvent.RESUME, cause="arrived late")
        sent = await self._journal.record(intent, IntentEvent.SEND, cause="arrived late")
        return await self._journal.record(sent, IntentEvent.LOSE_ANSWER, cause="arrived late")

    async def is_unproven(self, intent: Intent) -> bool:
        """Tell whether an attempt was given up without a refusal, so that it may have sold after all."""
        return bool(await self._settler.unproven(intent))

    async def resume_open(self, intent: Intent, available: Available) -> Intent | None:
        """Go on from an order of an attempt that was given up and is listed as open; None when none is.

        Raises:
            BrokerError: the venue does not tell.

        """
        given_up = await self._settler.unproven(intent)
        if _has_one_id(intent, given_up):
            # Under the same id the next request makes no second order.
            return None
        # An open order holds coins: while none are held, one look after each attempt is enough; looks cost points.
        if given_up == self._looked_for and available.held == ZERO:
            return None
        listed = await self._context.availability.listed(intent, self._guard, self._broker)
        self._looked_for = given_up
        return await self.adopt(intent, listed.own[0]) if listed.own else None

    async def judge_given_up(
        self, intent: Intent, available: Available, *, expected: Decimal | None
    ) -> BalanceVerdict:
        """Judge what became of the coins of an attempt that was given up without a refusal.

        Raises:
            BrokerError: what is held may be held by it, and the venue does not tell.

        """
        given_up = await self._settler.unproven(intent)
        if not given_up:
            return BalanceVerdict.UNTOUCHED
        verdict = await self._weigh(intent, available, expected, may_be=())
        if verdict in MAY_HAVE_SOLD and _has_one_id(intent, given_up):
            # Should that be the attempt's own sale all the same, its id makes no second order.
            is_earlier = await self._may_be_earlier_sale(intent, available)
            verdict = BalanceVerdict.UNTOUCHED if is_earlier else verdict
        self._is_presumed_filled &= verdict is BalanceVerdict.TAKEN
        return verdict

    def is_presumed_filled(self, intent: Intent, *, gone: Decimal) -> bool:
        """Tell whether what a search did not find still counts as guarded, so that it could be sold twice."""
        return self._is_presumed_filled and not is_about_all(gone, of=intent.quantity)

    async def _judge_balance(
        self, intent: Intent, expected: Decimal | None, may_be: tuple[str, ...]
    ) -> BalanceVerdict:
        self._context.reports.outdate(intent.account_id)
        try:
            available = await self._context.availability.read(self._guard, self._broker, must_be_fresh=True)
            return await self._weigh(intent, available, expected, may_be=may_be)
        except BrokerError:
            return BalanceVerdict.UNREADABLE

    async def _weigh(
        self, intent: Intent, available: Available, expected: Decimal | None, *, may_be: tuple[str, ...]
    ) -> BalanceVerdict:
        """Judge a reading by the one that the attempt was based on, or, where none is known, by what was expected."""
        basis = await self._journal.load_basis(intent)
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

    async def _explain(self, intent: Intent, basis: SendBasis, now: BalanceState) -> Movement:
        """Return what trades of other orders changed; those that were read before may explain it, and cost nothing."""
        known = await self._known_movement(intent, basis, now)
        if known is NO_MOVEMENT or not is_cash_explained(basis.position, now, known):
            self._fills = (await self._broker.fetch_fills(priority=Priority.EXIT)).fills
            known = await self._known_movement(intent, basis, now)
        return known

    async def _known_movement(self, intent: Intent, basis: SendBasis, now: BalanceState) -> Movement:
        ours = await self._journal.load_our_orders(intent)
        # One of an earlier attempt of its own may be the very sale that is looked for.
        others = {fill.venue_order_id for fill in self._fills} & (ours.of_account - ours.of_intent)
        later = await self._journal.load_sent_since(intent.account_id, others, basis.at)
        return explain_movement(intent, basis, now, self._fills, others=others, later=later)

    async def _may_be_earlier_sale(self, intent: Intent, available: Available) -> bool:
        """Tell whether other orders of ours sold as much lately as is gone since the reading the attempt was based on."""
        basis = await self._journal.load_basis(intent)
        if basis is None or available.owned is None:
            return False
        ours = await self._journal.load_our_orders(intent)
        others = [fill for fill in self._fills if fill.venue_order_id in ours.of_account]
        with exact():
            gone = basis.owned - available.owned
            return is_about_all(sold_by_others(intent, basis, others, own=ours.of_intent), of=gone)

    async def search(self, intent: Intent, verdict: BalanceVerdict) -> Intent | None:
        """Look for an order that seems to have sold: go on from it, or wait a moment; None after a search of long enough."""
        now_s = self._clock.monotonic()
        if self._searching_since_s is None:
            self._searching_since_s = now_s
        self._is_presumed_filled = is_search_over(verdict, searched_s=now_s - self._searching_since_s)
        if self._is_presumed_filled:
            return None
        try:
            order = await self._settler.find_filled(intent, self._broker)
        except BrokerError:
            # Silence is no evidence either way.
            order = None
        if order is not None:
            return await self.adopt(intent, order)
        self._searches += 1
        ids = [client_order_id(intent.intent_id, one) for one in await self._settler.unproven(intent)]
        await self._note_unseen(intent, ids)
        await self._clock.sleep(pause_s("", self._searches))
        return intent

    async def _note_unseen(self, intent: Intent, order_ids: Sequence[str]) -> None:
        if self._searching_since_s is None:
            self._searching_since_s = self._clock.monotonic()
        why = _FILLED_UNLISTED.format(venue=intent.venue.label, order_ids=", ".join(order_ids))
        await self._reminder.note(why, "looking for it; nothing is sent meanwhile")

    async def _note_lost(self, why: str, doing: str, intent: Intent, may_be: tuple[str, ...]) -> None:
        order_ids = ", ".join((intent.client_order_id, *may_be))
        await self._reminder.note(why.format(venue=intent.venue.label, order_ids=order_ids), doing)

    async def _name_uncertain(self, intent: Intent, order_ids: tuple[str, ...]) -> None:
        """Tell the owner, once, of orders that may be ours: the exit goes on by what the balance still shows."""
        if not order_ids or order_ids in self._named:
            return
        why = _UNCERTAIN.format(venue=intent.venue.label, order_ids=", ".join(order_ids))
        self._named.add(order_ids)
        # Whatever keeps it from being written now, the reminder sees to it.
        await self._reminder.note(why, "selling what the balance still shows", is_urgent=True)

    async def adopt(self, intent: Intent, order: Order) -> Intent:
        """Take an order of the intent's own for the one it follows."""
        if intent.state is IntentState.SUSPENDED:
            intent = await self._journal.record(intent, IntentEvent.RESUME, cause="found late")
        sent = await self._journal.record(
            intent,
            IntentEvent.SEND,
            cause="found late",
            quantity=order.quantity,
            client_order_id=order.client_order_id or intent.client_order_id,
        )
        return await self._journal.record(
            sent,
            IntentEvent.ACCEPT,
            cause=found_cause(order),
            words=order.venue_order_id,
            venue_order_id=order.venue_order_id,
        )

    async def may_arrive_late(self, intent: Intent) -> bool:
        """Tell whether one may still be found under the id of the present attempt, after a moment if so."""
        if not await self._settler.may_still_arrive(intent, looked_at=self._looked_at):
            return False
        await self._reminder.note(_LOST, "it may still arrive; looking for it before this exit ends")
        await self._clock.sleep(LATE_LOOK_S)
        return True


def _has_one_id(intent: Intent, given_up: Sequence[int]) -> bool:
    """Tell whether all attempts that were given up left under the id of the present one."""
    return all(client_order_id(intent.intent_id, one) == intent.client_order_id for one in given_up)


def _position(available: Available, basis: SendBasis | None) -> BalanceState:
    report, cash = available.report, None
    if report is not None and basis is not None and report.covers(basis.currency):
        cash = report.holding(basis.currency).total
    return BalanceState(owned=available.owned, held=available.held or ZERO, cash=cash)
