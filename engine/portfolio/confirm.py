"""Confirm prices before anything is set by them: a single bad tick must arm no guard."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from itertools import groupby

from engine.market.mark import Mark, MarkRequest, PriceProblem, PriceUnknown
from engine.market.marks import Marks
from engine.market.quote_reading import QuoteReading
from engine.model.venues import Venue
from engine.portfolio.assemble import Found

#: A venue that has not answered by then confirms nothing.
CONFIRM_BUDGET_S = 10.0

_NO_ANSWER = PriceUnknown(problem=PriceProblem.NO_ANSWER)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """A position whose price is to be confirmed for a quantity of it."""

    found: Found
    quantity: Decimal


class Confirmer:
    """Takes a fresh quote and a second look from the order book, as the watch does."""

    def __init__(self, *, marks: Mapping[Venue, Marks], threshold: Decimal) -> None:
        self._marks = marks
        self._threshold = threshold

    async def confirm(self, wanted: Sequence[Wanted]) -> list[Found]:
        """Return the positions with confirmed marks, or with *price unknown*."""
        by_venue = groupby(sorted(wanted, key=_venue), key=_venue)
        confirmed = await asyncio.gather(
            *(self._confirm(self._marks[venue], list(ones)) for venue, ones in by_venue)
        )
        marks = {found.key: found for ones in confirmed for found in ones}
        return [marks[one.found.key] for one in wanted]

    async def _confirm(self, marks: Marks, wanted: list[Wanted]) -> list[Found]:
        requests = [self._request(one, marks.max_age_s) for one in wanted]
        seen: Sequence[Mark | PriceUnknown | None]
        try:
            async with asyncio.timeout(CONFIRM_BUDGET_S):
                symbols = {one.symbol for one in requests if one is not None}
                reading = await marks.fetch_quotes(symbols) if symbols else QuoteReading()
                seen = await asyncio.gather(*(_look(marks, request, reading) for request in requests))
        except TimeoutError:
            seen = [None if request is None else _NO_ANSWER for request in requests]
        return [
            replace(one.found, mark=mark or one.found.mark) for one, mark in zip(wanted, seen, strict=True)
        ]

    def _request(self, wanted: Wanted, max_age_s: float) -> MarkRequest | None:
        """Return what to ask for; no price triggers anything, so only looks that agree confirm one another."""
        if wanted.found.instrument is None or wanted.quantity <= 0:
            return None
        return MarkRequest(
            symbol=wanted.found.instrument.symbol,
            direction=wanted.found.direction,
            quantity=wanted.quantity,
            threshold=self._threshold,
            max_age_s=max_age_s,
        )


async def _look(
    marks: Marks, request: MarkRequest | None, reading: QuoteReading
) -> Mark | PriceUnknown | None:
    return None if request is None else await marks.look(request, reading.of(request.symbol), last=None)


def _venue(wanted: Wanted) -> Venue:
    return wanted.found.account.venue
