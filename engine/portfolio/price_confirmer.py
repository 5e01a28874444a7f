"""Confirm prices before anything is set by them: a single bad tick must arm no guard."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from itertools import groupby

from engine.market.mark import Mark, MarkRequest, PriceProblem, PriceUnknown
from engine.market.marks import Marks
from engine.market.quote_reading import QuoteReading
from engine.model.venues import Venue
from engine.portfolio.position import Position

#: A venue that has not answered by then confirms nothing.
CONFIRM_BUDGET_S = 10.0

_NO_ANSWER = PriceUnknown(problem=PriceProblem.NO_ANSWER)


class Confirmer:
    """Takes a fresh quote and a second look from the order book, as the watch does."""

    def __init__(self, *, marks: Mapping[Venue, Marks], threshold: Decimal) -> None:
        self._marks = marks
        self._threshold = threshold

    async def confirm(
        self, positions: Sequence[Position], *, quantity: Decimal | None = None
    ) -> list[Position]:
        """Return the positions with marks confirmed for a quantity of each, or with *price unknown*.

        Without one it is all that is not guarded yet.
        """
        by_venue = groupby(sorted(positions, key=_venue), key=_venue)
        confirmed = await asyncio.gather(
            *(self._confirm(self._marks[venue], list(ones), quantity) for venue, ones in by_venue)
        )
        by_key = {position.key: position for ones in confirmed for position in ones}
        return [by_key[one.key] for one in positions]

    async def _confirm(
        self, marks: Marks, positions: list[Position], quantity: Decimal | None
    ) -> list[Position]:
        requests = [self._request(one, quantity, marks.max_age_s) for one in positions]
        seen: Sequence[Mark | PriceUnknown | None]
        try:
            async with asyncio.timeout(CONFIRM_BUDGET_S):
                symbols = {one.symbol for one in requests if one is not None}
                reading = await marks.fetch_quotes(symbols) if symbols else QuoteReading()
                seen = await asyncio.gather(*(_mark_of(marks, request, reading) for request in requests))
        except TimeoutError:
            seen = [None if request is None else _NO_ANSWER for request in requests]
        return [replace(one, mark=mark or one.mark) for one, mark in zip(positions, seen, strict=True)]

    def _request(self, position: Position, quantity: Decimal | None, max_age_s: float) -> MarkRequest | None:
        """Return the price to use; no price triggers anything, so only looks that agree confirm one another."""
        wanted = position.unguarded if quantity is None else quantity
        if position.instrument is None or wanted <= 0:
            return None
        return MarkRequest(
            symbol=position.instrument.symbol,
            direction=position.direction,
            quantity=wanted,
            threshold=self._threshold,
            max_age_s=max_age_s,
        )


async def _mark_of(
    marks: Marks, request: MarkRequest | None, reading: QuoteReading
) -> Mark | PriceUnknown | None:
    return None if request is None else await marks.mark_of(request, reading.of(request.symbol), last=None)


def _venue(position: Position) -> Venue:
    return position.account.venue
