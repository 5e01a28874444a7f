"""Look up the orders of one exit whose submit response was lost: until found or proven absent, and as long as one may arrive."""

from dataclasses import replace

from engine.brokers.base import Broker
from engine.exits.balance_evidence import BalanceEvidence
from engine.exits.context import ExitContext
from engine.exits.given_up_attempts import GivenUpAttempts
from engine.exits.inventory import Inventory
from engine.exits.lost_reasons import Judged, why_lost
from engine.exits.reminder_loop import ReminderLoop
from engine.model.errors import BrokerError, KeyRejectedError, RefusedError, UnknownOutcomeError
from engine.model.failing_actions import FailingAction, LookYourself
from engine.orders.backoff import page_pause_s, proven_pause_s
from engine.orders.balance_verdict import MAY_HAVE_SOLD, BalanceVerdict
from engine.orders.intents import Intent
from engine.orders.lookup import Absent, Found, Uncertain
from engine.orders.settling_step import PROOFS, Resend
from engine.orders.states import IntentState

#: Between two looks for a request that may still arrive, when nothing else is left to do.
LATE_LOOK_S = 5.0

_UNREAD = "{lost}, and not all that may show what became of it can be read: {error}"
#: So many looks in a row that fail are more than a moment's trouble; a rejected key is its owner's to mend at once.
UNREAD_LOOKS = 4

_UNCERTAIN = (
    "{venue} does not tell whether order {order_ids} is this bot's own, whose answer was lost, or yours: "
    "please look at it there"
)


class LostAnswers:
    """Finds out what became of them, between the attempts and before the exit ends."""

    def __init__(
        self,
        *,
        context: ExitContext,
        broker: Broker,
        reminder: ReminderLoop,
        inventory: Inventory,
        evidence: BalanceEvidence,
        given_up: GivenUpAttempts,
    ) -> None:
        self._journal = context.journal
        self._settler = context.settler
        self._clock = context.clock
        self._broker = broker
        self._reminder = reminder
        self._inventory = inventory
        self._evidence = evidence
        self._given_up = given_up
        #: When the venue last answered a query for one and did not show it.
        self._looked_at: float | None = None
        self._absent = 0
        #: What the last page means for a read that answered an order, if the last order was answered by one.
        self._read_as: BrokerError | None = None
        #: How many orders in a row were answered so, and since when.
        self._pages = 0
        self._pages_since = 0.0
        #: Orders that were named to the owner because they may be ours.
        self._named = set[tuple[str, ...]]()
        #: The kinds of errors that were reported of lists that could not be read.
        self._unread = set[type[BrokerError]]()

    @property
    def had_lost_attempt(self) -> bool:
        """Return whether any of them was given up."""
        return self._absent > 0

    def note_answer(self, error: BrokerError | None) -> None:
        """Take note of the answer to the last order; None if it was accepted."""
        read_as = error.read_as if isinstance(error, UnknownOutcomeError) else None
        self._read_as = None if isinstance(read_as, RefusedError) else read_as
        if self._read_as is None:
            self._pages = 0
            return
        if not self._pages:
            self._pages_since = self._clock.monotonic()
        self._pages += 1

    async def settle(self, intent: Intent) -> Intent:
        """Query until one is found or may be sent again; the second time not at once."""
        label, began_s = intent.venue.label, self._clock.monotonic()
        expected = await self._inventory.expected(intent.manual)
        refusal = await self._journal.orders.load_unlisted_refusal(intent)
        lost = await self._why(intent)
        await self._reminder.note(
            f"{label}: {refusal}" if refusal else lost,
            FailingAction.FIND_OUT_SAME_ID if _is_same_id(intent) else FailingAction.FIND_OUT_ABSENT,
        )

        async def judge(may_be: tuple[str, ...], unread: BrokerError | None) -> BalanceVerdict:
            judged = Judged(
                verdict=BalanceVerdict.UNREADABLE,
                order_ids=(intent.client_order_id, *may_be),
                unread=unread,
            )
            try:
                verdict = await self._evidence.read(intent, expected=expected, may_be=may_be)
                judged = replace(judged, verdict=verdict)
            except BrokerError as e:
                judged = replace(judged, error=e)
            await self._note_judged(intent, judged, may_be)
            return judged.verdict

        async def note_unread(error: BrokerError, failures: int) -> None:
            if failures >= UNREAD_LOOKS or isinstance(error, KeyRejectedError):
                await self._note_unread(intent, lost, error)

        settled = await self._settler.settle(intent, self._broker, judge, note_unread=note_unread)
        if settled.state is IntentState.PLANNED:
            self._absent += 1
            waited_s = self._clock.monotonic() - began_s
            await self._clock.sleep(self._further_pause_s(waited_s, is_refused=refusal is not None))
        # What was read before does not hold any more, whatever became of the order.
        self._inventory.outdate(intent)
        return settled

    async def adopt_late_order(self, intent: Intent) -> Intent | None:
        """Go on from one that arrived although it was proven absent; None if there is none or the venue did not answer.

        What it sold must be taken neither for the owner's own sale nor for a refusal.
        """
        queried_at = self._clock.monotonic()
        found = await self._settler.look_again(intent, self._broker)
        if isinstance(found, Uncertain):
            await self._name_uncertain(intent, found.names)
        if isinstance(found, Absent | Uncertain):
            # One that may be it has arrived already: whether it is, the balance shows before anything is sent or ended.
            self._looked_at = queried_at
        if not isinstance(found, Found):
            return None
        # What was read before does not hold any more.
        self._inventory.outdate(intent)
        return await self._settler.adopt(intent, found.order)

    async def may_arrive_late(self, intent: Intent) -> bool:
        """Return whether one may still be found under the id of the present attempt, after a moment if so."""
        if not await self._settler.may_still_arrive(intent, looked_at=self._looked_at):
            return False
        lost = await self._why(intent)
        await self._reminder.note(lost, FailingAction.LOOK_BEFORE_END)
        await self._clock.sleep(LATE_LOOK_S)
        return True

    def _further_pause_s(self, waited_s: float, *, is_refused: bool) -> float:
        """Return how much longer to wait: a venue that loses or refuses one request after the other is not to be stormed."""
        if self._absent <= 1:
            return 0.0
        if self._read_as is None or self._pages <= 1:
            return proven_pause_s(self._absent - 1, waited_s=waited_s, is_refused=is_refused)
        failing_s = self._clock.monotonic() - self._pages_since
        return page_pause_s(self._read_as, self._pages - 1, waited_s=waited_s, failing_s=failing_s)

    async def _why(self, intent: Intent) -> str:
        rejected = self._read_as if isinstance(self._read_as, KeyRejectedError) else None
        return why_lost(await self._journal.orders.load_steps(intent.intent_id), rejected=rejected)

    async def _note_judged(self, intent: Intent, judged: Judged, may_be: tuple[str, ...]) -> None:
        may_have_sold = judged.verdict in MAY_HAVE_SOLD
        if not may_have_sold:
            self._given_up.end_search()
        if judged.verdict is BalanceVerdict.UNTOUCHED:
            await self._name_uncertain(intent, may_be)
        elif may_have_sold and judged.unread is None:
            if len(may_be) != 1:
                await self._given_up.note_unlisted(intent, judged.order_ids)
        else:
            await self._reminder.note(judged.why(intent.venue.label), judged.doing)

    async def _note_unread(self, intent: Intent, lost: str, error: BrokerError) -> None:
        """Report what cannot be read; the first time of each kind at once, as only the owner may be able to end it."""
        doing = LookYourself(
            order_id=intent.client_order_id,
            is_same_id=_is_same_id(intent),
            is_key_rejected=isinstance(error, KeyRejectedError),
        )
        is_new = type(error) not in self._unread
        self._unread.add(type(error))
        await self._reminder.note(_UNREAD.format(lost=lost, error=error), doing, is_urgent=is_new)

    async def _name_uncertain(self, intent: Intent, order_ids: tuple[str, ...]) -> None:
        """Report to the owner, once, orders that may be ours: the exit goes on by what the balance still shows."""
        if not order_ids or order_ids in self._named:
            return
        why = _UNCERTAIN.format(venue=intent.venue.label, order_ids=", ".join(order_ids))
        self._named.add(order_ids)
        # Whatever keeps it from being written now, the reminder sees to it.
        await self._reminder.note(why, FailingAction.SELL_REST, is_urgent=True)


def _is_same_id(intent: Intent) -> bool:
    return PROOFS[intent.venue].resend is Resend.SAME_ID
