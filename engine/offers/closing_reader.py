"""Gather what closing positions must know: holdings read now, present prices, and orders in the way."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal

from engine.accounts.reader import AccountReader
from engine.accounts.reports import Reports
from engine.accounts.service import SCREEN_WAIT_S
from engine.brokers.base import Broker
from engine.market.closing_price import ClosingPrice
from engine.market.mark import MarkRequest, PriceUnknown
from engine.market.marks import Marks
from engine.market.quote_reading import QuoteReading
from engine.model.errors import BrokerError
from engine.model.holdings import PositionKind
from engine.model.money import ZERO
from engine.model.orders import OpenOrders
from engine.model.venues import Account, Venue
from engine.offers.closing_plan import ClosingFacts
from engine.offers.closing_preview import Obstacle, ObstacleKind
from engine.portfolio.position import Position


class ClosingReader:
    """Reads accounts, prices and open orders for closing."""

    def __init__(
        self,
        *,
        reader: AccountReader,
        reports: Reports,
        brokers: Mapping[str, Broker],
        marks: Mapping[Venue, Marks],
        threshold: Decimal,
        is_key_certain: Callable[[str], bool],
    ) -> None:
        self._reader = reader
        self._reports = reports
        self._brokers = brokers
        self._marks = marks
        self._threshold = threshold
        self._is_key_certain = is_key_certain

    async def read(self, positions: Sequence[Position]) -> list[ClosingFacts]:
        """Return each position with its present price and the orders that hold it."""
        accounts = _accounts(positions)
        opened = await asyncio.gather(*(self._orders(account, positions) for account in accounts))
        orders = {account.account_id: found for account, found in zip(accounts, opened, strict=True)}
        # Last, because it ages; so no venue waits for another, and no position for another.
        venues = list({account.venue for account in accounts})
        readings = await asyncio.gather(*(self._quotes(venue, positions) for venue in venues))
        quotes = dict(zip(venues, readings, strict=True))
        return await asyncio.gather(
            *(
                self._gather(one, quotes[one.account.venue], orders[one.account.account_id])
                for one in positions
            )
        )

    async def _quotes(self, venue: Venue, positions: Sequence[Position]) -> QuoteReading:
        symbols = {f.instrument.symbol for f in positions if f.account.venue is venue and f.instrument}
        if not symbols:
            return QuoteReading()
        return await self._marks[venue].fetch_quotes(symbols, within_s=SCREEN_WAIT_S)

    async def _orders(self, account: Account, positions: Sequence[Position]) -> OpenOrders | Obstacle:
        """Return an account's open orders, or why they are not known."""
        if not any(self._is_held(one) for one in positions if one.account == account):
            return OpenOrders()
        try:
            async with asyncio.timeout(SCREEN_WAIT_S):
                opened = await self._brokers[account.account_id].fetch_open_orders()
        except BrokerError as e:
            return Obstacle(ObstacleKind.ORDERS_UNREAD, e.message)
        except TimeoutError:
            return Obstacle(ObstacleKind.ORDERS_LATE)
        self._reports.keep_unreadable(account.account_id, opened.unreadable)
        return opened

    async def _gather(
        self, position: Position, reading: QuoteReading, orders: OpenOrders | Obstacle
    ) -> ClosingFacts:
        trouble = self._trouble(position)
        if isinstance(orders, Obstacle):
            trouble, orders = trouble or orders, OpenOrders()
        return ClosingFacts(
            position=position,
            free=self._free(position),
            priced=await self._price(position, reading),
            open_orders=orders.orders,
            unreadable=orders.unreadable,
            trouble=trouble,
        )

    def _trouble(self, position: Position) -> Obstacle | None:
        state = self._reader.state(position.account)
        if not self._is_key_certain(position.account.account_id):
            return Obstacle(ObstacleKind.KEY_UNCERTAIN)
        if not state.connected:
            return Obstacle(ObstacleKind.NO_ANSWER, state.error or "")
        return Obstacle(ObstacleKind.UNREAD_SALE) if position.is_unread else None

    def _free(self, position: Position) -> Decimal | None:
        if position.kind is PositionKind.MARGIN:
            return None
        report = self._reports.latest(position.account.account_id)
        return report.holding(position.asset).free if report else ZERO

    def _is_held(self, position: Position) -> bool:
        free = self._free(position)
        return free is not None and free < position.sellable

    async def _price(self, position: Position, reading: QuoteReading) -> ClosingPrice | Obstacle:
        if position.instrument is None:
            return Obstacle(ObstacleKind.LISTING_UNKNOWN)
        marks = self._marks[position.account.venue]
        request = MarkRequest(
            symbol=position.instrument.symbol,
            direction=position.direction,
            quantity=position.sellable,
            threshold=self._threshold,
            max_age_s=marks.max_age_s,
        )
        try:
            async with asyncio.timeout(SCREEN_WAIT_S):
                price = await marks.price_to_close(request, reading.of(request.symbol))
        except BrokerError as e:
            return Obstacle(ObstacleKind.PRICE_UNREAD, e.message)
        except TimeoutError:
            return Obstacle(ObstacleKind.PRICE_LATE)
        if isinstance(price, PriceUnknown):
            return Obstacle(ObstacleKind.PRICE_UNKNOWN, problem=price.problem)
        return price


def _accounts(positions: Sequence[Position]) -> list[Account]:
    return list({one.account.account_id: one.account for one in positions}.values())
