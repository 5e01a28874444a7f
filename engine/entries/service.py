"""Answer what a buy would come to: where it should go, and what every gate says to it; it places nothing itself."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

from pydantic import TypeAdapter

from engine.accounts.reader import AccountReader
from engine.alerts.kinds import AlertKind
from engine.alerts.messages import ExitFilled
from engine.alerts.outbox import load_since
from engine.clock import Clock
from engine.entries import routes_store as rows
from engine.entries.choose import choose
from engine.entries.gates import Gate, Remedy, check_every_buy
from engine.entries.halts import HaltSwitch
from engine.entries.holdings import DamagedGuard, EntryAccounts, EntryPlaces, Realised
from engine.entries.places import Places
from engine.entries.plan import EntryPlan, EntryRequest, Refused, bounds_of, plan_entry, trade_of
from engine.entries.preferences import EntryPreferences
from engine.entries.reservations import Reservation, reserve, reserve_damaged
from engine.entries.route import NoRoute, Route, RoutePreview, Unsized
from engine.entries.routes_store import StoredRoute
from engine.entries.rules import EntryRules
from engine.entries.sizing import Most, SizeRequest, SizeUnknown, plan_size
from engine.entries.trade import RoutingAccount, TradeRequest
from engine.guards.store import read_open_guards
from engine.model.instruments import AssetClass, quote_of
from engine.model.venues import Venue
from engine.orders.ended_exits_store import LastExit, load_filled_exits, load_last_exit
from engine.orders.filled_intents_store import read_filled
from engine.orders.store import read_live_intents
from engine.portfolio.position import Position
from engine.portfolio.service import PortfolioService
from engine.storage.database import Database

#: The pair that `/route` shows by default: the most traded one.
USUAL_ASSET = "BTC"
#: The pair its figures are kept live for.
USUAL_SYMBOL = f"{USUAL_ASSET}/USD"

#: Prices and fees of longer ago explain nothing today.
KEPT = timedelta(days=30)

_REPORTED_BEFORE = timedelta(seconds=1)

_request = TypeAdapter(TradeRequest)
_decision: TypeAdapter[Route | NoRoute] = TypeAdapter(Route | NoRoute)


class EntryService:
    """Plans what `/route`, `/why` and `/buy` show, and says what holds every buy back; it places nothing."""

    def __init__(
        self,
        *,
        places: Places,
        reader: AccountReader,
        portfolio: PortfolioService,
        halts: HaltSwitch,
        database: Database,
        clock: Clock,
        preferences: EntryPreferences,
    ) -> None:
        self._places = places
        self._reader = reader
        self._portfolio = portfolio
        self._halts = halts
        self._database = database
        self._clock = clock
        self._preferences = preferences

    async def preview(self, user_id: int, symbol: str | None, size: SizeRequest) -> RoutePreview | Unsized:
        """Decide where a buy should go, store the decision, and place nothing."""
        rules = await self._preferences.rules_of(user_id)
        request, accounts = await self._look(user_id, symbol or USUAL_ASSET, size, rules)
        exposure_usd = None
        if isinstance(size, Most):
            # Only then what is guarded decides how much that is.
            positions = await self._fetch_positions(user_id)
            exposure_usd = (await self._with_limits(user_id, accounts, rules, positions)).exposure_usd
        planned = plan_size(size, bounds_of(request, accounts, rules, exposure_usd=exposure_usd), rules)
        if isinstance(planned, SizeUnknown):
            return Unsized(symbol=request.symbol, unknown=planned, at=accounts.at)
        trade = trade_of(request, planned.usd)
        decision = choose(trade, accounts.places, rules)
        await self._store(user_id, trade, decision)
        return RoutePreview(
            requested=symbol,
            symbol=request.symbol,
            size=planned,
            decision=decision,
            opens_at=await self._places.opens_at(accounts.places),
            at=accounts.at,
        )

    async def plan(
        self, user_id: int, symbol: str, size: SizeRequest, venue: Venue | None = None
    ) -> EntryPlan | Refused:
        """Return what a buy would come to now, at a named broker or the cheapest, and what every gate says to it."""
        rules = await self._preferences.rules_of(user_id)
        # Reservations come first: a buy that fills meanwhile counts twice then, and never not at all.
        request, accounts = await self._look(user_id, symbol, size, rules)
        request = replace(request, venue=venue)
        accounts = replace(
            await self._with_limits(user_id, accounts, rules, await self._fetch_positions(user_id)),
            last_exit=await self._last_exit(user_id, request.base),
        )
        return plan_entry(request, accounts, rules)

    async def fetch_gates(self, user_id: int) -> tuple[Gate, ...]:
        """Return what the gates say that keep back every buy alike, but what only a venue could tell: none is asked."""
        rules = await self._preferences.rules_of(user_id)
        reservations = await self._reservations(user_id, buffer=rules.buffer)
        accounts = EntryPlaces(
            places=self._places.known(user_id), reservations=reservations, at=self._clock.now()
        )
        positions = await self._portfolio.known_positions(user_id)
        gates = check_every_buy(await self._with_limits(user_id, accounts, rules, positions), rules)
        return tuple(gate for gate in gates if gate.remedy is not Remedy.TRY_AGAIN)

    async def forget_old(self) -> None:
        """Delete decisions that are no longer shown; called by a job."""
        async with self._database.write() as session:
            await rows.delete_routes(session, before=self._clock.now() - KEPT)

    async def _look(
        self, user_id: int, symbol: str, size: SizeRequest, rules: EntryRules
    ) -> tuple[EntryRequest, EntryPlaces]:
        """Return what is to be bought and the accounts as places to buy it, with nothing of what they hold."""
        base, _, quote = symbol.partition("/")
        base, quote = await self._places.listed_name(user_id, base), quote.upper()
        reservations = await self._reservations(user_id, buffer=rules.buffer)
        places = await self._places.look(user_id, base, quote or None, reservations=reservations)
        request = EntryRequest(
            symbol=f"{base}/{quote or 'USD'}", base=base, asset_class=_class(places), size=size
        )
        return request, EntryPlaces(places=places, reservations=reservations, at=self._clock.now())

    async def _with_limits(
        self, user_id: int, accounts: EntryPlaces, rules: EntryRules, positions: Sequence[Position]
    ) -> EntryAccounts:
        return EntryAccounts(
            places=accounts.places,
            reservations=accounts.reservations,
            at=accounts.at,
            damaged_guards=await self._damaged_guards(user_id),
            positions=tuple(positions),
            halt=await self._halts.fetch_halt(user_id),
            realised_today=await self._realised_today(user_id) if rules.daily_loss_usd is not None else None,
        )

    async def _fetch_positions(self, user_id: int) -> Sequence[Position]:
        return (await self._portfolio.fetch_portfolio(user_id)).positions

    async def _reservations(self, user_id: int, *, buffer: Decimal) -> tuple[Reservation, ...]:
        reservations = list[Reservation]()
        async with self._database.read() as session:
            live = await read_live_intents(session)
            for account in self._reader.accounts(user_id):
                intents = [one for one in live.readable if one.account_id == account.account_id]
                damaged, step = live.unreadable, self._reader.step(account)
                if step is not None:
                    # Its cash is of before these.
                    filled = await read_filled(session, account.account_id, after=step)
                    intents += (one.intent for one in filled.readable)
                    damaged += filled.unreadable
                reservations += reserve(intents, buffer=buffer)
                reservations += reserve_damaged(damaged, account.account_id)
        return tuple(reservations)

    async def _damaged_guards(self, user_id: int) -> tuple[DamagedGuard, ...]:
        damaged = list[DamagedGuard]()
        async with self._database.read() as session:
            for account in self._reader.accounts(user_id):
                guards = await read_open_guards(session, account.account_id)
                damaged += (DamagedGuard(account.account_id, row.text("asset")) for row in guards.unreadable)
        return tuple(damaged)

    async def _realised_today(self, user_id: int) -> tuple[Realised, ...]:
        """Return the result of every sale since midnight, UTC, as it was reported; unknown where no report can be read."""
        midnight = self._clock.now().replace(hour=0, minute=0, second=0, microsecond=0)
        async with self._database.read() as session:
            filled = await load_filled_exits(session, user_id, since=midnight)
            # A report is dated a moment before the end of its sale.
            since = midnight - _REPORTED_BEFORE
            reports = await load_since(session, user_id, AlertKind.EXIT_FILLED, since=since)
        reported = [one for one in reports.readable if isinstance(one, ExitFilled)]
        known = {one.client_order_id for one in reported}
        unreported = [one for one in filled.readable if one.client_order_id not in known]
        unknown = (*unreported, *filled.unreadable, *reports.unreadable)
        return (*map(_realised, reported), *(Realised(amount=None, currency="") for _ in unknown))

    async def _last_exit(self, user_id: int, base: str) -> LastExit | None:
        async with self._database.read() as session:
            return await load_last_exit(session, user_id, base)

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


def _realised(sale: ExitFilled) -> Realised:
    amount, against = sale.realised, sale.against_guard
    if amount is None and against is not None and against.quantity == sale.quantity:
        amount = against.result
    return Realised(amount=amount, currency=quote_of(sale.instead_of) or sale.currency)


def _class(places: Sequence[RoutingAccount]) -> AssetClass:
    """Return what is traded: the same letters are a stock only where nobody lists them as a coin."""
    classes = {place.instrument.asset_class for place in places if place.instrument}
    return AssetClass.STOCK if classes == {AssetClass.STOCK} else AssetClass.CRYPTO
