"""The parts that one sale is made of, each with what it works with."""

from dataclasses import dataclass

from engine.brokers.base import Broker
from engine.exits.balance_evidence import BalanceEvidence
from engine.exits.context import ExitContext
from engine.exits.failure_reminder import FailureReminder
from engine.exits.filling import Filling
from engine.exits.given_up_attempts import GivenUpAttempts
from engine.exits.inventory import Inventory
from engine.exits.live_exit import LiveExit
from engine.exits.lost_answers import LostAnswers
from engine.exits.order_end import OrderEnd
from engine.exits.refusals import Refusals
from engine.exits.retry_pauses import RetryPauses
from engine.exits.tradability import Tradability
from engine.exits.unfilled_end import UnfilledEnd
from engine.market.feed import VenueMarket


@dataclass(frozen=True, slots=True, kw_only=True)
class SaleParts:
    """The parts of a sale, in the order of their use."""

    tradability: Tradability
    inventory: Inventory
    pauses: RetryPauses
    refusals: Refusals
    given_up: GivenUpAttempts
    lost: LostAnswers
    filling: Filling
    end: UnfilledEnd
    reminder: FailureReminder


def wire_sale(
    live: LiveExit,
    *,
    context: ExitContext,
    broker: Broker,
    market: VenueMarket,
    reminder: FailureReminder,
    began_before: bool,
) -> SaleParts:
    """Build the parts of one exit's sale."""
    guard, clock = live.guard, context.clock
    tradability = Tradability(
        market=market, guard=guard, clock=clock, breached=context.guard_marks.is_breached
    )
    inventory = Inventory(guard, context=context, broker=broker, tradability=tradability)
    pauses = RetryPauses(context=context, tradability=tradability, reminder=reminder)
    evidence = BalanceEvidence(guard, context=context, broker=broker, reminder=reminder)
    given_up = GivenUpAttempts(
        guard, context=context, broker=broker, reminder=reminder, inventory=inventory, evidence=evidence
    )
    lost = LostAnswers(
        context=context,
        broker=broker,
        reminder=reminder,
        inventory=inventory,
        evidence=evidence,
        given_up=given_up,
    )
    return SaleParts(
        tradability=tradability,
        inventory=inventory,
        pauses=pauses,
        refusals=Refusals(
            guard,
            context=context,
            broker=broker,
            tradability=tradability,
            inventory=inventory,
            pauses=pauses,
            reminder=reminder,
        ),
        given_up=given_up,
        lost=lost,
        filling=Filling(
            journal=context.journal,
            reports=context.reports,
            clock=clock,
            broker=broker,
            tradability=tradability,
            reminder=reminder,
            availability=context.availability,
            order_end=OrderEnd(guard, broker=broker, context=context),
            taken_up=live.intent.venue_order_id if began_before else None,
        ),
        end=UnfilledEnd(
            guard,
            context=context,
            broker=broker,
            lost=lost,
            given_up=given_up,
            pauses=pauses,
            began_before=began_before,
        ),
        reminder=reminder,
    )
