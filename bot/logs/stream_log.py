"""A line in the log when a venue begins to push prices or orders, or does not any more: the chat tells whoever looks."""

from collections.abc import Mapping

import structlog

from engine.accounts.live_accounts import LiveAccounts
from engine.brokers.base import Broker
from engine.brokers.streams.price_stream import Loss
from engine.market.feed import Markets
from engine.market.stream_status import NotLive
from engine.model.venues import Venue
from handlers.render.stream_losses import loss_text

log = structlog.get_logger(__name__)


class StreamLog:
    """Looks at every venue's streams now and then and writes down what has changed."""

    def __init__(self, markets: Markets, live_accounts: LiveAccounts, brokers: Mapping[str, Broker]) -> None:
        self._markets = markets
        self._live_accounts = live_accounts
        self._brokers = brokers
        #: By venue, why its prices are polled; None while they are pushed.
        self._known: dict[Venue, Loss | None] = {}
        #: The same by account of its orders.
        self._known_orders: dict[str, Loss | None] = {}

    def log_changes(self) -> None:
        """Write a line for each venue that pushes prices or orders, or lost its connection, since the last time."""
        for venue, market in self._markets.items():
            status = market.pushed.status()
            loss = _find_disconnected(status.polled)
            if loss or status.live:
                self._note(venue, loss)
        for account_id, broker in self._brokers.items():
            orders = self._live_accounts.status(account_id)
            if orders.loss or orders.is_live:
                self._note_orders(account_id, broker.account.venue, orders.loss)

    def _note(self, venue: Venue, loss: Loss | None) -> None:
        is_first, before = venue not in self._known, self._known.get(venue)
        self._known[venue] = loss
        if loss and not before:
            log.warning("a venue pushes no prices; they are polled", venue=venue.label, why=loss_text(loss))
        elif loss is None and (is_first or before):
            log.info("a venue pushes prices", venue=venue.label)

    def _note_orders(self, account_id: str, venue: Venue, loss: Loss | None) -> None:
        is_first, before = account_id not in self._known_orders, self._known_orders.get(account_id)
        self._known_orders[account_id] = loss
        if loss and not before:
            log.warning(
                "a venue does not push orders; they are polled", venue=venue.label, why=loss_text(loss)
            )
        elif loss is None and (is_first or before):
            log.info("a venue pushes orders", venue=venue.label)


def _find_disconnected(polled: Mapping[str, NotLive]) -> Loss | None:
    return next((one.loss for one in polled.values() if one.is_disconnected), None)
