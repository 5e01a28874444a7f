"""Fees that a venue books after the fill: looked for with every reading until they are known."""

from collections.abc import Mapping

from engine.brokers.base import Broker
from engine.clock import Clock
from engine.failures import Failures
from engine.model.errors import BrokerError
from engine.model.orders import VenueOrderId
from engine.model.venues import Account
from engine.orders import store as intents
from engine.orders.intents import Intent
from engine.storage.database import Database

#: Alpaca books at the end of the day, so one question in this time is enough.
ASK_AGAIN_S = 900.0


class LateFees:
    """Completes what `/history` shows of our orders."""

    def __init__(self, *, database: Database, brokers: Mapping[str, Broker], clock: Clock) -> None:
        self._database = database
        self._brokers = brokers
        self._clock = clock
        self._fetched_at_s: dict[str, float] = {}

    async def book(self, account: Account) -> None:
        """Write down the fees that an account's venue has booked by now."""
        async with self._database.read() as session:
            waiting = await intents.load_without_fee(session, account.account_id)
        failures = Failures()
        for intent in waiting:
            if self._is_due(intent):
                with failures.turn_of(f"the fee of {intent.intent_id}"):
                    await self._book(intent, self._brokers[account.account_id])
        failures.raise_together("fees were not booked")

    def _is_due(self, intent: Intent) -> bool:
        fetched_at_s = self._fetched_at_s.get(intent.intent_id)
        return fetched_at_s is None or self._clock.monotonic() - fetched_at_s >= ASK_AGAIN_S

    async def _book(self, intent: Intent, broker: Broker) -> None:
        self._fetched_at_s[intent.intent_id] = self._clock.monotonic()
        try:
            fee = await broker.fetch_booked_fee(VenueOrderId(intent.venue_order_id or ""), intent.symbol)
        except BrokerError:
            return  # queried again in a while
        if fee is not None:
            async with self._database.write() as session:
                await intents.book_fee(session, intent.intent_id, fee.amount, fee.asset)
