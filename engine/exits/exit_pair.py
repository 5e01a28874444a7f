"""The pair one exit goes through now: the guarded one, or another that brings enough by its own order book."""

import asyncio
from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal

from engine.brokers.within import within
from engine.clock import Clock
from engine.exits.pair_rules import (
    LeastPrice,
    agree,
    choose_pair,
    is_shut,
    least_by_book,
    needs_second_look,
    other_pairs,
)
from engine.guards.guard import Guard
from engine.market.feed import VenueMarket
from engine.market.pricing import plan_symbols, value_in_usd
from engine.market.second_look import SECOND_LOOK_AFTER
from engine.model.errors import BrokerError
from engine.model.failing_reasons import NoPair, OfferProblem, PairOffer
from engine.model.instruments import Instrument, quote_of
from engine.model.money import ZERO, exact
from engine.model.quotes import OrderBook
from engine.model.walk import BookProblem, walk_book, walk_part
from engine.orders.too_small import usual_minimum

#: A sale waits no longer than this for the listing it is floored by, for an order book or for a rate.
LISTING_S = 2.0
RATE_MAX_AGE_S = 10.0


class ExitPair:
    """Begins every round with the guarded pair and goes on through others only at the price of that moment."""

    def __init__(self, *, market: VenueMarket, guard: Guard, clock: Clock) -> None:
        self._market = market
        self._clock = clock
        self._guard = guard
        self._currency = quote_of(guard.symbol)
        self._refused: list[str] = []
        self._shut_since_s: float | None = None
        self.symbol = guard.symbol
        #: What its book carries at a sane price, where that is not all.
        self.most: Decimal | None = None

    @property
    def is_first(self) -> bool:
        """Return whether it is the pair the position is guarded in."""
        return self.symbol == self._guard.symbol

    @property
    def was_shut(self) -> bool:
        """Return whether the guarded pair refused a sale for its market."""
        return self._shut_since_s is not None

    def note_refused(self, error: BrokerError) -> None:
        """Note since when the market of the guarded pair takes no sale, if that is why the present one was refused."""
        if self.is_first and is_shut(error) and self._shut_since_s is None:
            self._shut_since_s = self._clock.monotonic()

    @property
    def shut_s(self) -> float:
        """Return how long ago the guarded pair first refused a sale for its market; zero where it did not."""
        return 0.0 if self._shut_since_s is None else self._clock.monotonic() - self._shut_since_s

    async def has_others(self) -> bool:
        """Return whether the asset may be sold through another pair at all."""
        return bool(other_pairs(self._guard, self._refused, await self._instruments()))

    def begin_again(self) -> None:
        """Take the guarded pair next: what was refused may be allowed by then, and prices change."""
        self._refused.clear()
        self.symbol, self.most = self._guard.symbol, None

    async def go_on(self, least: LeastPrice) -> NoPair | None:
        """Leave the present pair for the best of those not refused yet, or return why there is none."""
        self._refused.append(self.symbol)
        instruments = await self._instruments()
        symbols = other_pairs(self._guard, self._refused, instruments)
        listed = [instruments[symbol] for symbol in symbols]
        offers = tuple(await asyncio.gather(*(self._offer(one, least) for one in listed)))
        best = choose_pair(offers)
        if best is not None:
            self.symbol, self.most = best.symbol, best.most
            return None
        none = NoPair(refused=tuple(self._refused), offers=offers, currency=self._currency)
        self.begin_again()
        return none

    async def instrument(self) -> Instrument | None:
        """Return the listing of the present pair, or None when it is not reported in time."""
        instrument = (await self._instruments()).get(self.symbol)
        if instrument is None or self.is_first:
            return instrument
        # Its smallest value is in another currency than the guard's price: the venue decides what is too little.
        return replace(instrument, minimum_notional=ZERO)

    async def guarded_instrument(self) -> Instrument | None:
        """Return the listing of the guarded pair, whichever pair is used now."""
        return (await self._instruments()).get(self._guard.symbol)

    async def usual_minimum(self) -> Decimal | None:
        """Return the usual smallest value of an order at the venue in the guard's currency; None is unknown."""
        return usual_minimum((await self._instruments()).values(), self._currency)

    async def rate(self, currency: str) -> Decimal | None:
        """Return one unit of a currency in the guard's own, at the venue's rate of now; None is unknown."""
        if currency == self._currency:
            return Decimal(1)
        instruments = await self._instruments()
        symbols = plan_symbols({currency, self._currency}, instruments)
        reading = self._market.quotes(symbols, max_age_s=RATE_MAX_AGE_S)
        quotes = await within(LISTING_S, reading, otherwise=None)
        if quotes is None:
            return None
        value, of = (value_in_usd(each, instruments, quotes) for each in (currency, self._currency))
        return value / of if value and of else None

    async def _offer(self, instrument: Instrument, least: LeastPrice) -> PairOffer:
        """Return what all that is guarded, or what a thin book carries, would bring through one pair now."""
        book = await self._book(instrument)
        if book is None:
            return _none(instrument, OfferProblem.NO_BOOK, least.usual)
        rate = await self.rate(instrument.quote)
        if rate is None:
            return _none(instrument, OfferProblem.NO_RATE, least.usual)
        own = least_by_book(book)
        if own is not None and needs_second_look(own, rate=rate, least=least):
            book = await self._confirmed(instrument, own)
            own = None if book is None else least_by_book(book)
            if book is None or own is None:
                return _none(instrument, OfferProblem.UNCONFIRMED, least.usual)
        with exact():
            worst = least.usual if own is None else least.by_book(own * rate)
        offer = self._whole(instrument, book, rate=rate, worst=worst)
        return offer if offer.is_sane else self._part(instrument, book, rate=rate, worst=worst) or offer

    async def _confirmed(self, instrument: Instrument, own: Decimal) -> OrderBook | None:
        """Return the book of a moment later; None unless it nearly agrees."""
        await self._clock.sleep(SECOND_LOOK_AFTER.total_seconds())
        book = await self._book(instrument)
        again = None if book is None else least_by_book(book)
        return book if again is not None and agree(own, again) else None

    async def _book(self, instrument: Instrument) -> OrderBook | None:
        book = await within(LISTING_S, self._market.book(instrument.symbol), otherwise=None)
        return None if book is None else book.filled

    def _whole(self, instrument: Instrument, book: OrderBook, *, rate: Decimal, worst: Decimal) -> PairOffer:
        price = walk_book(book, self._guard.direction, self._guard.quantity)
        if isinstance(price, BookProblem):
            return _none(instrument, price, worst)
        if why := instrument.why_too_small_to_sell(self._guard.quantity, price):
            return _none(instrument, OfferProblem.TOO_SMALL, worst, detail=why)
        with exact():
            return PairOffer(symbol=instrument.symbol, price=price * rate, least=worst)

    def _part(
        self, instrument: Instrument, book: OrderBook, *, rate: Decimal, worst: Decimal
    ) -> PairOffer | None:
        """Return what the levels that bring enough carry; None when that is too little to be sold."""
        found = walk_part(book, self._guard.direction, self._guard.quantity, worst=worst / rate)
        if found is None or instrument.why_too_small_to_sell(*found):
            return None
        part, price = found
        with exact():
            brings = max(price * rate, worst)
        most = instrument.floor_quantity(part)
        return PairOffer(symbol=instrument.symbol, price=brings, most=most, least=worst)

    async def _instruments(self) -> Mapping[str, Instrument]:
        return await within(LISTING_S, self._market.instruments(), otherwise=dict[str, Instrument]())


def _none(
    instrument: Instrument, problem: OfferProblem | BookProblem, least: Decimal, *, detail: str = ""
) -> PairOffer:
    return PairOffer(symbol=instrument.symbol, price=None, problem=problem, detail=detail, least=least)
