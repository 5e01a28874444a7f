"""Follow the order of a buy to its end: each part that fills is guarded with the step that says so."""

from engine.accounts.reports import Reports
from engine.alerts.messages import EntryFilled
from engine.brokers.base import Broker
from engine.clock import Clock
from engine.entries.entry_journal import EntryJournal
from engine.entries.entry_message import describe_filled
from engine.guards.guard import Guard
from engine.market.feed import VenueMarket
from engine.model.errors import BrokerError, KeyRejectedError
from engine.model.money import ZERO
from engine.model.orders import Order, VenueOrderId
from engine.orders.backoff import pause_s
from engine.orders.follow import Follower
from engine.orders.intents import Intent
from engine.orders.order_readings import AGREES_AFTER_S, ReadingVerdict, is_price_odd
from engine.orders.pace import stretched
from engine.orders.step_cause import StepCause

#: Pauses between questions after an accepted order, which grow on as it stands.
FILL_POLLS_S = (0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 3.0)
#: After an answer that is not confirmed: a hair longer than it takes the next one to confirm it.
ASK_AGAIN_S = AGREES_AFTER_S + 0.05


class Following:
    """Follows one buy's order and concludes it."""

    def __init__(
        self,
        *,
        journal: EntryJournal,
        broker: Broker,
        market: VenueMarket,
        reports: Reports,
        clock: Clock,
        taken_up: VenueOrderId | None,
    ) -> None:
        self._journal = journal
        self._market = market
        self._reports = reports
        self._clock = clock
        #: The order that an earlier life of the process left to be followed.
        self._taken_up = taken_up
        self._follower = Follower(journal=journal.orders, broker=broker, clock=clock)
        self._polls = 0

    async def step(self, intent: Intent) -> Intent:
        """Query the order once; the intent is planned again when the venue closed it without a fill."""
        followed = await self._follower.ask(intent)
        intent, order = followed.intent, followed.order
        if followed.verdict is ReadingVerdict.NOT_KNOWN:
            return await self._follower.lose(intent, order)
        if followed.verdict is ReadingVerdict.UNCONFIRMED:
            intent = await self._follower.note_most(intent, order)
            await self._clock.sleep(stretched(ASK_AGAIN_S, waited_s=self._follower.waited_s(intent)))
        elif followed.verdict is ReadingVerdict.OPEN or _is_price_open(order, intent):
            # Nothing is booked at a price that is not reported yet, or that no trade confirms; what is there is guarded,
            # at the planned one.
            intent = await self._follower.note_most(intent, order)
            await self._wait(intent, followed.error)
        elif order.filled_quantity == ZERO:
            self._reports.outdate(intent.account_id)
            return await self._journal.orders.retry(intent, cause=StepCause.CLOSED_UNFILLED)
        else:
            return await self._conclude(intent, order)
        return intent

    async def _conclude(self, intent: Intent, order: Order) -> Intent:
        steps = await self._journal.orders.load_steps(intent.intent_id)
        ahead, heard_at = self._market.data.ahead(), self._clock.now()

        def describe(guard: Guard | None) -> EntryFilled:
            return describe_filled(
                intent,
                order,
                guard,
                steps,
                instrument=self._market.kept_instrument(intent.symbol),
                found_later=intent.venue_order_id == self._taken_up,
                ahead=ahead,
                heard_at=heard_at,
            )

        self._reports.outdate(intent.account_id)
        ended = await self._journal.conclude(intent, order, describe)
        self._reports.note_step(ended.step)
        return ended.intent

    async def _wait(self, intent: Intent, error: BrokerError | None) -> None:
        waited_s = self._follower.waited_s(intent)
        wait_s = stretched(FILL_POLLS_S[min(self._polls, len(FILL_POLLS_S) - 1)], waited_s=waited_s)
        self._polls += 1
        await self._clock.sleep(
            pause_s(error, self._polls) if isinstance(error, KeyRejectedError) else wait_s
        )


def _is_price_open(order: Order, intent: Intent) -> bool:
    """Return whether something filled at a price that cannot be booked by."""
    if not order.filled_quantity:
        return False
    return not order.average_price or (not order.fills and is_price_odd(order, intent.trigger_price))
