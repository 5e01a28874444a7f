"""An order the venue has: asked for until it is final, then told with its exact fill."""

from engine.balances.reports import Reports
from engine.brokers.base import Broker
from engine.clock import Clock
from engine.errors import BrokerError, KeyRejectedError
from engine.execution.intents import Intent
from engine.execution.journal import Journal
from engine.execution.patience import pause_s
from engine.execution.submit import Submitter
from engine.liquidation.asked import rest_after_asking
from engine.liquidation.claim import Claim
from engine.liquidation.closing import describe_exit
from engine.liquidation.market_door import MarketDoor
from engine.liquidation.trouble import Trouble
from engine.money import ZERO
from engine.orders import Order

#: Pauses between questions after an accepted order; market orders fill at once or hardly at all.
FILL_POLLS_S = (0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 3.0)


class Filling:
    """Follows one exit's order to its end and concludes it."""

    def __init__(
        self,
        *,
        journal: Journal,
        submitter: Submitter,
        reports: Reports,
        clock: Clock,
        broker: Broker,
        door: MarketDoor,
        trouble: Trouble,
    ) -> None:
        self._journal = journal
        self._submitter = submitter
        self._reports = reports
        self._clock = clock
        self._broker = broker
        self._door = door
        self._trouble = trouble
        self._polls = 0

    async def step(self, intent: Intent, claim: Claim, *, found_later: bool) -> Intent:
        """Ask once for the order that was sent for `claim`; the intent is planned again when the venue closed the order without a fill."""
        followed = await self._submitter.follow(intent, self._broker)
        intent, order = followed.intent, followed.order
        if order is None or not order.status.is_final:
            await self._wait(intent, followed.error, "has the order and has not filled it yet")
            return intent
        if order.filled_quantity == ZERO:
            return await self._journal.retry(intent, cause="closed without a fill")
        if order.average_price is None:
            # Nothing is booked at a price nobody told.
            await self._wait(intent, None, "filled the order and does not tell at what price")
            return intent
        return await self._conclude(intent, order, claim, found_later=found_later)

    async def _conclude(self, intent: Intent, order: Order, claim: Claim, *, found_later: bool) -> Intent:
        instrument = await self._door.instrument()
        rest, dust = claim.rest_after(order, instrument=instrument, price=intent.trigger_price)
        if intent.asked is not None:
            rest, dust = rest_after_asking(rest, dust, intent.asked)
        message = describe_exit(
            intent,
            claim.guard,
            order,
            cancelled=await self._journal.load_released(intent.intent_id),
            dust=dust,
            found_later=found_later,
            filled_at=self._clock.now(),
        )
        self._reports.outdate(intent.account_id, at=self._clock.now())
        return await self._journal.conclude(intent, order, guard=rest, seen=claim.seen, message=message)

    async def _wait(self, intent: Intent, error: BrokerError | None, silence: str) -> None:
        wait_s = FILL_POLLS_S[min(self._polls, len(FILL_POLLS_S) - 1)]
        self._polls += 1
        if isinstance(error, KeyRejectedError):
            wait_s = pause_s(error, self._polls)
        if self._polls >= len(FILL_POLLS_S) or isinstance(error, KeyRejectedError):
            await self._trouble.note(
                f"the order may be filled, but {error}" if error else f"{intent.venue.label} {silence}",
                "asking until it is told; nothing is sent twice",
            )
        await self._clock.sleep(wait_s)
