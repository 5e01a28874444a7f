"""One account at Alpaca, over its trading calls."""

from collections.abc import Collection, Mapping
from datetime import UTC, datetime, timedelta

from engine import wall_time
from engine.brokers.alpaca.charges import SHARED_DAYS, Charge
from engine.brokers.alpaca.fees import find_fee, parse_tier, readable_charges, taker_of_tier
from engine.brokers.alpaca.market import AlpacaMarketData, require_listed
from engine.brokers.alpaca.orders import oldest_submission, parse_open_orders, parse_succession, replaced_by
from engine.brokers.alpaca.parse import (
    check_positions,
    find_cash,
    find_figures,
    find_unreadable_positions,
    parse_cash,
    parse_fills,
    parse_fills_of,
    parse_permissions,
    parse_positions,
    rows_of,
    stock_tickers,
)
from engine.brokers.alpaca.restrictions import find_block, find_limits
from engine.brokers.base import BookedFee, FeeQuote, FillPage, KeyPermissions, Priority
from engine.brokers.budget import Budget
from engine.brokers.ccxt_broker import CcxtBroker, booked_with, reading
from engine.brokers.ccxt_client import DEFAULT_TIMEOUT_S, Call, VenueClient, alpaca_client
from engine.brokers.departure import Departure
from engine.brokers.error_classes import Operation
from engine.brokers.lane import Lane
from engine.brokers.parse import Row, as_list, as_row, text_in
from engine.clock import Clock
from engine.model.errors import BrokerError, MisconfiguredError, RefusalReason, RefusedError
from engine.model.holdings import AccountFigure, AccountReport, Holding
from engine.model.instruments import AssetClass
from engine.model.money import ZERO
from engine.model.orders import (
    ClientOrderId,
    Fill,
    OpenOrders,
    Order,
    OrderRequest,
    Sent,
    VenueOrderId,
    distinct,
)
from engine.model.venues import Account, Venue

# 200 calls a minute and account; numbers need no order, so only the count of calls is bounded.
_CAPACITY, _REFILL_PER_S, _RESERVE, _WIDTH = 200, 200 / 60, 50, 4

_PRIVATE = ("trader", "private")
_ORDERS_A_PAGE = 500
_FILLS_A_PAGE = 100
_PAGES = 100
_SLACK = timedelta(seconds=1)
#: Stands in the refusal of a cancel that was taken before.
_BEING_CANCELLED = '"pending_cancel"'


def connect_alpaca(
    account: Account,
    key: str,
    secret: str,
    *,
    market: AlpacaMarketData,
    clock: Clock,
    timeout_s: float = DEFAULT_TIMEOUT_S,
) -> "AlpacaBroker":
    client = alpaca_client(
        http=market.http,
        url=market.url,
        data_url=market.data_url,
        key=key,
        secret=secret,
        timeout_s=timeout_s,
    )
    return AlpacaBroker(account=account, client=client, market=market, clock=clock)


class AlpacaBroker(CcxtBroker):
    """One account at Alpaca."""

    def __init__(
        self, *, account: Account, client: VenueClient, market: AlpacaMarketData, clock: Clock
    ) -> None:
        budget = Budget(capacity=_CAPACITY, refill_per_s=_REFILL_PER_S, reserve=_RESERVE)
        lane = Lane(budget=budget, serial=False, width=_WIDTH)
        super().__init__(account=account, client=client, lane=lane, clock=clock)
        self._market = market
        self._tier: int | None = None

    async def fetch_report(self, *, priority: Priority = Priority.READ) -> AccountReport:
        """Return dollars, coins and stocks with the venue's own total; leverage never counts as money."""
        catalog = await self._market.catalog()
        departure = Departure(self._clock)
        account = await self._get("v2/account", {}, priority, departure)
        positions = await self._get("v2/positions", {}, priority)
        with reading(Venue.ALPACA):
            row, held = as_row(account, "account"), as_list(positions, "positions")
            check_positions(row, held)
            figures, cash = find_figures(row), find_cash(row)
        if cash is not None and cash.locked > ZERO:
            cash = await self._cash_with_orders(row, cash, priority)
        with reading(Venue.ALPACA):
            report = AccountReport(
                account=self.account,
                holdings=(*([cash] if cash else []), *parse_positions(held, catalog)),
                unreadable=find_unreadable_positions(held, catalog) | ({"USD"} if cash is None else set()),
                block=find_block(row),
                limits=find_limits(row),
                equity_usd=figures[AccountFigure.EQUITY],
                spendable_usd=figures[AccountFigure.SPENDABLE],
                unknown=frozenset(name for name, figure in figures.items() if figure is None),
                at=departure.at.at,
                left=departure.at,
                venue_at=self._market.venue_time(departure.at),
            )
            tickers = stock_tickers(held)
            self._tier = parse_tier(row)
        await self._market.load_stocks(sorted(tickers))
        return report

    async def _cash_with_orders(self, account: Row, cash: Holding, priority: Priority) -> Holding:
        """Split unavailable dollars into those held by open orders and unsettled ones."""
        try:
            opened = await self.fetch_open_orders(priority=priority)
        except BrokerError:
            return cash
        with reading(Venue.ALPACA):
            return parse_cash(account, opened)

    async def fetch_open_orders(self, *, priority: Priority = Priority.READ) -> OpenOrders:
        """Return every order that may still fill, and name those that cannot be read."""
        catalog = await self._market.catalog()
        orders, unreadable = dict[str, Order](), dict[str, None]()
        params = {"status": "open", "limit": str(_ORDERS_A_PAGE), "direction": "desc"}
        for _ in range(_PAGES):
            answer = await self._get("v2/orders", params, priority)
            with reading(Venue.ALPACA):
                rows = as_list(answer, "orders")
                page = parse_open_orders(rows, catalog)
                orders |= {order.venue_order_id: order for order in page.orders}
                unreadable |= dict.fromkeys(page.unreadable)
                if len(rows) < _ORDERS_A_PAGE:
                    break
                params = {**params, "until": oldest_submission(rows)}
        else:
            raise _endless("open orders")
        return OpenOrders(orders=tuple(orders.values()), unreadable=tuple(unreadable))

    async def fetch_order(
        self,
        venue_order_id: VenueOrderId,
        symbol: str,  # noqa: ARG002 - part of the port; Alpaca's ids are enough
        *,
        priority: Priority = Priority.READ,
    ) -> Order:
        """Return one order with its fills; raises RefusedError(UNKNOWN_ORDER) when there is none."""
        answer = await self._get(f"v2/orders/{venue_order_id}", {}, priority)
        with reading(Venue.ALPACA):
            row = as_row(answer, "order")
        return await self._with_fills(row, priority)

    async def find_order(
        self,
        client_order_id: ClientOrderId,
        symbol: str,  # noqa: ARG002 - part of the port; Alpaca's ids are enough
        *,
        since: datetime,  # noqa: ARG002 - part of the port; the look-up by our id needs no bound
        sent: Sent | None = None,  # noqa: ARG002 - part of the port; the answer is of our id alone
        priority: Priority = Priority.READ,
    ) -> Order | None:
        """Look an order up by our id; None when the venue has none."""
        try:
            answer = await self._get(
                "v2/orders:by_client_order_id", {"client_order_id": client_order_id}, priority
            )
        except RefusedError as e:
            if e.reason is RefusalReason.UNKNOWN_ORDER:
                return None
            raise
        with reading(Venue.ALPACA):
            row = as_row(answer, "order")
        return await self._with_fills(row, priority)

    async def fetch_order_fills(
        self, order: Order, *, priority: Priority = Priority.READ
    ) -> tuple[Fill, ...]:
        """Return the trades of one order from the account's history, whatever the order's own totals are."""
        if order.opened_at is None:
            return ()
        catalog = await self._market.catalog()
        rows = await self._fill_rows(order.opened_at - _SLACK, priority)
        with reading(Venue.ALPACA):
            ids = (order.venue_order_id, *order.successors)
            return distinct(fill for one in ids for fill in parse_fills_of(one, rows, catalog))

    async def fetch_fills(
        self, *, cursor: str | None = None, priority: Priority = Priority.HISTORY
    ) -> FillPage:
        """Return one page of fills, newest first."""
        return await self._fill_page({"page_token": cursor} if cursor else {}, priority)

    async def submit_order(
        self, request: OrderRequest, *, priority: Priority, departure: Departure | None = None
    ) -> VenueOrderId:
        """Place a market order and return the venue's id for it."""
        catalog = await self._market.catalog()
        is_stock = require_listed(catalog, request.symbol).asset_class is AssetClass.STOCK
        body = {
            "symbol": catalog.venue_symbol(request.symbol),
            "qty": format(request.quantity, "f"),
            "side": request.side.value,
            "type": "market",
            "time_in_force": "day" if is_stock else "gtc",  # fractions of a share can only be sold today
            "client_order_id": request.client_order_id,
        }
        answer = await self._order("v2/orders", "POST", body, priority, departure)
        with reading(Venue.ALPACA, Operation.ORDER):
            return VenueOrderId(text_in(as_row(answer, "order"), "id"))

    async def cancel_order(
        self,
        venue_order_id: VenueOrderId,
        symbol: str,  # noqa: ARG002 - part of the port; Alpaca's ids are enough
        *,
        priority: Priority,
    ) -> None:
        """Cancel an open order, unless it is being cancelled; one that is gone raises RefusedError(UNKNOWN_ORDER)."""
        try:
            await self._order(f"v2/orders/{venue_order_id}", "DELETE", {}, priority)
        except RefusedError as e:
            if _BEING_CANCELLED not in e.message:
                raise

    async def fetch_fees(self, symbols: Collection[str]) -> Mapping[str, FeeQuote]:
        """Return the published taker fee of each listed symbol's asset class, of crypto at the account's tier."""
        listed = (await self._market.catalog()).instruments
        takers = {AssetClass.CRYPTO: taker_of_tier(self._tier), AssetClass.STOCK: ZERO}
        return {
            symbol: FeeQuote(taker=takers[listed[symbol].asset_class], live=False)
            for symbol in symbols
            if symbol in listed
        }

    async def fetch_booked_fee(self, venue_order_id: VenueOrderId, symbol: str) -> BookedFee | None:
        """Return what an order was charged: crypto is at the end of the day, in entries that name no order."""
        order = await self.fetch_order(venue_order_id, symbol, priority=Priority.HISTORY)
        if order.fee is not None or order.opened_at is None or not order.fills:
            return booked_with(order)
        until = (wall_time.latest(fill.at for fill in order.fills) or order.opened_at) + SHARED_DAYS
        charges = await self._charges(order.opened_at, until=until)
        others = await self._fills_beside(order, until=until)
        fee = find_fee(order.fills, charges, tier=self._tier, others=others)
        return None if fee is None else BookedFee(amount=fee, asset=order.fills[0].fee_asset)

    async def fetch_permissions(self) -> KeyPermissions:
        """Return what the account lets its key do."""
        answer = await self._get("v2/account", {}, Priority.READ)
        with reading(Venue.ALPACA):
            return parse_permissions(as_row(answer, "account"))

    async def fetch_account_name(self) -> str:
        """Return the account's id, which paper and live accounts of one person do not share."""
        answer = await self._get("v2/account", {}, Priority.READ)
        with reading(Venue.ALPACA):
            return text_in(as_row(answer, "account"), "id")

    async def _with_fills(self, row: Row, priority: Priority) -> Order:
        catalog, rows = await self._market.catalog(), await self._with_successors(row, priority)
        with reading(Venue.ALPACA):
            order = parse_succession(rows, catalog)
        if order.filled_quantity == ZERO or order.opened_at is None:
            return order
        try:
            fills = await self.fetch_order_fills(order, priority=priority)
        except MisconfiguredError:
            # The order reports its totals itself; what its fills are is not known.
            return order
        with reading(Venue.ALPACA):
            return parse_succession(rows, catalog, fills=fills)

    async def _with_successors(self, row: Row, priority: Priority) -> list[Row]:
        """Return an order's row and those of the orders that replaced it, one after the other.

        An edit in the owner's app makes a new order: https://docs.alpaca.markets/reference/patchorderbyorderid-1
        """
        rows = [row]
        for _ in range(_PAGES):
            with reading(Venue.ALPACA):
                following = replaced_by(rows[-1])
            if following is None:
                return rows
            answer = await self._get(f"v2/orders/{following}", {}, priority)
            with reading(Venue.ALPACA):
                rows.append(as_row(answer, "order"))
        raise _endless("orders in place of one")

    async def _fills_beside(self, order: Order, *, until: datetime) -> tuple[Fill, ...]:
        """Return the trades of all other orders that may have been charged when this one was."""
        catalog, opened_at = await self._market.catalog(), order.opened_at or self._clock.now()
        rows = await self._fill_rows(opened_at - SHARED_DAYS, Priority.HISTORY, until=until)
        with reading(Venue.ALPACA):
            others = {VenueOrderId(text_in(row, "order_id")) for row in rows} - {order.venue_order_id}
            return tuple(fill for other in others for fill in parse_fills_of(other, rows, catalog))

    async def _fill_rows(
        self, since: datetime, priority: Priority, *, until: datetime | None = None
    ) -> list[Row]:
        """Return the rows of all pages of fills after a moment; stopping early would make a trade vanish."""
        wanted = {"after": _moment(since)} | ({} if until is None else {"until": _moment(until)})
        params, rows = wanted, list[Row]()
        for _ in range(_PAGES):
            page = await self._fill_page_rows(params, priority)
            rows += page
            if len(page) < _FILLS_A_PAGE:
                return rows
            with reading(Venue.ALPACA):
                params = {**wanted, "page_token": text_in(page[-1], "id")}
        raise _endless("fills")

    async def _charges(self, opened_at: datetime, *, until: datetime) -> list[Charge]:
        catalog = await self._market.catalog()
        # They are dated by the day, and those of the last one may be for trades of the next.
        days = {"after": (opened_at - timedelta(days=1)).date(), "until": until.date()}
        bounds = {name: day.isoformat() for name, day in days.items()}
        wanted = {"direction": "asc", "page_size": str(_FILLS_A_PAGE), **bounds}
        params, charges = wanted, list[Charge]()
        for _ in range(_PAGES):
            answer = await self._get("v2/account/activities/CFEE", params, Priority.HISTORY)
            with reading(Venue.ALPACA):
                rows = rows_of(answer, "activities")
                charges += readable_charges(rows, catalog)
                if len(rows) < _FILLS_A_PAGE:
                    return charges
                params = {**wanted, "page_token": text_in(rows[-1], "id")}
        raise _endless("charges")

    async def _fill_page(self, params: Mapping[str, str], priority: Priority) -> FillPage:
        catalog, rows = await self._market.catalog(), await self._fill_page_rows(params, priority)
        with reading(Venue.ALPACA):
            cursor = text_in(rows[-1], "id") if len(rows) == _FILLS_A_PAGE else None
            return FillPage(fills=parse_fills(rows, catalog), next_cursor=cursor)

    async def _fill_page_rows(self, params: Mapping[str, str], priority: Priority) -> list[Row]:
        wanted = {"direction": "desc", "page_size": str(_FILLS_A_PAGE), **params}
        answer = await self._get("v2/account/activities/FILL", wanted, priority)
        with reading(Venue.ALPACA):
            return rows_of(answer, "activities")

    async def _order(
        self,
        path: str,
        method: str,
        body: Mapping[str, str],
        priority: Priority,
        departure: Departure | None = None,
    ) -> object:
        call = Call(
            path=path,
            api=_PRIVATE,
            method=method,
            params=body,
            operation=Operation.ORDER,
            cost=0,  # orders wait for nothing
            may_be_empty=method == "DELETE",
        )
        return await self._send(call, priority=priority, departure=departure)

    async def _get(
        self,
        path: str,
        params: Mapping[str, str],
        priority: Priority,
        departure: Departure | None = None,
    ) -> object:
        call = Call(path=path, api=_PRIVATE, params=params)
        return await self._send(call, priority=priority, departure=departure)


def _moment(at: datetime) -> str:
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z")


def _endless(what: str) -> MisconfiguredError:
    """Return the error of a walk that does not come to its end: an incomplete answer is none."""
    return MisconfiguredError(Venue.ALPACA, f"{what} have more than {_PAGES} pages")
