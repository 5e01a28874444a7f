"""A line in the log when a venue begins to push prices, or does not any more: the chat tells it only to whoever looks."""

from collections.abc import Mapping

import structlog

from engine.market.feed import Markets
from engine.market.stream_standing import NotLive
from engine.model.venues import Venue

log = structlog.get_logger(__name__)


class StreamLog:
    """Looks at every venue's streams now and then and writes down what has changed."""

    def __init__(self, markets: Markets) -> None:
        self._markets = markets
        #: By venue, why its prices are polled; empty while they are pushed.
        self._known: dict[Venue, str] = {}

    def look(self) -> None:
        """Write a line for each venue that pushes prices or lost its connection since the last look."""
        for venue, market in self._markets.items():
            standing = market.pushed.standing()
            why = _why_disconnected(standing.polled)
            if why or standing.live:
                self._note(venue, why)

    def _note(self, venue: Venue, why: str) -> None:
        before, self._known[venue] = self._known.get(venue), why
        if why and not before:
            log.warning("a venue pushes no prices; they are polled", venue=venue.label, why=why)
        elif before is None or (before and not why):
            log.info("a venue pushes prices", venue=venue.label)


def _why_disconnected(polled: Mapping[str, NotLive]) -> str:
    return next((one.why for one in polled.values() if one.is_disconnected), "")
