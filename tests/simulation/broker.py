"""The engine's two ports, answered by a simulated venue that things go wrong at."""

import asyncio
from contextlib import suppress
from dataclasses import replace
from decimal import Decimal

from engine.brokers.base import BookedFee, FeeQuote, FillPage, KeyPermissions, Priority
from engine.model.errors import (
    InvalidNonceError,
    KeyRejectedError,
    LockedOutError,
    MisconfiguredError,
    RefusalReason,
    RefusedError,
    TryLaterError,
    UnknownOutcomeError,
)
from engine.model.holdings import AccountReport, Holding
from engine.model.orders import OpenOrders, VenueOrderId
from engine.model.quotes import Quotes
from tests.simulation.faults import Kind
from tests.simulation.order_answers import OrderQuery

_READ_TIMEOUT_S = 10
_PAGE = 20
#: By how many seconds each list may lag behind what happened.
_LAGS_S = {"balances": (0.5, 12), "open orders": (0.5, 12), "fills": (0.5, 15)}
#: What is said to the cancel of an order that filled before it.
_OVERTAKEN = ("accepted", "unknown order", "lost")

_NOTHING_HAPPENED = {
    Kind.UNREACHABLE: lambda venue: TryLaterError(venue, "no connection"),
    Kind.RATE_LIMIT: lambda venue: TryLaterError(venue, "rate limit exceeded"),
    Kind.INVALID_NONCE: lambda venue: InvalidNonceError(venue, "invalid nonce"),
    Kind.LOCKOUT: lambda venue: LockedOutError(venue, "temporary lockout"),
    Kind.KEY_REJECTED: lambda venue: KeyRejectedError(venue, "permission denied"),
    Kind.MAINTENANCE: lambda venue: TryLaterError(venue, "unavailable"),
    Kind.MISCONFIGURED: lambda venue: MisconfiguredError(venue, "HTTP 404 with a page"),
}
_OUTCOME_UNKNOWN = (
    Kind.LOST_BEFORE,
    Kind.TIMEOUT_BEFORE,
    Kind.TIMEOUT_AFTER,
    Kind.ANSWER_CUT,
    Kind.ARRIVES_LATE,
)


class SimBroker:
    """One account's private side."""

    def __init__(self, account, *, truth, faults, clock, life, known, rng, later):
        self._account = account
        self._venue = account.venue
        self._truth = truth
        self._faults = faults
        self._clock = clock
        self._life = life
        self._known = known
        self._rng = rng
        self._later = later
        self._old_report = None
        self._query = OrderQuery(truth=truth, faults=faults, clock=clock, rng=rng)
        #: by how many seconds each list lags behind while lists do
        self._lags_s = {name: rng.uniform(*lags_s) for name, lags_s in _LAGS_S.items()}
        truth.note_unreadable(())

    @property
    def account(self):
        return self._account

    @property
    def is_short_of_points(self):
        return False

    async def fetch_report(self, *, priority=None):
        requested_at = self._known.note_request()
        await self._read(Kind.READ_LOST, Kind.READ_HANGS)
        at = self._clock.now()
        report = AccountReport(
            account=self._account,
            holdings=self._truth.holdings(ago_s=self._lag_s("balances")),
            at=at,
            venue_at=self._clock.true(at),
        )
        if self._old_report and self._faults.strikes(self._venue, Kind.OLD_REPORT):
            report = replace(self._old_report, at=report.at, venue_at=report.venue_at)
        else:
            self._old_report = report
        if self._faults.strikes(self._venue, Kind.FREE_SHOWN_ZERO):
            report = replace(report, holdings=tuple(_shown_zero(one) for one in report.holdings))
        if self._faults.strikes(self._venue, Kind.HOLDING_MISSING):
            report = replace(report, holdings=report.holdings[:1])
        await self._answer()
        self._known.note_answer(requested_at)
        return report

    async def fetch_open_orders(self, *, priority=None):
        await self._read(Kind.READ_LOST)
        if self._faults.strikes(self._venue, Kind.ORDERS_REFUSED):
            raise MisconfiguredError(self._venue, "the list of open orders is refused")
        listed = self._truth.open_orders(ago_s=self._lag_s("open orders"))
        orders = tuple(self._truth.order(order) for order in listed)
        if orders and self._faults.strikes(self._venue, Kind.FOREIGN_ORDERS):
            orders += tuple(self._truth.foreign_order(symbol) for symbol in self._truth.prices.symbols())
        unreadable = ()
        if orders and self._faults.strikes(self._venue, Kind.ORDERS_UNREADABLE):
            orders, unreadable = (), tuple(order.venue_order_id for order in orders)
        await self._answer()
        if priority is Priority.EXIT:
            self._truth.note_unreadable(unreadable)
        return OpenOrders(orders=orders, unreadable=unreadable)

    async def fetch_order(self, venue_order_id, symbol, *, priority=None):
        await self._read(Kind.LOOKUP_LOST)
        order = self._truth.orders.get(venue_order_id)
        found = order and self._query.answer(order)
        if found is None:
            raise RefusedError(self._venue, "no such order", RefusalReason.UNKNOWN_ORDER)
        await self._answer()
        return found

    async def fetch_order_fills(self, order, *, priority=None):
        await self._read(Kind.READ_LOST)
        fills = self._truth.reported_fills(ago_s=self._lag_s("fills"))
        await self._answer()
        return tuple(fill for fill in fills if fill.venue_order_id == order.venue_order_id)

    async def find_order(self, client_order_id, symbol, *, since, sent=None, priority=None):
        await self._read(Kind.LOOKUP_LOST)
        order = self._truth.find(client_order_id)
        found = self._truth.order(order) if order else None
        await self._answer()
        return found

    async def fetch_fills(self, *, cursor=None, priority=None):
        await self._read(Kind.READ_LOST)
        reported = self._truth.reported_fills(ago_s=self._lag_s("fills"))[::-1]
        start = int(cursor or 0)
        page = reported[start : start + _PAGE]
        if page and self._faults.strikes(self._venue, Kind.FILLS_TWICE):
            page = [*page, *page[:3]]
        await self._answer()
        more = start + _PAGE < len(reported)
        return FillPage(fills=tuple(page), next_cursor=str(start + _PAGE) if more else None)

    async def submit_order(self, request, *, priority, departure=None):
        if departure:
            departure.note()
        self._known.check(request)
        effect = self._placing(request)
        is_misnamed = self._faults.strikes(self._venue, Kind.ID_NOT_KNOWN)
        if is_misnamed and self._rng.choice((True, False)):
            effect = _nothing
        order = await self._order(effect, points=("before send", "in flight"))
        self._life.note_answer()
        return VenueOrderId(f"not-{request.client_order_id}" if is_misnamed else order.order_id)

    def reserve_number(self, session):
        self._life.reserve_number(self._truth, session)

    async def cancel_order(self, venue_order_id, symbol, *, priority):
        late = self._faults.strikes(self._venue, Kind.RELEASES_LATE)
        after_s = self._rng.uniform(1, 14) if late else None

        def effect():
            if self._truth.is_open(venue_order_id) and self._faults.strikes(
                self._venue, Kind.CANCEL_OVERTAKEN
            ):
                return self._overtake(venue_order_id)
            return self._truth.cancel(venue_order_id, releases_after_s=after_s)

        await self._order(effect, points=("before cancel", "cancel in flight"))
        self._life.crash_here("between cancel and sell")

    async def fetch_fees(self, symbols):
        await self._read(Kind.READ_LOST)
        return {symbol: FeeQuote(taker=self._truth.rules.fees.taker, live=True) for symbol in symbols}

    async def fetch_booked_fee(self, venue_order_id, symbol):
        order = await self.fetch_order(venue_order_id, symbol)
        return BookedFee(amount=order.fee, asset=order.fee_asset)

    async def fetch_permissions(self):
        return KeyPermissions(can_read=True, can_trade=True, can_withdraw=False)

    async def fetch_account_name(self):
        return None

    async def close(self):
        """Nothing is open."""

    # how calls go

    async def _read(self, lost, hangs=None):
        self._life.check_call()
        await self._life.number_request(self._truth)
        await self._travel()
        self._nothing_happens()
        if hangs and self._faults.strikes(self._venue, hangs):
            await asyncio.sleep(_READ_TIMEOUT_S)
            raise TryLaterError(self._venue, "no answer in time")
        if self._faults.strikes(self._venue, lost):
            raise TryLaterError(self._venue, "the answer was lost")

    async def _order(self, effect, *, points):
        before, in_flight = points
        self._life.check_call()
        await self._life.number_request(self._truth)
        self._life.crash_here(before)
        await self._travel()
        self._nothing_happens()
        kind = self._faults.strikes(self._venue, *_OUTCOME_UNKNOWN)
        if kind is None:
            placed = effect()
            self._life.crash_here(in_flight)
            await self._answer()
            return placed
        if kind in {Kind.TIMEOUT_AFTER, Kind.ANSWER_CUT}:
            _attempt(effect)
            self._life.crash_here(in_flight)
        if kind is Kind.ARRIVES_LATE:
            self._later(self._rng.uniform(0.2, 9), lambda: _attempt(effect))
        if kind in {Kind.TIMEOUT_BEFORE, Kind.TIMEOUT_AFTER}:
            await asyncio.sleep(self._truth.rules.order_timeout_s)
        raise UnknownOutcomeError(self._venue, str(kind))

    def _lag_s(self, name):
        return self._lags_s[name] if self._faults.strikes(self._venue, Kind.LISTS_LAG) else 0

    def _overtake(self, order_id):
        """Fill an order just before its cancel comes, and answer the cancel as venues do."""
        part, answer = self._rng.choice(("1", "1", "1", "0.4")), self._rng.choice(_OVERTAKEN)
        self._truth.fill_resting(order_id, Decimal(part))
        if answer == "accepted" and not self._truth.is_open(order_id):
            return
        if answer == "lost":
            with suppress(RefusedError):
                self._truth.cancel(order_id)
            raise UnknownOutcomeError(self._venue, "no answer to the cancel")
        self._truth.cancel(order_id)

    def _is_late(self, until_s):
        """Tell whether a deadline is over."""
        keeps = self._truth.rules.paper.keeps_deadlines
        return keeps and until_s is not None and self._clock.monotonic() > until_s

    def _nothing_happens(self):
        kind = self._faults.strikes(self._venue, *_NOTHING_HAPPENED)
        if kind is not None:
            raise _NOTHING_HAPPENED[kind](self._venue)

    def _placing(self, request):
        expires, until_s = request.expires_after, None
        if expires is not None:
            until_s = self._clock.monotonic() + expires.total_seconds()

        def effect():
            strikes = self._faults.strikes
            if self._is_late(until_s):
                raise UnknownOutcomeError(self._venue, "deadline elapsed")
            if self._truth.cancel_only:
                strikes(self._venue, Kind.CANCEL_ONLY)
            if strikes(self._venue, Kind.SPURIOUS_FUNDS):
                self._truth.refuse("insufficient funds", RefusalReason.INSUFFICIENT_FUNDS)
            order = self._truth.place(
                request.symbol,
                request.side,
                request.quantity,
                client_id=request.client_order_id,
                reduce=self._course(),
            )
            if strikes(self._venue, Kind.FILLS_LATE):
                self._hide(order)
            return order

        return effect

    def _course(self):
        kind = self._faults.strikes(self._venue, Kind.FILLS_SLOWLY, Kind.FILLS_PARTLY, Kind.CLOSES_UNFILLED)
        part = Decimal(self._rng.choice(("0.1", "0.37", "0.5", "0.9", "0.9999")))
        after_s = self._rng.uniform(0.1, 12)
        return {
            Kind.FILLS_SLOWLY: [(0, part), (after_s / 2, part / 3), (after_s / 2, Decimal(1))],
            Kind.FILLS_PARTLY: [(0, part), (after_s, Decimal(0))],
            Kind.CLOSES_UNFILLED: [(after_s if after_s > 6 else 0, Decimal(0))],
        }.get(kind)

    def _hide(self, order):
        hidden = {fill.trade_id for fill in order.fills}
        self._truth.unreported |= hidden
        self._later(self._rng.uniform(2, 30), lambda: self._truth.unreported.difference_update(hidden))

    async def _travel(self):
        await asyncio.sleep(self._rng.choice((0.01, 0.04, 0.09)))

    async def _answer(self):
        await asyncio.sleep(self._rng.choice((0.0, 0.02, 0.11)))
        self._life.check()


class SimMarketData:
    """A venue's public side."""

    spare_calls_per_s = 1.0

    def __init__(self, *, truth, faults, life, clock, rng):
        self._truth = truth
        self._faults = faults
        self._life = life
        self._clock = clock
        self._rng = rng

    @property
    def venue(self):
        return self._truth.venue

    def ahead(self):
        now = self._clock.now()
        return self._clock.true(now) - now

    async def fetch_instruments(self):
        await self._ask()
        status = self._truth.status()
        return {symbol: replace(one, status=status) for symbol, one in self._truth.instruments.items()}

    async def fetch_quotes(self, symbols, *, within_s=None):
        await self._ask()
        if self._faults.strikes(self.venue, Kind.QUOTES_HANG):
            await asyncio.sleep(30)
        listed = [symbol for symbol in sorted(symbols) if symbol in self._truth.prices.symbols()]
        quotes = {symbol: self._truth.prices.quote(symbol) for symbol in listed}
        return Quotes({symbol: self._dated(quote) for symbol, quote in quotes.items() if quote is not None})

    async def fetch_book(self, symbol):
        await self._ask()
        return self._dated(self._truth.prices.book(symbol))

    def _dated(self, prices):
        """Return what a venue reported without a time of its own: our request's."""
        return replace(prices, at=self._clock.shown(prices.at))

    async def fetch_close(self, symbol, at):
        """Nothing is traded but for dollars here, so that nobody needs what a currency was worth."""

    async def fetch_time(self):
        return self._clock.true(self._clock.now())

    async def fetch_session(self):
        return None

    async def close(self):
        """Nothing is open."""

    async def _ask(self):
        self._life.check_call()
        await asyncio.sleep(self._rng.choice((0.01, 0.05)))
        self._life.check()
        if self._faults.strikes(self.venue, Kind.UNREACHABLE):
            raise TryLaterError(self.venue, "no connection")


def _attempt(effect):
    """Have an effect of which nobody learns, a refusal included."""
    with suppress(RefusedError, UnknownOutcomeError):
        effect()


def _nothing():
    """Have no effect: what is answered all the same is not true."""


def _shown_zero(holding):
    is_cash = holding.asset == "USD"
    return holding if is_cash else Holding(asset=holding.asset, free=Decimal(0))
