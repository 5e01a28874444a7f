"""How the prices of what is guarded come in, venue by venue."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence

from engine.clock import Moment
from engine.guards.guard import Guard, GuardState
from engine.market.mark import PriceProblem
from engine.market.stream_status import NotLive, StreamStatus
from engine.model.venues import Venue
from engine.status import PolledPrice, VenuePrices


def venue_prices(
    guards: Sequence[Guard],
    streams: Mapping[Venue, StreamStatus],
    *,
    polling_failed: Mapping[Venue, PriceProblem],
    now: Moment,
) -> Iterator[VenuePrices]:
    """Return each venue that has something to price: what of it is pushed, and why the rest is polled."""
    symbols = defaultdict[Venue, set[str]](set)
    for guard in guards:
        if guard.state is not GuardState.PAUSED:
            symbols[guard.venue].add(guard.symbol)
    for venue, status in streams.items():
        polled = {symbol: status.polled[symbol] for symbol in status.polled.keys() & symbols[venue]}
        live = status.live & symbols[venue]
        # A stream of which nothing was wanted yet has neither.
        if symbols[venue] and (live or polled or not status.has_stream):
            yield VenuePrices(
                venue_label=venue.label,
                has_stream=status.has_stream,
                polled=tuple(_polled(symbol, one, now) for symbol, one in sorted(polled.items())),
                live=len(live),
                polling_error=polling_failed.get(venue),
            )


def _polled(symbol: str, one: NotLive, now: Moment) -> PolledPrice:
    return PolledPrice(
        symbol=symbol, loss=one.loss, lasting=now - one.since, is_disconnected=one.is_disconnected
    )
