"""The parts that one sale is made of, each with what it works with."""

from functools import cached_property

from engine.brokers.base import Broker
from engine.exits.balance_evidence import BalanceEvidence
from engine.exits.context import ExitContext
from engine.exits.end_writer import EndWriter
from engine.exits.filling import Filling
from engine.exits.given_up_attempts import GivenUpAttempts
from engine.exits.inventory import Inventory
from engine.exits.live_exit import LiveExit
from engine.exits.lost_answers import LostAnswers
from engine.exits.order_end import OrderEnd
from engine.exits.profit_check import ProfitCheck
from engine.exits.refusals import Refusals
from engine.exits.reminder_loop import ReminderLoop
from engine.exits.retry_pauses import RetryPauses
from engine.exits.tradability import Tradability
from engine.market.feed import VenueMarket


class SaleParts:
    """The parts of a sale, in the order of their use; each is built when it is first needed.

    The first order needs only the first two: what follows a refusal, a lost answer or an unfilled end is built then.
    """

    def __init__(
        self,
        live: LiveExit,
        *,
        context: ExitContext,
        broker: Broker,
        market: VenueMarket,
        reminder: ReminderLoop,
        began_before: bool,
    ) -> None:
        self.reminder = reminder
        self._guard = live.guard
        self._context = context
        self._broker = broker
        self._market = market
        self._began_before = began_before
        #: The order that an earlier life of the process left to be followed.
        self._taken_up = live.intent.venue_order_id if began_before else None

    @cached_property
    def tradability(self) -> Tradability:
        """What says whether the market takes the order now, and through which pair."""
        return Tradability(
            market=self._market,
            guard=self._guard,
            clock=self._context.clock,
            breached=self._context.guard_marks.is_breached,
        )

    @cached_property
    def inventory(self) -> Inventory:
        """What reads how much of it is there."""
        return Inventory(
            self._guard, context=self._context, broker=self._broker, tradability=self.tradability
        )

    @cached_property
    def filling(self) -> Filling:
        """What follows an order that the venue has."""
        return Filling(
            journal=self._context.journal,
            reports=self._context.reports,
            clock=self._context.clock,
            broker=self._broker,
            tradability=self.tradability,
            reminder=self.reminder,
            availability=self._context.availability,
            order_end=OrderEnd(self._guard, broker=self._broker, context=self._context),
            taken_up=self._taken_up,
            live_accounts=self._context.live_accounts,
        )

    @cached_property
    def pauses(self) -> RetryPauses:
        """What waits between two attempts."""
        return RetryPauses(context=self._context, tradability=self.tradability, reminder=self.reminder)

    @cached_property
    def refusals(self) -> Refusals:
        """What answers a refused order."""
        return Refusals(
            self._guard,
            context=self._context,
            broker=self._broker,
            tradability=self.tradability,
            inventory=self.inventory,
            pauses=self.pauses,
            reminder=self.reminder,
        )

    @cached_property
    def given_up(self) -> GivenUpAttempts:
        """What looks for attempts that were given up and may have sold."""
        return GivenUpAttempts(
            self._guard,
            context=self._context,
            broker=self._broker,
            reminder=self.reminder,
            inventory=self.inventory,
            evidence=self._evidence,
        )

    @cached_property
    def lost(self) -> LostAnswers:
        """What settles a request whose answer was lost."""
        return LostAnswers(
            context=self._context,
            broker=self._broker,
            reminder=self.reminder,
            inventory=self.inventory,
            evidence=self._evidence,
            given_up=self.given_up,
        )

    @cached_property
    def profit(self) -> ProfitCheck:
        """What says whether a profit is still there to be taken."""
        return ProfitCheck(self._guard, context=self._context, market=self._market)

    @cached_property
    def end(self) -> EndWriter:
        """What ends an exit without a fill."""
        return EndWriter(
            self._guard,
            context=self._context,
            broker=self._broker,
            lost=self.lost,
            given_up=self.given_up,
            inventory=self.inventory,
            pauses=self.pauses,
            profit=self.profit,
            began_before=self._began_before,
        )

    @cached_property
    def _evidence(self) -> BalanceEvidence:
        return BalanceEvidence(
            self._guard, context=self._context, broker=self._broker, reminder=self.reminder
        )
