"""An order the venue has: queried until it is final, then reported with its exact fill."""

from decimal import Decimal

from engine.accounts.live_accounts import LiveAccounts, OrderWatch
from engine.accounts.reports import Reports
from engine.brokers.base import Broker
from engine.brokers.within import within
from engine.clock import Clock
from engine.exits.availability import Availability
from engine.exits.exit_journal import ExitJournal
from engine.exits.exit_message import describe_exit, name_rest
from engine.exits.exit_quantity import ExitQuantity
from engine.exits.manual_close import leaves_guarded, rest_after_manual_close
from engine.exits.order_end import OrderEnd
from engine.exits.queued_order import QueuedOrder
from engine.exits.reminder_loop import ReminderLoop
from engine.exits.tradability import Tradability
from engine.guards.guard import GuardState
from engine.model.errors import BrokerError, KeyRejectedError
from engine.model.failing_actions import FailingAction
from engine.model.instruments import quote_of
from engine.model.money import ZERO
from engine.model.orders import Order, VenueOrderId
from engine.orders.backoff import pause_s
from engine.orders.follow import Follower
from engine.orders.intents import Intent
from engine.orders.lookup import may_be_owners, was_looked_up
from engine.orders.order_readings import AGREES_AFTER_S, ReadingVerdict, falls_short, is_price_odd
from engine.orders.pace import LONGEST_COSTLY_PAUSE_S, stretched
from engine.orders.step_cause import StepCause

#: An alert waits no longer than this for what the account pays.
FEE_READ_S = 0.5

#: Pauses between questions after an accepted order, which grow on as it stands; market orders fill at once or hardly at
#: all.
FILL_POLLS_S = (0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 3.0)
#: After an answer that is not confirmed: a hair longer than it takes the next one to confirm it.
ASK_AGAIN_S = AGREES_AFTER_S + 0.05
#: An order that is open after so many questions may wait for another session.
MAY_BE_QUEUED_AFTER = 4


class Filling:
    """Follows one exit's order to its end and concludes it."""

    def __init__(
        self,
        *,
        journal: ExitJournal,
        reports: Reports,
        clock: Clock,
        broker: Broker,
        tradability: Tradability,
        reminder: ReminderLoop,
        availability: Availability,
        order_end: OrderEnd,
        taken_up: VenueOrderId | None,
        live_accounts: LiveAccounts,
    ) -> None:
        self._journal = journal
        self._reports = reports
        self._clock = clock
        self._broker = broker
        self._tradability = tradability
        self._reminder = reminder
        self._availability = availability
        self._order_end = order_end
        #: The order that an earlier life of the process left to be followed.
        self._taken_up = taken_up
        self._live_accounts = live_accounts
        self._watch: OrderWatch | None = None
        self._follower = Follower(journal=journal.orders, broker=broker, clock=clock)
        self._queued = QueuedOrder(broker=broker, tradability=tradability, clock=clock, reminder=reminder)
        self._polls = 0
        #: How many answers were not confirmed.
        self._contradicted = 0
        #: How often list or balance spoke against an order's end.
        self._not_over = 0

    async def step(self, intent: Intent, exit_quantity: ExitQuantity) -> Intent:
        """Query the order that was sent for `exit_quantity` once; the intent is planned again when the venue closed the order without a fill."""
        self._watch = self._watch_order(intent)
        followed = await self._follower.ask(intent)
        intent, order, error = followed.intent, followed.order, followed.error
        if isinstance(error, KeyRejectedError):
            await self._wait(intent, error)
        elif followed.verdict is ReadingVerdict.OPEN:
            if error is None and self._polls >= MAY_BE_QUEUED_AFTER:
                await self._queued.cancel_if_closed(intent, order)
                await self._queued.cancel_if_breached(intent, order)
            await self._wait(intent, error, order=order)
        elif followed.verdict is ReadingVerdict.NOT_KNOWN:
            return await self._follower.lose(intent, order)
        elif followed.verdict is ReadingVerdict.UNCONFIRMED:
            intent = await self._follower.note_most(intent, order)
            await self._ask_again(intent, followed.why_unconfirmed)
        elif falls_short(order, intent.quantity) and not await self._is_over(intent, order):
            intent = await self._follower.note_most(intent, order)
        elif order.filled_quantity == ZERO:
            # What was read before the order left does not hold any more, whatever became of it.
            self._reports.outdate(intent.account_id)
            return await self._journal.orders.retry(intent, cause=StepCause.CLOSED_UNFILLED)
        elif not order.average_price or self._is_price_unconfirmed(intent, order, exit_quantity):
            # Nothing is booked at an unreported price, or one that no trade confirms.
            await self._wait(intent, f"{intent.venue.label} filled the order and does not say at what price")
        else:
            return await self._conclude(intent, order, exit_quantity)
        return intent

    @staticmethod
    def _is_price_unconfirmed(intent: Intent, order: Order, exit_quantity: ExitQuantity) -> bool:
        # Another pair's price is in another currency.
        is_comparable = order.symbol == exit_quantity.guard.symbol
        return is_comparable and not order.fills and is_price_odd(order, intent.trigger_price)

    async def _is_over(self, intent: Intent, order: Order) -> bool:
        """Return whether nothing contradicts an end that falls short, after a moment if something does."""
        try:
            contradiction = await self._order_end.contradiction(intent, order)
        except BrokerError as e:
            await self._wait(intent, e)
            return False
        if contradiction is None:
            return True
        # What still holds it may be listed and cannot be read.
        self._reminder.name_unreadable(self._reports.unreadable_orders(intent.account_id))
        self._not_over += 1
        waited_s = self._follower.waited_s(intent)
        wait_s = stretched(pause_s("", self._not_over), waited_s=waited_s, longest_s=LONGEST_COSTLY_PAUSE_S)
        await self._ask_again(intent, contradiction, wait_s=wait_s)
        return False

    async def _ask_again(self, intent: Intent, why_unconfirmed: str, *, wait_s: float = ASK_AGAIN_S) -> None:
        self._contradicted += 1
        if self._contradicted > 1:
            label = intent.venue.label
            await self._reminder.note(
                f"{label} says the order is over {why_unconfirmed}",
                FailingAction.CONFIRM_END,
            )
        await self._clock.sleep(stretched(wait_s, waited_s=self._follower.waited_s(intent)))

    async def _conclude(self, intent: Intent, order: Order, exit_quantity: ExitQuantity) -> Intent:
        await self._availability.confirm_releases(intent, self._broker)
        # What is left stays guarded in its own pair, whichever this order went through.
        instrument = await self._tradability.pair.guarded_instrument()
        rest, dust = exit_quantity.rest_after(order, instrument=instrument, price=intent.trigger_price)
        if intent.manual is not None:
            rest, dust = rest_after_manual_close(
                rest, dust, intent.manual, filled=order.filled_quantity, sent=intent.quantity
            )
            # What is short of a part is sold with all else by the next look, whatever was asked.
            is_sold_next = dust is not None and self._is_part_breached(intent)
            dust = None if is_sold_next else dust
        else:
            is_sold_next = True
        if is_sold_next and rest.state is GuardState.ARMED:
            has_closed = await self._tradability.has_closed()
            dust = name_rest(rest, dust, intent=intent, order=order, has_closed=has_closed)
        steps = await self._journal.orders.load_steps(intent.intent_id)
        message = describe_exit(
            intent,
            exit_quantity.guard,
            order,
            cancelled=await self._journal.releases.load_released(intent.intent_id),
            dust=dust,
            found_later=intent.venue_order_id == self._taken_up or was_looked_up(steps),
            may_be_owners=may_be_owners(intent.venue_order_id, steps),
            heard_at=self._clock.now(),
            ahead=self._tradability.ahead,
            rate=await self._tradability.pair.rate(quote_of(order.symbol)),
            taker=None if order.fee is not None else await self._taker(order.symbol),
            held_up=self._reminder.held_up,
        )
        self._reports.outdate(intent.account_id)
        ended = await self._journal.conclude(
            intent, order, was=exit_quantity.whole, guard=rest, seen=exit_quantity.seen, message=message
        )
        self._reports.note_step(ended.step)
        return ended.intent

    def _is_part_breached(self, intent: Intent) -> bool:
        return leaves_guarded(intent.manual) and self._tradability.is_breached()

    async def _taker(self, symbol: str) -> Decimal | None:
        """Return what the account pays, for a fee that the venue books later; the alert waits only so long."""
        fees = await within(FEE_READ_S, self._broker.fetch_fees([symbol]), otherwise=None)
        return fees[symbol].taker if fees and symbol in fees else None

    async def _wait(
        self, intent: Intent, why: BrokerError | str | None, *, order: Order | None = None
    ) -> None:
        """Pause before the next question; `order` is one that stands without anything being wrong."""
        waited_s = self._follower.waited_s(intent)
        wait_s = stretched(FILL_POLLS_S[min(self._polls, len(FILL_POLLS_S) - 1)], waited_s=waited_s)
        self._polls += 1
        is_key_rejected = isinstance(why, KeyRejectedError)
        if isinstance(why, KeyRejectedError):
            wait_s = pause_s(why, self._polls)
        if self._polls >= len(FILL_POLLS_S) or is_key_rejected:
            doing = FailingAction.QUERY
            if isinstance(why, BrokerError):
                why = f"the order may be filled, but {why}"
            elif why is None and order is not None:
                why, doing = await self._queued.describe(order), FailingAction.FOLLOW
            await self._reminder.note(why or "", doing)
        if self._watch is None or is_key_rejected:
            await self._clock.sleep(wait_s)
        elif await self._watch.pause(wait_s):
            self._follower.note_news(intent)

    def _watch_order(self, intent: Intent) -> OrderWatch | None:
        """Return what waits for news of an order; None where none is pushed."""
        if intent.venue_order_id is None or not self._live_accounts.status(intent.account_id).has_stream:
            return None
        watch = self._live_accounts.watch(intent.account_id, intent.venue_order_id)
        watch.forget()
        return watch
