"""The true prices of one venue, what the venue quotes, and the mark they justify."""

from dataclasses import dataclass, field, replace
from datetime import timedelta
from decimal import ROUND_FLOOR, Decimal
from typing import NamedTuple

from engine.model.quotes import Level, OrderBook, Quote
from tests.simulation.faults import Kind

#: Seconds that true marks are remembered for.
_MEMORY_S = 90


class Moment(NamedTuple):
    """What was true of a symbol from a time on."""

    at: float
    mid: Decimal
    bid: Decimal
    ask: Decimal
    #: how much is bid at the best price
    top: Decimal
    #: the price of everything behind it
    lower: Decimal

    def fair(self, quantity, threshold):
        """Return what closing would bring a unit, or the mid where the spread is too wide to say."""
        if (self.ask - self.bid) * 2 > -threshold * self.mid:
            return min(self.mid, (self.bid + self.ask) / 2)
        if self.top * 10 >= quantity:
            return self.bid
        return (self.top * self.bid + (quantity - self.top) * self.lower) / quantity


@dataclass(slots=True, kw_only=True)
class Price:
    """One symbol's book: a mid with a spread and how much is bid at the top."""

    mid: Decimal
    spread_ratio: Decimal = Decimal("0.001")
    top: Decimal = Decimal(1000)
    #: oldest first
    past: list[Moment] = field(default_factory=list)

    def at(self, seconds):
        bid = _tick(self.mid * (1 - self.spread_ratio / 2))
        ask = _tick(self.mid * (1 + self.spread_ratio / 2))
        return Moment(seconds, self.mid, bid, ask, self.top, _tick(bid * Decimal("0.999")))


class Prices:
    """Keeps prices, lets the plan of faults bend what is quoted."""

    def __init__(self, venue, *, clock, faults, rng):
        self.venue = venue
        self._clock = clock
        self._faults = faults
        self._rng = rng
        self._prices = {}
        self._stale = {}
        self._frozen = {}

    def symbols(self):
        return tuple(self._prices)

    def set(self, symbol, mid):
        price = self._prices.setdefault(symbol, Price(mid=mid))
        price.mid = mid
        self.remember(symbol)

    def shape(self, symbol, *, spread_ratio=Decimal("0.001"), top=Decimal(1000)):
        price = self._prices[symbol]
        price.spread_ratio, price.top = spread_ratio, top
        self.remember(symbol)

    def remember(self, symbol):
        price, now = self._prices[symbol], self._clock.monotonic()
        price.past.append(price.at(now))
        price.past[:] = [moment for moment in price.past if moment.at > now - _MEMORY_S]

    def mid(self, symbol):
        return self._prices[symbol].mid

    def bid(self, symbol):
        return self.now(symbol).bid

    def now(self, symbol):
        return self._prices[symbol].past[-1]

    def fair(self, symbol, quantity, threshold):
        return self.now(symbol).fair(quantity, threshold)

    def lowest_fair(self, symbol, quantity, threshold, *, since):
        """Return the worst true mark of a while, the one in force at its beginning included."""
        past = self._prices[symbol].past
        before = [moment for moment in past if moment.at <= since][-1:]
        during = [moment for moment in past if moment.at > since]
        return min(moment.fair(quantity, threshold) for moment in before + during)

    def quote(self, symbol):
        """Return what the venue quotes, or None."""
        strikes = self._faults.strikes
        if strikes(self.venue, Kind.QUOTE_MISSING):
            return None
        if strikes(self.venue, Kind.QUOTE_STALE):
            return self._stale.setdefault(symbol, self._dated_quote(symbol, self.now(symbol), age_s=20))
        self._stale.pop(symbol, None)
        quote = self.true_quote(symbol)
        if strikes(self.venue, Kind.QUOTE_FROZEN):
            return replace(self._frozen.setdefault(symbol, quote), at=quote.at)
        self._frozen.pop(symbol, None)
        if strikes(self.venue, Kind.QUOTE_GARBAGE):
            return _garbage(quote, self._rng)
        if strikes(self.venue, Kind.QUOTE_JUMPS):
            ratio = self._rng.choice((Decimal("0.6"), Decimal("0.9"), Decimal("1.4")))
            return Quote(
                symbol=symbol,
                bid=quote.bid * ratio,
                ask=quote.ask * ratio,
                bid_quantity=quote.bid_quantity,
                ask_quantity=quote.ask_quantity,
                at=quote.at,
            )
        return quote

    def book(self, symbol):
        price = self.now(symbol)
        enough = price.top + Decimal(100_000)
        return OrderBook(
            symbol=symbol,
            bids=(
                Level(price=price.bid, quantity=price.top),
                Level(price=price.lower, quantity=enough),
            ),
            asks=(Level(price=price.ask, quantity=enough),),
            at=self._clock.now(),
        )

    def true_quote(self, symbol, *, age_s=0.0):
        """Return what is quoted in truth, or was so long ago."""
        past = self._prices[symbol].past
        before = [one for one in past if one.at <= self._clock.monotonic() - age_s]
        return self._dated_quote(symbol, before[-1] if before else past[0], age_s=age_s)

    def _dated_quote(self, symbol, price, *, age_s=0.0):
        return Quote(
            symbol=symbol,
            bid=price.bid,
            ask=price.ask,
            bid_quantity=price.top,
            ask_quantity=price.top,
            at=self._clock.now() - timedelta(seconds=age_s),
        )


def _garbage(quote, rng):
    bid, ask = rng.choice(
        (
            (Decimal("NaN"), quote.ask),
            (Decimal(0), quote.ask),
            (Decimal(-5), quote.ask),
            (None, quote.ask),
            (quote.bid, None),
            (quote.ask * 2, quote.ask),
            (Decimal("Infinity"), Decimal("Infinity")),
            (Decimal("1e-9"), Decimal("1e-9")),
        )
    )
    return Quote(symbol=quote.symbol, bid=bid, ask=ask, bid_quantity=None, ask_quantity=None, at=quote.at)


def _tick(price):
    return price.quantize(Decimal("0.01"), ROUND_FLOOR)
