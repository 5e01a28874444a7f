"""Answer where a buy should go: gather the accounts' facts, choose, and keep the decision."""

import asyncio
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal

from pydantic import TypeAdapter

from engine.accounts.costs import Costs
from engine.accounts.reader import AccountReader
from engine.accounts.service import SCREEN_WAIT_S, STALE_AFTER_S, BalanceService
from engine.accounts.snapshot import BalanceSnapshot, UserBrokerState
from engine.clock import Clock
from engine.entries import routes_store as rows
from engine.entries.choose import choose
from engine.entries.route import NoRoute, Route, RoutePreview, RoutingAccount, TradeRequest
from engine.entries.routes_store import StoredRoute
from engine.market.feed import QUOTE_MAX_AGE_S, Markets, VenueMarket
from engine.market.pricing import choose_entry_symbol, plan_symbols, value_in_usd
from engine.model.errors import BrokerError, TryLaterError
from engine.model.instruments import AssetClass, Instrument
from engine.model.money import ZERO, cash_for, exact
from engine.model.orders import Side
from engine.model.quotes import Quote
from engine.model.typed_names import resolve
from engine.model.venues import Account, Venue
from engine.storage.database import Database
from engine.users import store as users_store

#: The pair that `/route` shows by default: the most traded one.
USUAL_ASSET = "BTC"
#: The pair its figures are kept live for.
USUAL_SYMBOL = f"{USUAL_ASSET}/USD"

#: Prices and fees of longer ago explain nothing today.
KEPT = timedelta(days=30)

_request = TypeAdapter(TradeRequest)
_decision: TypeAdapter[Route | NoRoute] = TypeAdapter(Route | NoRoute)


class RouteService:
    """Answers `/route`; it places nothing."""

    def __init__(
        self,
        *,
        reader: AccountReader,
        balances: BalanceService,
        markets: Markets,
        costs: Costs,
        database: Database,
        clock: Clock,
        coinbase_min_equity_usd: Decimal,
    ) -> None:
        self._reader = reader
        self._balances = balances
        self._markets = markets
        self._costs = costs
        self._database = database
        self._clock = clock
        self._coinbase_min_equity_usd = coinbase_min_equity_usd

    async def preview(self, user_id: int, symbol: str | None, usd: Decimal | None) -> RoutePreview:
        """Decide where a buy should go, store the decision, and place nothing."""
        base, _, quote = (symbol or USUAL_ASSET).partition("/")
        base, quote = await self._listed_name(user_id, base), quote.upper()
        size = usd if usd is not None else await self._usual_size(user_id)
        accounts = self._reader.accounts(user_id)
        await self._balances.refresh(accounts)
        seen = await asyncio.gather(*(self._look(account, base, quote or None) for account in accounts))
        request = TradeRequest(
            symbol=f"{base}/{quote or 'USD'}", base=base, side=Side.BUY, usd=size, asset_class=_class(seen)
        )
        decision = choose(request, seen, coinbase_min_equity_usd=self._coinbase_min_equity_usd)
        await self._store(user_id, request, decision)
        return RoutePreview(
            requested=symbol,
            symbol=request.symbol,
            usd=size,
            usual_size=usd is None,
            decision=decision,
            opens_at=await self._opens_at(seen),
            at=self._clock.now(),
        )

    async def forget_old(self) -> None:
        """Delete decisions that are no longer shown; called by a job."""
        async with self._database.write() as session:
            await rows.delete_routes(session, before=self._clock.now() - KEPT)

    async def _listed_name(self, user_id: int, typed: str) -> str:
        """Spell an asset as it is listed where the user trades; a venue that does not answer lists nothing."""
        venues = {account.venue for account in self._reader.accounts(user_id)}
        listed = await asyncio.gather(*(self._bases(venue) for venue in venues))
        return resolve(typed, set[str]().union(*listed))

    async def _bases(self, venue: Venue) -> set[str]:
        try:
            async with asyncio.timeout(SCREEN_WAIT_S):
                return {listed.base for listed in (await self._markets[venue].instruments()).values()}
        except (BrokerError, TimeoutError):
            return set()

    async def _usual_size(self, user_id: int) -> Decimal:
        async with self._database.read() as session:
            user = await users_store.load_user(session, user_id)
        return user.usual_trade_usd if user else Decimal(30)

    async def _look(self, account: Account, base: str, quote: str | None) -> RoutingAccount:
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
        quotes = await self._quotes(market, {symbol} | plan_symbols({instruments[symbol].quote}, instruments))
        await self._ensure_costs(account, symbol)
        described = self._describe(account, instruments, quotes, symbol)
        if in_session:
            return described
        return replace(described, in_session=False, fees=replace(described.fees, spread_live=False))

    @staticmethod
    async def _quotes(market: VenueMarket, symbols: set[str]) -> Mapping[str, Quote]:
        """Return the quotes that the venue reports in time: without one the rest of its account is still known."""
        try:
            async with asyncio.timeout(SCREEN_WAIT_S):
                return await market.quotes(symbols, max_age_s=QUOTE_MAX_AGE_S)
        except (BrokerError, TimeoutError):
            return {}

    async def _opens_at(self, seen: Sequence[RoutingAccount]) -> datetime | None:
        for venue in {one.account.venue for one in seen if not one.in_session}:
            with suppress(BrokerError, TimeoutError):
                async with asyncio.timeout(SCREEN_WAIT_S):
                    session = await self._markets[venue].session()
                if session is not None and not session.is_open:
                    return session.next_open
        return None

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
        return RoutingAccount(
            account=account,
            connected=state.connected,
            # A refused key is reported as such, and an account that was never read was not queried.
            answered=not isinstance(self._reader.error(account), TryLaterError),
            fees=self._costs.profile(account, symbol or ""),
            instrument=instrument,
            price=quote.ask if quote else None,
            quote_usd=value_in_usd(instrument.quote, instruments, quotes) if instrument else None,
            free_quote=_free_to_spend(account, balance, instrument) if balance and instrument else None,
            equity_usd=balance.total_equity_usd if balance else None,
            equity_complete=balance.complete if balance else False,
        )

    def _fresh(self, state: UserBrokerState) -> BalanceSnapshot | None:
        age = state.age(self._clock.now())
        return state.balance if age is not None and age.total_seconds() <= STALE_AFTER_S else None

    def _cash_of(self, account: Account) -> Mapping[str, Decimal]:
        balance = self._reader.state(account).balance
        return {line.currency: line.free for line in balance.cash} if balance else {}

    async def _store(self, user_id: int, request: TradeRequest, decision: Route | NoRoute) -> None:
        async with self._database.write() as session:
            await rows.add_route(
                session,
                StoredRoute(
                    user_id=user_id,
                    account_id=decision.account.account_id if isinstance(decision, Route) else None,
                    decided_at=self._clock.now(),
                    request=_request.dump_python(request, mode="json"),
                    decision=_decision.dump_python(decision, mode="json"),
                ),
            )


def _free_to_spend(account: Account, balance: BalanceSnapshot, instrument: Instrument) -> Decimal:
    with exact():
        spendable = (balance.free_cash(each) for each in cash_for(instrument.quote, account.venue))
        return sum(spendable, ZERO)


def _class(accounts: list[RoutingAccount]) -> AssetClass:
    """Return what is traded: the same letters are a stock only where nobody lists them as a coin."""
    classes = {account.instrument.asset_class for account in accounts if account.instrument}
    return AssetClass.STOCK if classes == {AssetClass.STOCK} else AssetClass.CRYPTO
