"""Public market data shared by all accounts: each instrument is requested once per venue."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta

from engine import wall_time
from engine.brokers.base import ListsWhenNamed, MarketData, Session
from engine.brokers.budget import Budget
from engine.brokers.defects import no_defect_escapes
from engine.brokers.shared_fetch import SharedFetch
from engine.brokers.streams.price_stream import PriceStream
from engine.brokers.within import within
from engine.clock import Clock, Moment, moment
from engine.market.live_prices import LivePrices
from engine.market.quote_reading import QuoteReading
from engine.market.shared_books import SharedBooks
from engine.model.errors import BrokerError
from engine.model.instruments import AssetClass, Instrument
from engine.model.quotes import OrderBook, Quote, Quotes
from engine.model.venues import Venue

#: The listings are not requested again sooner, whatever the outcome.
ASK_AGAIN_S = 5.0
SESSION_MAX_AGE_S = 30.0
#: A session that is known to last is not waited for longer: a stock may be falling in it.
SESSION_WITHIN_S = 1.0
#: How many requests a venue is sent at once beside the quotes of guards, after a quiet time.
SPARE_CALLS_AT_ONCE = 12.0
#: Quotes that value or show something, and sell nothing, may be this old.
QUOTE_MAX_AGE_S = 10.0
#: Two clocks that are read one after the other differ by less, and so do they after a while.
CLOCKS_AGREE_WITHIN = timedelta(seconds=0.5)


class VenueMarket:
    """One venue's listings and latest quotes, cached."""

    def __init__(self, *, data: MarketData, clock: Clock, streams: Sequence[PriceStream] = ()) -> None:
        self.data = data
        #: What the venue pushes; everything else here is requested.
        self.pushed = LivePrices(streams, clock=clock)
        #: The requests beside the quotes of guards, for all that make some: comparisons may take theirs on credit.
        self.spare_calls = Budget(
            capacity=SPARE_CALLS_AT_ONCE, refill_per_s=data.spare_calls_per_s, reserve=0
        )
        self._clock = clock
        self._instruments: Mapping[str, Instrument] = {}
        self._listings_fetched_s = float("-inf")
        self._failed: BrokerError | None = None
        self._quotes: dict[str, Quote] = {}
        self._quotes_requested_at: dict[str, Moment] = {}
        self._distrusted = set[str]()
        self._session: Session | None = None
        self._session_read: Moment | None = None
        self._books = SharedBooks(self._fetch_book, clock=clock)
        self._listing = SharedFetch(self._fetch_listings, name=f"listings {data.venue}")
        self._session_reading = SharedFetch(self.fetch_session, name=f"session {data.venue}")

    @property
    def venue(self) -> Venue:
        return self.data.venue

    async def instruments(self) -> Mapping[str, Instrument]:
        """Return the listings that are kept; until there are any, all callers wait for one request.

        The request goes on when a caller gives up waiting, so that a slow answer still counts.

        Raises:
            BrokerError: there are none yet and the venue does not answer.

        """
        if not self._instruments:
            await self.refresh_instruments()
        if not self._instruments and self._failed is not None:
            raise self._failed
        return self._instruments

    def kept_instrument(self, symbol: str) -> Instrument | None:
        """Return a listing as it is kept; None where it is not known now."""
        return self._instruments.get(symbol)

    async def look_up(self, ticker: str) -> None:
        """Let the venue list a share that was named and that nobody holds."""
        if isinstance(self.data, ListsWhenNamed):
            await self.data.load_stocks([ticker])

    async def refresh_instruments(self) -> None:
        """Request the listings unless they were answered or refused a moment ago; the old ones stand in on a failure."""
        if self._clock.monotonic() - self._listings_fetched_s >= ASK_AGAIN_S:
            await self._listing.result()

    async def close(self) -> None:
        """Cancel the requests that are under way."""
        await self._listing.close()
        await self._session_reading.close()

    async def quotes(self, symbols: Collection[str], *, max_age_s: float) -> Mapping[str, Quote]:
        """Return quotes at most `max_age_s` old, requesting only the others.

        Raises:
            BrokerError: the venue does not answer, and none is cached.

        """
        reading = await self.read_quotes(symbols, max_age_s=max_age_s)
        if isinstance(reading.failed, BrokerError) and not reading.quotes:
            raise reading.failed
        return reading.quotes

    async def read_quotes(self, symbols: Collection[str], *, max_age_s: float) -> QuoteReading:
        """Return quotes at most `max_age_s` old and why there are none of the others; what is kept is not lost with them."""
        limit, failed = timedelta(seconds=max_age_s), None
        missing = {symbol for symbol in symbols if self._kept_quote(symbol, limit) is None}
        if missing:
            try:
                failed = (await self.fetch_quotes(missing)).failed
            except BrokerError as e:
                failed = e
        kept = {symbol: self._kept_quote(symbol, limit) for symbol in symbols}
        quotes = self.trusted({symbol: quote for symbol, quote in kept.items() if quote is not None})
        return QuoteReading(quotes=quotes, failed=failed)

    def trusted(self, quotes: Mapping[str, Quote]) -> Mapping[str, Quote]:
        """Leave out the quotes that a second source contradicts."""
        return {symbol: quote for symbol, quote in quotes.items() if symbol not in self._distrusted}

    def is_trusted(self, symbol: str) -> bool:
        """Return whether no second source contradicts an instrument's quotes."""
        return symbol not in self._distrusted

    def set_price_trust(self, symbol: str, *, is_trusted: bool) -> None:
        """Set whether an instrument's quotes are a price; they are until the opposite is set."""
        if is_trusted:
            self._distrusted.discard(symbol)
        else:
            self._distrusted.add(symbol)

    async def fetch_quotes(self, symbols: Collection[str], *, within_s: float | None = None) -> Quotes:
        """Fetch from the venue now, whatever is cached."""
        requested_at = moment(self._clock)
        with no_defect_escapes(self.venue):
            fresh = await self.data.fetch_quotes(symbols, within_s=within_s)
        if not self._set_since(requested_at):
            # The age of a price that came while the clock was set is unknown.
            self._quotes.update(fresh)
            self._quotes_requested_at.update(dict.fromkeys(fresh, requested_at))
        return fresh

    async def book(self, symbol: str, *, since: Moment | None = None) -> OrderBook:
        """Return an order book of now, requested after `since`; all who need it at the same moment share one request."""
        return await self._books.book(symbol, since=since)

    async def session(self) -> Session | None:
        """Return the stock session, requested when it has changed or half a minute ago; None without stocks.

        While it cannot be read, one that was open lasts until the close that its venue named: an earlier halt shows in
        the quotes.

        Raises:
            BrokerError: the venue does not answer, and none is known to last.

        """
        session = self._kept_session()
        if session is not None and not self._has_turned(session):
            return session
        lasting = self._lasting_session()
        if lasting is None:
            return await self._session_reading.result()
        return await within(SESSION_WITHIN_S, self._session_reading.result(), otherwise=lasting)

    async def fetch_session(self) -> Session | None:
        """Fetch the stock session now, whatever is cached: a market may close unscheduled."""
        with no_defect_escapes(self.venue):
            self._session = await self.data.fetch_session()
        self._session_read = moment(self._clock)
        return self._session

    async def in_session(self, instrument: Instrument) -> bool:
        """Return whether an instrument trades now: coins always, stocks in their regular session."""
        if instrument.asset_class is not AssetClass.STOCK:
            return True
        session = await self.session()
        return session is not None and session.is_open

    async def _fetch_book(self, symbol: str) -> OrderBook:
        with no_defect_escapes(self.venue):
            return await self.data.fetch_book(symbol)

    async def _fetch_listings(self) -> None:
        try:
            with no_defect_escapes(self.venue):
                self._instruments = await self.data.fetch_instruments()
            self._failed = None
        except BrokerError as e:
            self._failed = e
        self._listings_fetched_s = self._clock.monotonic()

    def _kept_session(self) -> Session | None:
        if self._session is None or self._session_read is None:
            return None
        if moment(self._clock) - self._session_read > timedelta(seconds=SESSION_MAX_AGE_S):
            return None
        return self._session.moved(self._set_since(self._session_read))

    def _lasting_session(self) -> Session | None:
        """Return the session that was read last if it is open until later; once the clock is set nobody knows that."""
        session, read = self._session, self._session_read
        if session is None or read is None or not session.is_open or session.next_close is None:
            return None
        return None if self._set_since(read) or self._has_turned(session) else session

    def _set_since(self, then: Moment) -> timedelta:
        """Return by how much the wall clock was set since a moment; what was dated then is off by it."""
        now = moment(self._clock)
        by = wall_time.between(then.at, now.at) - (now - then)
        return by if abs(by) > CLOCKS_AGREE_WITHIN else timedelta(0)

    def _has_turned(self, session: Session) -> bool:
        turns_at = session.next_close if session.is_open else session.next_open
        return turns_at is not None and not wall_time.is_ahead(turns_at, self._clock.now())

    def _kept_quote(self, symbol: str, limit: timedelta) -> Quote | None:
        """Return a quote that is young enough: how old it was when it came, and how long ago that was."""
        quote, requested_at = self._quotes.get(symbol), self._quotes_requested_at.get(symbol)
        pushed = self.pushed.of_whole_market(symbol)
        if pushed is not None and (requested_at is None or requested_at < pushed.received):
            quote, requested_at = pushed.quote, pushed.received
        if quote is None or requested_at is None:
            return None
        if wall_time.between(quote.at, requested_at.at) + (moment(self._clock) - requested_at) > limit:
            return None
        return replace(quote, at=quote.at + self._set_since(requested_at))


Markets = Mapping[Venue, VenueMarket]
