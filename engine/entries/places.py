"""Gather what each account of a user is as a place to buy: listing, prices, book, fees, cash and equity."""

import asyncio
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from decimal import Decimal

from engine.accounts.costs import Costs
from engine.accounts.fees import measure_spread
from engine.accounts.reader import AccountReader
from engine.accounts.service import SCREEN_WAIT_S, STALE_AFTER_S, BalanceService
from engine.accounts.snapshot import BalanceSnapshot, UserBrokerState
from engine.brokers.within import within
from engine.clock import Clock
from engine.entries.reservations import Reservation, reserved_of
from engine.entries.trade import RoutingAccount
from engine.market.feed import QUOTE_MAX_AGE_S, Markets, VenueMarket
from engine.market.pricing import choose_entry_symbol, plan_symbols, value_in_usd
from engine.model.errors import BrokerError, TryLaterError
from engine.model.instruments import Instrument
from engine.model.money import ZERO, cash_for, exact
from engine.model.quotes import OrderBook, Quote
from engine.model.typed_names import resolve
from engine.model.venues import Account, Venue
from engine.model.walk import is_sound


class Places:
    """Reads a user's accounts as places to buy; a venue that does not answer in time holds up no other."""

    def __init__(
        self,
        *,
        reader: AccountReader,
        balances: BalanceService,
        markets: Markets,
        costs: Costs,
        clock: Clock,
    ) -> None:
        self._reader = reader
        self._balances = balances
        self._markets = markets
        self._costs = costs
        self._clock = clock

    async def listed_name(self, user_id: int, typed: str) -> str:
        """Spell an asset as it is listed where the user trades; a venue that does not answer lists nothing."""
        venues = {account.venue for account in self._reader.accounts(user_id)}
        listed = await self._listed(venues)
        name = resolve(typed, listed)
        if name in listed:
            return name
        # It may be a share, which is listed once somebody holds or names it.
        looks = (self._markets[venue].look_up(name) for venue in venues)
        await asyncio.gather(*(within(SCREEN_WAIT_S, look, otherwise=None) for look in looks))
        return resolve(typed, await self._listed(venues))

    async def _listed(self, venues: Collection[Venue]) -> set[str]:
        return set[str]().union(*await asyncio.gather(*(self._bases(venue) for venue in venues)))

    async def look(
        self, user_id: int, base: str, quote: str | None, *, reservations: Collection[Reservation]
    ) -> tuple[RoutingAccount, ...]:
        """Return each account as a place to buy an asset; `quote` is what a named pair is priced in."""
        accounts = self._reader.accounts(user_id)
        await self._balances.refresh(accounts)
        looks = (self._look(account, base, quote, reservations) for account in accounts)
        return tuple(await asyncio.gather(*looks))

    def known(self, user_id: int) -> tuple[RoutingAccount, ...]:
        """Return what was last read of each account, as a place to buy nothing in particular; no venue is asked."""
        return tuple(self._describe(account, {}, {}, None) for account in self._reader.accounts(user_id))

    async def opens_at(self, places: Sequence[RoutingAccount]) -> datetime | None:
        """Return when the first market opens that is shut for the trade, if its venue reports it."""
        for venue in {one.account.venue for one in places if one.in_session is False}:
            session = await within(SCREEN_WAIT_S, self._markets[venue].session(), otherwise=None)
            if session is not None and not session.is_open:
                return session.next_open
        return None

    async def _bases(self, venue: Venue) -> set[str]:
        listing = self._markets[venue].instruments()
        listed = await within(SCREEN_WAIT_S, listing, otherwise=dict[str, Instrument]())
        return {one.base for one in listed.values()}

    async def _look(
        self, account: Account, base: str, quote: str | None, reservations: Collection[Reservation]
    ) -> RoutingAccount:
        market = self._markets[account.venue]
        try:
            async with asyncio.timeout(SCREEN_WAIT_S):
                instruments = await market.instruments()
                symbol = choose_entry_symbol(base, quote, instruments, self._cash_of(account))
                in_session = symbol is None or await market.in_session(instruments[symbol])
        except (BrokerError, TimeoutError):
            return replace(self._describe(account, {}, {}, None), answered=False)
        if symbol is None:
            return self._describe(account, instruments, {}, None)
        quotes, book, _ = await asyncio.gather(
            self._quotes(market, {symbol} | plan_symbols({instruments[symbol].quote}, instruments)),
            self._book(market, symbol),
            self._ensure_costs(account, symbol),
        )
        currencies = cash_for(instruments[symbol].quote, account.venue)
        described = replace(
            self._describe(account, instruments, quotes, symbol),
            in_session=in_session,
            reserved_quote=reserved_of(reservations, account.account_id, currencies),
        )
        if not in_session:
            return replace(described, fees=replace(described.fees, spread_live=False))
        return _with_book(described, book)

    @staticmethod
    async def _quotes(market: VenueMarket, symbols: set[str]) -> Mapping[str, Quote]:
        """Return the quotes that the venue reports in time: without one the rest of its account is still known."""
        reading = market.quotes(symbols, max_age_s=QUOTE_MAX_AGE_S)
        return await within(SCREEN_WAIT_S, reading, otherwise=dict[str, Quote]())

    @staticmethod
    async def _book(market: VenueMarket, symbol: str) -> OrderBook | None:
        book = await within(SCREEN_WAIT_S, market.book(symbol), otherwise=None)
        return book.filled if book is not None and is_sound(book.filled) else None

    async def _ensure_costs(self, account: Account, symbol: str) -> None:
        try:
            async with asyncio.timeout(SCREEN_WAIT_S):
                await self._costs.ensure(account, symbol)
        except TimeoutError:
            # The table stands in, and the route shows it.
            return

    def _describe(
        self,
        account: Account,
        instruments: Mapping[str, Instrument],
        quotes: Mapping[str, Quote],
        symbol: str | None,
    ) -> RoutingAccount:
        state = self._reader.state(account)
        balance = self._fresh(state)
        instrument = instruments.get(symbol) if symbol else None
        quote = quotes.get(symbol) if symbol else None
        bid, ask = (quote.sides if quote else None) or (None, None)
        return RoutingAccount(
            account=account,
            connected=state.connected,
            # A refused key is reported as such, and an account that was never read was not queried.
            answered=not isinstance(self._reader.error(account), TryLaterError),
            fees=self._costs.profile(account, symbol or ""),
            instrument=instrument,
            in_session=None,
            ask=ask,
            bid=bid,
            book=None,
            quote_usd=value_in_usd(instrument.quote, instruments, quotes) if instrument else None,
            free_quote=_free_to_spend(account, balance, instrument) if balance and instrument else None,
            reserved_quote=None,
            equity_usd=balance.total_equity_usd if balance else None,
            equity_complete=balance.complete if balance else False,
        )

    def _fresh(self, state: UserBrokerState) -> BalanceSnapshot | None:
        age = state.age(self._clock.now())
        return state.balance if age is not None and age.total_seconds() <= STALE_AFTER_S else None

    def _cash_of(self, account: Account) -> Mapping[str, Decimal]:
        balance = self._reader.state(account).balance
        return {line.currency: line.free for line in balance.cash} if balance else {}


def _with_book(place: RoutingAccount, book: OrderBook | None) -> RoutingAccount:
    """Return the place with the prices and the spread of an order book, where there is one and a ticker beside it."""
    spread = None if book is None else measure_spread(book.top)
    if book is None or spread is None or place.ask is None:
        return place
    fees = replace(place.fees, spread=spread, spread_live=True)
    return replace(place, book=book, ask=book.asks[0].price, bid=book.bids[0].price, fees=fees)


def _free_to_spend(account: Account, balance: BalanceSnapshot, instrument: Instrument) -> Decimal:
    with exact():
        spendable = (balance.free_cash(each) for each in cash_for(instrument.quote, account.venue))
        return sum(spendable, ZERO)
