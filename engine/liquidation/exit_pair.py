"""Which pair of its asset an exit is sold through, when a venue does not let this account trade the first."""

import asyncio
from collections.abc import Collection, Mapping
from dataclasses import replace
from decimal import Decimal

from engine.balances.pricing import pairs_for_exit, plan_symbols, value_in_usd
from engine.errors import BrokerError, RefusalReason, RefusedError
from engine.guards.guard import Guard
from engine.instruments import Instrument
from engine.market import VenueMarket
from engine.money import ZERO, is_cash
from engine.positions import PositionKind

#: A sale waits no longer than this for the listing it is floored by, or for a rate.
LISTING_S = 2.0
RATE_MAX_AGE_S = 10.0

#: Refusals that speak of the pair and not of the order: another pair of the same asset may be taken.
_OF_THE_PAIR = frozenset({RefusalReason.PAIR_UNAVAILABLE, RefusalReason.UNKNOWN_SYMBOL})


def is_of_the_pair(error: BrokerError | None) -> bool:
    """Tell whether a venue refused the pair, so that the same sale may go through another one."""
    return isinstance(error, RefusedError) and error.reason in _OF_THE_PAIR


def next_pair(guard: Guard, refused: Collection[str], instruments: Mapping[str, Instrument]) -> str | None:
    """Return the pair to be tried next, or None when none is left.

    The guard's own pair comes first. Others must bring money its owner can receive and take market sales now.
    """
    if guard.kind is not PositionKind.SPOT:
        return None
    if guard.symbol not in refused:
        return guard.symbol
    currency = guard.symbol.partition("/")[2]
    for symbol in pairs_for_exit(guard.asset, currency, instruments):
        instrument = instruments[symbol]
        if symbol not in refused and is_cash(instrument.quote) and instrument.status.takes_exits:
            return symbol
    return None


class ExitPair:
    """The pair one exit uses now, and those that were refused since it last began with the first."""

    def __init__(self, *, market: VenueMarket, guard: Guard) -> None:
        self._market = market
        self._guard = guard
        self._refused: list[str] = []
        self.symbol = guard.symbol

    @property
    def is_first(self) -> bool:
        """Tell whether it is the pair the position is guarded in."""
        return self.symbol == self._guard.symbol

    async def go_on(self) -> tuple[str, ...]:
        """Leave the present pair, which was refused, for the next one.

        Return nothing, or all that were refused when none is left: then the first comes next, as what was
        refused may be allowed by then.
        """
        self._refused.append(self.symbol)
        following = next_pair(self._guard, self._refused, await self._instruments())
        if following is not None:
            self.symbol = following
            return ()
        refused, self._refused = tuple(self._refused), []
        self.symbol = self._guard.symbol
        return refused

    async def instrument(self) -> Instrument | None:
        """Return the listing of the present pair, or None when it is not told in time."""
        instrument = (await self._instruments()).get(self.symbol)
        if instrument is None or self.is_first:
            return instrument
        # Its smallest value counts in money the guard's price is not in: the venue says what is too little.
        return replace(instrument, minimum_notional=ZERO)

    async def rate(self, currency: str) -> Decimal | None:
        """Return one unit of a currency in the guard's own, at the venue's rate of now; None is unknown."""
        own = self._guard.symbol.partition("/")[2]
        if currency == own:
            return Decimal(1)
        instruments = await self._instruments()
        symbols = plan_symbols({currency, own}, instruments)
        try:
            async with asyncio.timeout(LISTING_S):
                quotes = await self._market.quotes(symbols, max_age_s=RATE_MAX_AGE_S)
        except (BrokerError, TimeoutError):
            return None
        value, of = (value_in_usd(each, instruments, quotes) for each in (currency, own))
        return value / of if value and of else None

    async def _instruments(self) -> Mapping[str, Instrument]:
        try:
            async with asyncio.timeout(LISTING_S):
                return await self._market.instruments()
        except (BrokerError, TimeoutError):
            return {}
