"""Gather everything that is known of a user's positions and put it together."""

import asyncio
from collections import defaultdict
from collections.abc import Awaitable, Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from typing import TypeAlias

from engine.accounts.costs import Costs
from engine.accounts.history import Histories
from engine.accounts.reader import AccountReader
from engine.accounts.reports import Reports
from engine.accounts.service import SCREEN_WAIT_S, BalanceService
from engine.brokers.base import Session
from engine.brokers.within import within
from engine.clock import Clock
from engine.guards import store as guard_rows
from engine.guards.comparison import SHOWN_LATE_WITHIN
from engine.guards.guard import Guard
from engine.guards.guard_marks import GuardMarks
from engine.market.feed import QUOTE_MAX_AGE_S, Markets, VenueMarket
from engine.market.mark import Mark
from engine.market.marks import Marks
from engine.market.pricing import plan_symbols
from engine.market.quote_reading import QuoteReading
from engine.model.holdings import AccountReport, PositionKey, Unsettled
from engine.model.instruments import Instrument
from engine.model.quotes import OrderBook, Quote
from engine.model.venues import Account, Venue
from engine.orders.unreported import load_unsettled
from engine.portfolio.account_facts import AccountFacts, exit_symbols
from engine.portfolio.find import find_positions, marks_of, thin_symbols
from engine.portfolio.portfolio import Portfolio, Unread, positions_called, sort_positions
from engine.portfolio.position import Position
from engine.portfolio.price_confirmer import Confirmer
from engine.storage.database import Database
from engine.storage.session import DatabaseSession

#: What is to be sold is waited for longer than what is only shown: an exit's own calls may be before it in the lane.
SALE_WAIT_S = 8.0

#: Returns which positions of a user a question is open about at a time.
LoadOpenQuestions: TypeAlias = Callable[[DatabaseSession, int, datetime], Awaitable[frozenset[PositionKey]]]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Stored:
    """What the database holds about the positions of an account."""

    guards: tuple[Guard, ...]
    open_questions: frozenset[PositionKey]
    unsettled: Mapping[PositionKey, Unsettled]


class PortfolioService:
    """Answers `/positions`, and gives the guards' offers their facts."""

    def __init__(
        self,
        *,
        balances: BalanceService,
        reader: AccountReader,
        reports: Reports,
        histories: Histories,
        markets: Markets,
        costs: Costs,
        guard_marks: GuardMarks,
        load_open_questions: LoadOpenQuestions,
        database: Database,
        clock: Clock,
        threshold: Decimal,
        price_max_age_s: float,
        marks: Mapping[Venue, Marks],
    ) -> None:
        self._balances = balances
        self._reader = reader
        self._reports = reports
        self._histories = histories
        self._markets = markets
        self._costs = costs
        self._guard_marks = guard_marks
        self._load_open_questions = load_open_questions
        self._database = database
        self._clock = clock
        self._threshold = threshold
        self._price_max_age_s = price_max_age_s
        self._last_marks = defaultdict[Venue, dict[str, Mark]](dict)
        self._confirmer = Confirmer(marks=marks, threshold=threshold)

    async def fetch_portfolio(self, user_id: int) -> Portfolio:
        """Return every position of a user with mark, result and guard."""
        accounts = self._reader.accounts(user_id)
        awaited = await self._balances.refresh(accounts)
        return Portfolio(
            positions=sort_positions(one.with_known_cost() for one in await self._gather_all(accounts)),
            unread=tuple(self._unread(accounts, awaited)),
            as_of=self._clock.now(),
        )

    async def known_positions(self, user_id: int) -> list[Position]:
        """Return every position of a user as the last readings and the prices of the watch show it; no venue is asked."""
        reports = (self._reports.latest(account.account_id) for account in self._reader.accounts(user_id))
        facts = [
            await self._facts(report, reading=QuoteReading()) for report in reports if report is not None
        ]
        return [one.with_known_cost() for each in facts for one in find_positions(each)]

    async def find(
        self, user_id: int, symbol: str | None, venue: Venue | None, *, fresh: bool = False
    ) -> list[Position]:
        """Return what a user holds under a name (BTC, BTC/USD), or everything, read just now to act on it."""
        positions = await self._read_now(
            tuple(a for a in self._reader.accounts(user_id) if venue in {None, a.venue}), fresh=fresh
        )
        return list(positions_called(symbol, positions))

    async def find_again(self, user_id: int, keys: Collection[PositionKey]) -> list[Position]:
        """Return the positions a button is about as they are now."""
        wanted = {key.account_id for key in keys}
        accounts = tuple(a for a in self._reader.accounts(user_id) if a.account_id in wanted)
        return [one for one in await self._read_now(accounts) if one.key in keys]

    def venues(self, user_id: int) -> Mapping[str, Venue]:
        """Return the venues of a user's accounts."""
        return {account.account_id: account.venue for account in self._reader.accounts(user_id)}

    async def _read_now(self, accounts: tuple[Account, ...], *, fresh: bool = False) -> list[Position]:
        await self._balances.refresh(accounts, within_s=SALE_WAIT_S)
        return await self._gather_all(accounts, fresh=fresh)

    async def _gather_all(self, accounts: Sequence[Account], *, fresh: bool = False) -> list[Position]:
        """Return the positions of accounts in their order; a venue that stalls holds up no other."""
        gathered = await asyncio.gather(*(self.gather(account, fresh=fresh) for account in accounts))
        return [position for positions in gathered for position in positions]

    def trouble(self, account: Account) -> str:
        """Return that and why an account does not answer; empty when it does."""
        state, label = self._reader.state(account), account.venue.label
        if state.connected:
            return ""
        return f"{label} does not answer{f': {state.error}' if state.error else ' yet'}"

    def troubles(self, user_id: int) -> tuple[str, ...]:
        """Return which accounts of a user do not answer, each with its latest error."""
        return tuple(filter(None, map(self.trouble, self._reader.accounts(user_id))))

    def why_never_read(self, user_id: int, venue: Venue | None) -> str:
        """Return the accounts that were never read, where nothing can be called not held; empty for none."""
        accounts = [one for one in self._reader.accounts(user_id) if venue in {None, one.venue}]
        unread = [one for one in accounts if self._reports.latest(one.account_id) is None]
        return "; ".join(self.trouble(one) or f"{one.venue.label} was not read yet" for one in unread)

    def _unread(self, accounts: Sequence[Account], awaited: Collection[str]) -> Iterator[Unread]:
        for account in accounts:
            state, is_awaited = self._reader.state(account), account.account_id in awaited
            report = self._reports.latest(account.account_id)
            if is_awaited or not state.connected:
                yield Unread(
                    account=account,
                    as_of=report.at if report else None,
                    error=state.error or "",
                    is_awaited=is_awaited,
                )

    async def gather(
        self, account: Account, *, pausing: Guard | None = None, fresh: bool = False
    ) -> tuple[Position, ...]:
        """Return what is known of each position of an account from its latest reading.

        `pausing` is a guard as it is about to be written down; `fresh` requests prices whatever is kept.
        """
        report = self._reports.latest(account.account_id)
        if report is None:
            return ()
        facts = await self._facts(report, fresh=fresh)
        if pausing is not None:
            others = (guard for guard in facts.guards if guard.guard_id != pausing.guard_id)
            facts = replace(facts, guards=(*others, pausing))
        positions = find_positions(facts)
        if thin := thin_symbols(positions):
            books = await _books(self._markets[account.venue], thin)
            positions = find_positions(replace(facts, books=books, now=self._clock.now()))
        self._last_marks[account.venue].update(marks_of(positions))
        return positions

    async def confirm(
        self, positions: Sequence[Position], *, quantity: Decimal | None = None
    ) -> list[Position]:
        """Return positions with marks that a second look confirmed for a quantity, or with *price unknown*."""
        return await self._confirmer.confirm(positions, quantity=quantity)

    async def _facts(
        self, report: AccountReport, *, fresh: bool = False, reading: QuoteReading | None = None
    ) -> AccountFacts:
        """Gather what positions are found by; `reading` is what is taken for their quotes instead of asking."""
        account = report.account
        market = self._markets[account.venue]
        async with self._database.read() as session:
            stored = await self._load_stored(session, report)
        bases = {
            holding.asset: basis
            for holding in report.spot_positions
            if (basis := self._histories.basis(account.account_id, holding.asset)) is not None
        }
        instruments = await _instruments(market)
        symbols = {
            *exit_symbols(report, bases, instruments).values(),
            *(position.symbol for position in report.margin_positions),
            *(holding.symbol for holding in report.shorts if holding.symbol),
            *(guard.symbol for guard in stored.guards),
        }
        if reading is None:
            reading = await self._quotes(market, _quoted(symbols, instruments), fresh=fresh)
        return AccountFacts(
            report=report,
            guards=stored.guards,
            open_questions=stored.open_questions,
            instruments=instruments,
            quotes=reading.quotes,
            no_quote=reading.no_quote_beside(is_account_read=self._reader.state(account).connected),
            session=await _session(market),
            bases=bases,
            takers={symbol: self._costs.taker(account, symbol) for symbol in symbols},
            guard_marks=self._guard_marks.by_id,
            last_marks=self._last_marks[account.venue],
            pushed=_pushed(market, symbols),
            unsettled=stored.unsettled,
            threshold=self._threshold,
            price_max_age_s=self._price_max_age_s,
            now=self._clock.now(),
            step_included=self._reports.certain_step(account.account_id, SHOWN_LATE_WITHIN),
        )

    async def _load_stored(self, session: DatabaseSession, report: AccountReport) -> _Stored:
        account = report.account
        return _Stored(
            guards=await guard_rows.load_open_guards(session, account.account_id),
            open_questions=await self._load_open_questions(session, account.user_id, self._clock.now()),
            unsettled=await load_unsettled(
                session, account.account_id, read=report.step, awaited=self._reports.awaited()
            ),
        )

    async def _quotes(self, market: VenueMarket, symbols: set[str], *, fresh: bool) -> QuoteReading:
        if fresh and symbols:
            # Where no new ones come, what is kept shows its age.
            await within(SCREEN_WAIT_S, market.fetch_quotes(symbols), otherwise=None)
        try:
            async with asyncio.timeout(SCREEN_WAIT_S):
                return await market.read_quotes(symbols, max_age_s=QUOTE_MAX_AGE_S)
        except TimeoutError as e:
            return QuoteReading(failed=e)


def _quoted(symbols: set[str], instruments: Mapping[str, Instrument]) -> set[str]:
    """Return the pairs whose quotes price some pairs, in dollars too."""
    currencies = {instruments[symbol].quote for symbol in symbols if symbol in instruments}
    return symbols | plan_symbols(currencies, instruments)


def _pushed(market: VenueMarket, symbols: Collection[str]) -> Mapping[str, Quote]:
    found = {symbol: market.pushed.of_whole_market(symbol) for symbol in symbols}
    return market.trusted({symbol: pushed.quote for symbol, pushed in found.items() if pushed is not None})


async def _instruments(market: VenueMarket) -> Mapping[str, Instrument]:
    """Return what a venue lists; nothing where it does not answer in time."""
    return await within(SCREEN_WAIT_S, market.instruments(), otherwise=dict[str, Instrument]())


async def _books(market: VenueMarket, symbols: Collection[str]) -> Mapping[str, OrderBook]:
    read = (within(SCREEN_WAIT_S, market.book(symbol), otherwise=None) for symbol in symbols)
    return {book.symbol: book for book in await asyncio.gather(*read) if book is not None}


async def _session(market: VenueMarket) -> Session | None:
    return await within(SCREEN_WAIT_S, market.session(), otherwise=None)
