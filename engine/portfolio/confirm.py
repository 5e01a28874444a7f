"""Confirm prices before anything is set by them: a single bad tick must arm no guard."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from itertools import groupby

from engine.clock import Clock
from engine.guards.guard import Guard, GuardSource
from engine.guards.mark_service import MarkService
from engine.market.feed import Markets
from engine.market.mark import Mark, PriceProblem, PriceUnknown
from engine.model.holdings import Direction
from engine.model.instruments import Instrument
from engine.model.venues import Venue
from engine.portfolio.assemble import Found

#: A venue that has not answered by then confirms nothing.
CONFIRM_BUDGET_S = 10.0

#: Costs that no price is a loss or a gain against.
_NOTHING, _EVERYTHING = Decimal("1e-30"), Decimal("1e30")


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """A position whose price is to be confirmed for a quantity of it."""

    found: Found
    quantity: Decimal


class Confirmer:
    """Takes a fresh quote and a second look from the order book, as the watch does."""

    def __init__(self, *, markets: Markets, clock: Clock, threshold: Decimal, max_age_s: float) -> None:
        self._threshold = threshold
        self._mark_services = {
            venue: MarkService(market=market, clock=clock, max_age_s=max_age_s)
            for venue, market in markets.items()
        }

    async def confirm(self, wanted: Sequence[Wanted]) -> list[Found]:
        """Return the positions with confirmed marks, or with *price unknown*."""
        by_venue = groupby(sorted(wanted, key=_venue), key=_venue)
        confirmed = await asyncio.gather(*(self._confirm(venue, list(ones)) for venue, ones in by_venue))
        marks = {found.key: found for ones in confirmed for found in ones}
        return [marks[one.found.key] for one in wanted]

    async def _confirm(self, venue: Venue, wanted: list[Wanted]) -> list[Found]:
        looker = self._mark_services[venue]
        probes = {one.found.key: self._probe(one.found, one.quantity) for one in wanted}
        guards = tuple(probe for probe in probes.values() if probe is not None)
        marks: dict[str, Mark | PriceUnknown] = {}
        try:
            async with asyncio.timeout(CONFIRM_BUDGET_S):
                quotes = await looker.fetch_quotes(guards) if guards else {}
                looks = (looker.look(guard, quotes.get(guard.symbol), last=None) for guard in guards)
                marks = dict(zip((g.guard_id for g in guards), await asyncio.gather(*looks), strict=True))
        except TimeoutError:
            pass
        unknown = PriceUnknown(problem=PriceProblem.NO_ANSWER)
        return [
            replace(one.found, mark=marks.get(probe.guard_id, unknown) if probe else one.found.mark)
            for one in wanted
            for probe in (probes[one.found.key],)
        ]

    def _probe(self, found: Found, quantity: Decimal) -> Guard | None:
        """Return a guard that no price can breach, so that only looks that agree confirm one another."""
        if found.instrument is None or quantity <= 0:
            return None
        return _probe(found, found.instrument, quantity, self._threshold)


def _probe(found: Found, instrument: Instrument, quantity: Decimal, threshold: Decimal) -> Guard:
    return Guard(
        guard_id=f"{found.key}",
        user_id=found.account.user_id,
        account_id=found.account.account_id,
        venue=found.account.venue,
        kind=found.kind,
        direction=found.direction,
        asset=found.asset,
        symbol=instrument.symbol,
        quantity=quantity,
        cost=_NOTHING if found.direction is Direction.LONG else _EVERYTHING,
        currency=instrument.quote,
        threshold=threshold,
        source=GuardSource.HAND,
        created_at=found.as_of,
    )


def _venue(wanted: Wanted) -> Venue:
    return wanted.found.account.venue
