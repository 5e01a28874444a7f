"""One account on paper at one venue: filled from its live order books, on an exact ledger in the database."""

import uuid
from collections.abc import AsyncIterator, Collection, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from datetime import datetime, timedelta
from decimal import Decimal

from sqlalchemy.exc import SQLAlchemyError

from engine.brokers.base import BookedFee, FeeQuote, FillPage, KeyPermissions, MarketData, Priority
from engine.brokers.departure import Departure
from engine.brokers.paper.answers import (
    draft_of,
    fill_of,
    order_of,
    refusal_of,
)
from engine.brokers.paper.ledger import Draft, Ledger, LedgerError
from engine.brokers.paper.ledger import Order as LedgerOrder
from engine.brokers.paper.ledger.checks import opposite
from engine.brokers.paper.market import PaperMarket
from engine.brokers.paper.rules import RULES, Reuse
from engine.brokers.paper.store import (
    load_fills_before,
    load_fills_of_order,
    load_ledger,
    load_order,
    load_orders_of_id,
    save_ledger,
)
from engine.clock import Clock, Moment, moment
from engine.model.errors import RefusalReason, RefusedError, TryLaterError, UnknownOutcomeError
from engine.model.holdings import AccountReport, Holding
from engine.model.money import ZERO, exact
from engine.model.orders import (
    ClientOrderId,
    Fill,
    OpenOrders,
    Order,
    OrderRequest,
    OrderStatus,
    Sent,
    VenueOrderId,
)
from engine.model.venue_fees import FIRST_TIERS
from engine.model.venues import Account
from engine.storage.database import Database
from engine.storage.readable import UnreadableRecordError
from engine.storage.session import DatabaseSession

_FILLS_A_PAGE = 100
_AFTER_ALL = 2**63 - 1


class PaperBroker:
    """One account that trades on paper its venue's crypto pairs, under the venue's rules and published fees.

    Every change is one transaction, and nothing of the account is kept in memory: a restart loses nothing.
    Only market orders are ever sent to it. They walk the venue's order book at once, and what that does not hold is
    cancelled; an order that rests is filled by nobody.
    """

    def __init__(
        self,
        *,
        account: Account,
        market: MarketData,
        database: Database,
        clock: Clock,
        max_price_age: timedelta,
    ) -> None:
        self._account = account
        self._venue = account.venue
        self._rules, self._fees = RULES[account.venue], FIRST_TIERS[account.venue]
        self._market = PaperMarket(data=market, clock=clock, max_price_age=max_price_age)
        self._database = database
        self._clock = clock

    @property
    def account(self) -> Account:
        return self._account

    @property
    def is_short_of_points(self) -> bool:
        """Return False: nothing is spent here."""
        return False

    async def open(self, opening: Mapping[str, Decimal]) -> None:
        """Give a new account what it begins with; one that had its beginning keeps what it has."""
        async with self._changing() as (_, ledger):
            for asset, amount in {} if ledger.assets() else opening.items():
                ledger.deposit(asset, amount, at=self._market.now())

    async def reset(self, session: DatabaseSession, opening: Mapping[str, Decimal]) -> None:
        """Begin anew within a transaction: what is there is withdrawn, and the opening deposited; the past is kept."""
        ledger, at = await self._load(session), self._market.now()
        with exact():
            for order in ledger.open_orders():
                ledger.cancel(order.id, at=at, reason="the account was reset")
            for asset in ledger.assets():
                if ledger.total(asset):
                    ledger.withdraw(asset, ledger.total(asset), at=at)
            for asset, amount in opening.items():
                ledger.deposit(asset, amount, at=at)
        await save_ledger(session, self._account, ledger)

    # reading

    async def fetch_report(self, *, priority: Priority = Priority.READ) -> AccountReport:
        """Return all that is owned, with what open orders hold of it."""
        left = moment(self._clock)
        async with self._reading() as session:
            ledger = await self._load(session)
        with exact():
            holdings = tuple(
                Holding(asset=asset, free=ledger.free(asset), held=ledger.held(asset))
                for asset in ledger.assets()
                if ledger.total(asset) > ZERO
            )
        return AccountReport(
            account=self._account,
            holdings=holdings,
            at=left.at,
            left=left,
            venue_at=left.at + self._market.ahead(),
        )

    async def fetch_open_orders(self, *, priority: Priority = Priority.READ) -> OpenOrders:
        async with self._reading() as session:
            ledger = await self._load(session)
        return OpenOrders(orders=tuple(order_of(order) for order in ledger.open_orders()))

    async def fetch_order(
        self, venue_order_id: VenueOrderId, symbol: str, *, priority: Priority = Priority.READ
    ) -> Order:
        """Return one order with its totals; raises RefusedError(UNKNOWN_ORDER) when there is none."""
        async with self._reading() as session:
            order = await load_order(session, self._account, venue_order_id)
            if order is None:
                raise self._refused("no such order", RefusalReason.UNKNOWN_ORDER)
            return await self._order(session, order)

    async def find_order(
        self,
        client_order_id: ClientOrderId,
        symbol: str,
        *,
        since: datetime,
        sent: Sent | None = None,
        priority: Priority = Priority.READ,
    ) -> Order | None:
        """Return the latest order of our id; None when there is none."""
        async with self._reading() as session:
            orders = await load_orders_of_id(session, self._account, client_order_id)
            return await self._order(session, orders[-1]) if orders else None

    async def fetch_order_fills(
        self, order: Order, *, priority: Priority = Priority.READ
    ) -> tuple[Fill, ...]:
        async with self._reading() as session:
            fills = await load_fills_of_order(session, self._account, order.venue_order_id)
        return tuple(fill_of(fill) for fill in fills)

    async def fetch_fills(
        self, *, cursor: str | None = None, priority: Priority = Priority.HISTORY
    ) -> FillPage:
        """Return one page of fills, newest first."""
        before = _AFTER_ALL if cursor is None else int(cursor)
        async with self._reading() as session:
            found = await load_fills_before(session, self._account, before, most=_FILLS_A_PAGE + 1)
        page = found[:_FILLS_A_PAGE]
        is_more = len(found) > len(page)
        return FillPage(
            fills=tuple(fill_of(fill) for _, fill in page), next_cursor=str(page[-1][0]) if is_more else None
        )

    async def fetch_fees(self, symbols: Collection[str]) -> Mapping[str, FeeQuote]:
        """Return the venue's published taker fee, which is what is charged here."""
        listings = await self._market.listings()
        fee = FeeQuote(taker=self._fees.taker, live=False)
        return {symbol: fee for symbol in symbols if symbol in listings}

    async def fetch_booked_fee(self, venue_order_id: VenueOrderId, symbol: str) -> BookedFee | None:
        """Return what an order was charged, which is booked with its fill."""
        order = await self.fetch_order(venue_order_id, symbol)
        return None if order.fee is None else BookedFee(amount=order.fee, asset=order.fee_asset or "")

    async def fetch_permissions(self) -> KeyPermissions:
        """Return what may be done without a key: all but taking money out."""
        return KeyPermissions(can_read=True, can_trade=True, can_withdraw=False)

    async def fetch_account_name(self) -> str | None:
        """Return None: no venue knows this account."""
        return None

    async def close(self) -> None:
        """Leave the market and the database to whoever opened them."""

    # trading

    async def submit_order(
        self, request: OrderRequest, *, priority: Priority, departure: Departure | None = None
    ) -> VenueOrderId:
        """Fill a market order from the order book of now, level by level, and return its id."""
        left = departure or Departure(self._clock)
        left.note()
        instrument = await self._market.tradable(request)
        book = await self._market.book(request)
        draft = draft_of(request, instrument, price=opposite(request.side, book)[0].price)
        if self._is_late(request, left.at):
            raise UnknownOutcomeError(self._venue, "deadline elapsed")
        async with self._changing() as (session, ledger):
            known = await self._order_of_same_id(session, draft)
            if known is not None:
                return VenueOrderId(known.id)
            return VenueOrderId(ledger.place(draft, book, at=self._market.now()).id)

    async def cancel_order(self, venue_order_id: VenueOrderId, symbol: str, *, priority: Priority) -> None:
        """Cancel an open order; one that is already gone raises RefusedError(UNKNOWN_ORDER)."""
        async with self._changing() as (_, ledger):
            ledger.cancel(venue_order_id, at=self._market.now())

    def _is_late(self, request: OrderRequest, left: Moment) -> bool:
        expires = request.expires_after if self._rules.keeps_deadlines else None
        return expires is not None and left + expires < moment(self._clock)

    async def _order_of_same_id(self, session: DatabaseSession, draft: Draft) -> LedgerOrder | None:
        """Return the order that answers for a used id; raises RefusedError where the venue wants another."""
        known = await load_orders_of_id(session, self._account, draft.client_id or "")
        if self._rules.reuse is Reuse.REFUSED_WHILE_OPEN:
            known = [order for order in known if order.status is OrderStatus.OPEN]
        if not known:
            return None
        if self._rules.reuse is not Reuse.SAME_ORDER or not _is_same(known[-1].draft, draft):
            raise self._refused("this client order id was used", RefusalReason.DUPLICATE_CLIENT_ORDER_ID)
        return known[-1]

    # the ledger

    async def _load(self, session: DatabaseSession) -> Ledger:
        return await load_ledger(session, self._account, fees=self._fees, new_id=_new_id)

    @asynccontextmanager
    async def _changing(self) -> AsyncIterator[tuple[DatabaseSession, Ledger]]:
        """Load the ledger, and save it at the end; a refusal changes nothing."""
        try:
            async with self._database.write() as session:
                with self._nothing_done():
                    ledger = await self._load(session)
                    with exact():
                        yield session, ledger
                await save_ledger(session, self._account, ledger)
        except LedgerError as e:
            raise refusal_of(self._venue, e) from e
        except SQLAlchemyError as e:
            raise UnknownOutcomeError(self._venue, "the paper account cannot be written") from e

    @asynccontextmanager
    async def _reading(self) -> AsyncIterator[DatabaseSession]:
        with self._nothing_done():
            async with self._database.read() as session:
                yield session

    @contextmanager
    def _nothing_done(self) -> Iterator[None]:
        """Raise TryLaterError for what cannot be read: nothing was written yet."""
        try:
            yield
        except (SQLAlchemyError, UnreadableRecordError) as e:
            raise TryLaterError(self._venue, "the paper account cannot be read") from e

    async def _order(self, session: DatabaseSession, order: LedgerOrder) -> Order:
        is_named = self._rules.names_fills
        return order_of(
            order, await load_fills_of_order(session, self._account, order.id) if is_named else ()
        )

    def _refused(self, message: str, reason: RefusalReason) -> RefusedError:
        return RefusedError(self._venue, message, reason)


def _is_same(one: Draft, other: Draft) -> bool:
    wanted = (other.listing.symbol, other.side, other.quantity)
    return (one.listing.symbol, one.side, one.quantity) == wanted


def _new_id(kind: str) -> str:
    return f"paper-{kind}-{uuid.uuid4()}"
