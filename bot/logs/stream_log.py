"""A line in the log when a venue begins to push prices or orders, or does not any more: the chat tells whoever looks."""

from collections.abc import Mapping

import structlog

from engine.accounts.live_accounts import LiveAccounts
from engine.brokers.base import Broker
from engine.market.feed import Markets
from engine.market.stream_standing import NotLive
from engine.model.venues import Venue

log = structlog.get_logger(__name__)


class StreamLog:
    """Looks at every venue's streams now and then and writes down what has changed."""

    def __init__(self, markets: Markets, live_accounts: LiveAccounts, brokers: Mapping[str, Broker]) -> None:
        self._markets = markets
        self._live_accounts = live_accounts
        self._brokers = brokers
        #: By venue, why its prices are polled; empty while they are pushed.
        self._known: dict[Venue, str] = {}
        #: The same by account of its orders.
        self._known_orders: dict[str, str] = {}

    def look(self) -> None:
        """Write a line for each venue that pushes prices or orders, or lost its connection, since the last look."""
        for venue, market in self._markets.items():
            standing = market.pushed.standing()
            why = _why_disconnected(standing.polled)
            if why or standing.live:
                self._note(venue, why)
        for account_id, broker in self._brokers.items():
            orders = self._live_accounts.standing(account_id)
            if orders.why or orders.is_live:
                self._note_orders(account_id, broker.account.venue, orders.why)

    def _note(self, venue: Venue, why: str) -> None:
        before, self._known[venue] = self._known.get(venue), why
        if why and not before:
            log.warning("a venue pushes no prices; they are polled", venue=venue.label, why=why)
        elif before is None or (before and not why):
            log.info("a venue pushes prices", venue=venue.label)

    def _note_orders(self, account_id: str, venue: Venue, why: str) -> None:
        before, self._known_orders[account_id] = self._known_orders.get(account_id), why
        if why and not before:
            log.warning("a venue does not push orders; they are polled", venue=venue.label, why=why)
        elif not why and before != why:
            log.info("a venue pushes orders", venue=venue.label)


def _why_disconnected(polled: Mapping[str, NotLive]) -> str:
    return next((one.why for one in polled.values() if one.is_disconnected), "")
