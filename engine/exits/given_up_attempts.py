"""Attempts that were given up without a refusal: they may have sold after all, which the balance shows first."""

from collections.abc import Sequence
from decimal import Decimal

from engine.brokers.base import Broker
from engine.exits.balance_evidence import BalanceEvidence
from engine.exits.context import ExitContext
from engine.exits.inventory import Inventory
from engine.exits.lost_reasons import Judged
from engine.exits.position_reading import PositionReading
from engine.exits.reminder_loop import ReminderLoop
from engine.guards.guard import Guard
from engine.model.errors import BrokerError, UncertainOrderError
from engine.model.failing_actions import FailingAction
from engine.model.money import ZERO
from engine.orders.backoff import pause_s
from engine.orders.balance_verdict import MAY_HAVE_SOLD, BalanceVerdict
from engine.orders.intents import Intent
from engine.orders.settling_step import is_search_over
from engine.orders.states import client_order_id

_FILLED_UNLISTED = (
    "about what was sent is gone from the free balance, and {venue} lists no order for it: "
    "probably it is this bot's own sell order {order_ids}, please look for it there"
)


class GivenUpAttempts:
    """Looks for the orders of such attempts of one exit before it sends or ends."""

    def __init__(
        self,
        guard: Guard,
        *,
        context: ExitContext,
        broker: Broker,
        reminder: ReminderLoop,
        inventory: Inventory,
        evidence: BalanceEvidence,
    ) -> None:
        self._guard = guard
        self._settler = context.settler
        self._availability = context.availability
        self._clock = context.clock
        self._broker = broker
        self._reminder = reminder
        self._inventory = inventory
        self._evidence = evidence
        #: When the first look found no order since the balance looks as if one of them had sold, and how often it was
        #: searched for since. While no list answers, nothing is searched.
        self._searching_since_s: float | None = None
        self._searches = 0
        #: The attempts that the list of open orders was read after.
        self._looked_for = tuple[int, ...]()
        #: Whether it still does, and was searched for long enough.
        self._is_presumed_filled = False

    async def any_of(self, intent: Intent) -> bool:
        """Return whether there is one, so that it may have sold."""
        return bool(await self._settler.unproven(intent))

    def presumed_filled(self, intent: Intent) -> Decimal | None:
        """Return what counts as sold although no list shows its order; None where nothing does."""
        return intent.quantity if self._is_presumed_filled else None

    async def read(self, intent: Intent) -> PositionReading:
        """Read what is there; after such an attempt no exit ends without a reading of after it.

        Raises:
            BrokerError: the account does not answer.

        """
        return await self._inventory.read(must_be_fresh=await self.any_of(intent))

    async def read_to_sell(self, intent: Intent) -> PositionReading:
        """Read what is there; after such an attempt nothing is sent under another id without a reading of after it.

        Raises:
            BrokerError: the account does not answer.

        """
        given_up = await self._settler.unproven(intent)
        return await self._inventory.read(must_be_fresh=not _has_one_id(intent, given_up))

    async def find_filled(self, intent: Intent, available: PositionReading) -> Intent | None:
        """Go on from the order of one that is open, or search while the balance looks as if it had sold; None if not.

        Raises:
            BrokerError: the venue does not answer.

        """
        resumed = await self._resume_open(intent, available)
        if resumed is None:
            verdict = await self._judge(intent, available)
            if verdict not in MAY_HAVE_SOLD:
                return None
            resumed = await self._search(intent, verdict)
        self._inventory.outdate(intent)
        return resumed

    def end_search(self) -> None:
        """Note that the balance does not look as if one of them had sold any more: the next search takes its time, too."""
        self._searching_since_s, self._searches = None, 0

    async def note_unlisted(self, intent: Intent, order_ids: Sequence[str]) -> None:
        """Remind the owner of orders that seem to have sold and that a look found in no list."""
        self._begin_search()
        why = _FILLED_UNLISTED.format(venue=intent.venue.label, order_ids=", ".join(order_ids))
        await self._reminder.note(why, FailingAction.LOOK_FOR_SOLD)

    async def _resume_open(self, intent: Intent, available: PositionReading) -> Intent | None:
        """Go on from an order of one that is listed as open; None when none is."""
        given_up = await self._settler.unproven(intent)
        if _has_one_id(intent, given_up):
            # Under the same id the next request makes no second order.
            return None
        # An open order holds coins: while none are held, one look after each attempt is enough; looks cost points.
        if given_up == self._looked_for and available.held == ZERO:
            return None
        try:
            listed = await self._availability.listed(intent, self._guard, self._broker)
        except BrokerError:
            if available.held == ZERO:
                # None of them is open, then, whatever the list would show.
                return None
            # By its own id, each is found or known to be absent without the list of all orders.
            found = await self._settler.find_filled(intent, self._broker)
            return None if found is None else await self._settler.adopt(intent, found)
        self._looked_for = given_up
        return await self._settler.adopt(intent, listed.own[0]) if listed.own else None

    async def _judge(self, intent: Intent, available: PositionReading) -> BalanceVerdict:
        given_up = await self._settler.unproven(intent)
        if not given_up:
            self.end_search()
            return BalanceVerdict.UNTOUCHED
        expected = await self._inventory.expected(intent.manual)
        verdict = await self._evidence.judge(intent, available, expected=expected)
        if verdict in MAY_HAVE_SOLD and _has_one_id(intent, given_up):
            # Should that be the attempt's own sale all the same, its id makes no second order.
            is_earlier = await self._evidence.may_be_earlier_sale(intent, available)
            verdict = BalanceVerdict.UNTOUCHED if is_earlier else verdict
        self._is_presumed_filled &= verdict is BalanceVerdict.TAKEN
        if verdict not in MAY_HAVE_SOLD:
            self.end_search()
        return verdict

    async def _search(self, intent: Intent, verdict: BalanceVerdict) -> Intent | None:
        """Look for an order that seems to have sold: go on from it, or wait a moment; None after a search of long enough."""
        unread: BrokerError | None = None
        try:
            order = await self._settler.find_filled(intent, self._broker)
        except UncertainOrderError:
            # The lists were read, and do not tell which order it is.
            order = None
        except BrokerError as e:
            # Silence is no evidence either way.
            order, unread = None, e
        if order is not None:
            return await self._settler.adopt(intent, order)
        if unread is None:
            searched_s = self._clock.monotonic() - self._begin_search()
            self._is_presumed_filled = is_search_over(verdict, searched_s=searched_s)
            if self._is_presumed_filled:
                return None
        self._searches += 1
        await self._note_missing(intent, verdict, unread)
        await self._clock.sleep(pause_s("", self._searches))
        return intent

    def _begin_search(self) -> float:
        """Return when the search began, now if it did not."""
        if self._searching_since_s is None:
            self._searching_since_s = self._clock.monotonic()
        return self._searching_since_s

    async def _note_missing(
        self, intent: Intent, verdict: BalanceVerdict, unread: BrokerError | None
    ) -> None:
        given_up = await self._settler.unproven(intent)
        ids = tuple(client_order_id(intent.intent_id, one) for one in given_up)
        if unread is None:
            await self.note_unlisted(intent, ids)
            return
        judged = Judged(verdict=verdict, order_ids=ids, unread=unread)
        await self._reminder.note(judged.why(intent.venue.label), judged.doing)


def _has_one_id(intent: Intent, given_up: Sequence[int]) -> bool:
    """Return whether all attempts that were given up left under the id of the present one."""
    return all(client_order_id(intent.intent_id, one) == intent.client_order_id for one in given_up)
