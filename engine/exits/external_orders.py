"""Learns from a venue which of the orders that traded lately are certainly none of an exit's own attempts."""

from collections.abc import Iterable

from engine import wall_time
from engine.brokers.base import Broker
from engine.brokers.unnamed import Likeness, likeness
from engine.model.errors import BrokerError
from engine.model.orders import Fill, Order, Sent, VenueOrderId
from engine.orders.balance_verdict import SendBasis
from engine.orders.intents import Intent
from engine.orders.journal import Journal
from engine.orders.other_trades import SHOWN_WITHIN
from engine.orders.our_orders import OurOrders

#: So many orders are read for one judgement: each reading costs the key points.
_READ_AT_ONCE = 5


class ExternalOrders:
    """Remembers what was read: the side, kind and quantity of an order do not change."""

    def __init__(self, *, journal: Journal, broker: Broker) -> None:
        self._journal = journal
        self._broker = broker
        self._read = set[str]()
        self._external = set[VenueOrderId]()

    @property
    def known(self) -> frozenset[VenueOrderId]:
        """Return the venue's ids of the orders that are not the exit's."""
        return frozenset(self._external)

    async def learn(self, intent: Intent, basis: SendBasis, fills: Iterable[Fill], ours: OurOrders) -> None:
        """Read the unknown orders behind trades of the intent's asset and side since the reading of a basis."""
        attempts = await self._attempts(intent)
        unknown = {
            fill.venue_order_id: fill.symbol
            for fill in fills
            if (fill.base, fill.side) == (intent.asset, intent.side)
            and not wall_time.is_before(fill.at + SHOWN_WITHIN, basis.at)
            and fill.venue_order_id
            and fill.venue_order_id not in ours.of_account | ours.of_intent | self._read
        }
        for order_id, symbol in [*unknown.items()][:_READ_AT_ONCE] if attempts else ():
            order = await self._fetch(order_id, symbol, intent)
            if order is None or ours.is_of_intent(order):
                continue
            self._read.add(order_id)
            if all(likeness(order, intent.symbol, sent) is Likeness.OTHER for sent in attempts):
                self._external.add(order_id)

    async def _attempts(self, intent: Intent) -> tuple[Sent, ...]:
        """Return what the intent's attempts were; nothing where that is not known of each."""
        quantities = await self._journal.load_sent_quantities(intent)
        left_at = await self._journal.load_first_left(intent)
        if quantities is None or left_at is None:
            return ()
        return tuple(
            Sent(side=intent.side, quantity=quantity, at=left_at, is_margin=intent.reduce_only)
            for quantity in quantities
        )

    async def _fetch(self, order_id: VenueOrderId, symbol: str, intent: Intent) -> Order | None:
        try:
            return await self._broker.fetch_order(order_id, symbol, priority=intent.priority)
        except BrokerError:
            return None
