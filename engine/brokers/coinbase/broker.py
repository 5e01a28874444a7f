"""One portfolio at Coinbase, over its Advanced Trade calls."""

from collections.abc import AsyncIterator, Collection, Mapping
from datetime import UTC, datetime, timedelta

from engine.brokers.base import BookedFee, FeeQuote, FillPage, KeyPermissions, Priority
from engine.brokers.budget import Budget
from engine.brokers.ccxt_broker import CcxtBroker, DatedParams, booked_with, reading
from engine.brokers.ccxt_client import DEFAULT_TIMEOUT_S, Call, VenueClient, coinbase_client
from engine.brokers.coinbase.accounts import find_unreadable_accounts, parse_holdings
from engine.brokers.coinbase.market import CoinbaseMarketData, require_listed
from engine.brokers.coinbase.orders import OPEN_STATUSES, has_client_id, parse_open_orders, parse_order
from engine.brokers.coinbase.parse import (
    parse_fill_cursor,
    parse_fills,
    parse_fills_of,
    parse_taker_fee,
    parse_traded_orders,
)
from engine.brokers.coinbase.products import product_id
from engine.brokers.coinbase.unnamed_matches import UnnamedMatches
from engine.brokers.coinbase_reasons import BEING_CANCELLED
from engine.brokers.departure import Departure
from engine.brokers.error_classes import Operation, judge_answer
from engine.brokers.lane import Lane
from engine.brokers.parse import (
    MalformedAnswerError,
    Row,
    amount_in,
    as_list,
    as_row,
    flag_in,
    lenient,
    row_in,
    rows_in,
    text_in,
)
from engine.clock import Clock
from engine.model.errors import KeyRejectedError, MisconfiguredError, RefusedError
from engine.model.holdings import AccountReport
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

# Thirty private calls a second and user; numbers need no order, so only the count of calls is bounded.
_CAPACITY, _REFILL_PER_S, _RESERVE, _WIDTH = 30, 30, 10, 4

_PRIVATE = ("v3", "private")
_PAGES = 100
_ACCOUNTS_A_PAGE = "250"
_ROWS_A_PAGE = "100"
_OK = 200
#: A token's time may differ from the venue's by so much and counts.
_TOKEN_LEEWAY = timedelta(seconds=5)

#: A list is sent as one parameter repeated.
Params = Mapping[str, str | list[str]]


def connect_coinbase(
    account: Account,
    key: str,
    secret: str,
    *,
    market: CoinbaseMarketData,
    clock: Clock,
    timeout_s: float = DEFAULT_TIMEOUT_S,
) -> "CoinbaseBroker":
    """Return the broker of one portfolio; the secret is the key's PEM."""
    client = coinbase_client(http=market.http, url=market.url, key=key, secret=secret, timeout_s=timeout_s)
    return CoinbaseBroker(account=account, client=client, market=market, clock=clock)


class CoinbaseBroker(CcxtBroker):
    """One portfolio at Coinbase."""

    def __init__(
        self, *, account: Account, client: VenueClient, market: CoinbaseMarketData, clock: Clock
    ) -> None:
        budget = Budget(capacity=_CAPACITY, refill_per_s=_REFILL_PER_S, reserve=_RESERVE)
        lane = Lane(budget=budget, serial=False, width=_WIDTH)
        super().__init__(account=account, client=client, lane=lane, clock=clock)
        self._market = market

    async def fetch_report(self, *, priority: Priority = Priority.READ) -> AccountReport:
        """Return all holdings and holds, from every page of accounts."""
        departure = Departure(self._clock)
        pages = self._pages("accounts", {"limit": _ACCOUNTS_A_PAGE}, priority, departure=departure)
        rows = [row async for row in pages]
        with reading(Venue.COINBASE):
            return AccountReport(
                account=self.account,
                holdings=parse_holdings(rows),
                unreadable=find_unreadable_accounts(rows),
                at=departure.at.at,
                left=departure.at,
                venue_at=self._market.venue_time(departure.at),
            )

    async def fetch_open_orders(self, *, priority: Priority = Priority.READ) -> OpenOrders:
        """Return every order that may still fill, whatever its status is called, and name the unreadable."""
        rows = list[Row]()
        for statuses in OPEN_STATUSES:
            rows += [row async for row in self._order_rows({"order_status": list(statuses)}, priority)]
        return parse_open_orders(rows)

    async def fetch_order(
        self,
        venue_order_id: VenueOrderId,
        symbol: str,  # noqa: ARG002 - part of the port; Coinbase's ids are enough
        *,
        priority: Priority = Priority.READ,
    ) -> Order:
        """Return one order with its fills; raises RefusedError(UNKNOWN_ORDER) when there is none."""
        answer = await self._get(f"orders/historical/{venue_order_id}", {}, priority)
        with reading(Venue.COINBASE):
            row = row_in(as_row(answer, "order"), "order")
            order = parse_order(row)
        if order.filled_quantity == 0:
            return order
        try:
            fills = await self.fetch_order_fills(order, priority=priority)
        except MisconfiguredError:
            # The order reports its totals itself; what its fills are is not known.
            return order
        with reading(Venue.COINBASE):
            return parse_order(row, fills=fills)

    async def find_order(
        self,
        client_order_id: ClientOrderId,
        symbol: str,
        *,
        since: datetime,
        sent: Sent | None = None,
        priority: Priority = Priority.READ,
    ) -> Order | None:
        """Look an order up by our id: open ones, then all since then, then the orders behind new fills.

        Of every pair: an attempt through another one may have gone out under the same id. None is proof that
        there is no such order, so a row that may be ours and cannot be ruled out raises.
        """
        ahead = self._market.ahead()
        start = (since + ahead).astimezone(UTC).isoformat().replace("+00:00", "Z")
        lists: list[Params] = [{"order_status": list(statuses)} for statuses in OPEN_STATUSES]
        seen, unnamed = set[str](), UnnamedMatches(client_order_id, symbol, sent, shifted=ahead)
        for wanted in (*lists, {"start_date": start}):
            async for row in self._order_rows(wanted, priority):
                order_id = await self._id_if_ours(row, unnamed, client_order_id, seen, priority)
                if order_id is not None:
                    return await self.fetch_order(order_id, symbol, priority=priority)
        async for answer in self._fill_answers({"start_sequence_timestamp": start}, priority):
            with reading(Venue.COINBASE):
                traded, nameless = parse_traded_orders(answer)
                for row in nameless:
                    unnamed.note_trade(row)
            for order_id in sorted(traded - seen):
                if await self._is_ours(order_id, unnamed, seen, priority):
                    return await self.fetch_order(order_id, symbol, priority=priority)
        unnamed.raise_for_any()
        return None

    async def fetch_order_fills(
        self, order: Order, *, priority: Priority = Priority.READ
    ) -> tuple[Fill, ...]:
        """Return the trades of one order from the account's history, whatever the order's own totals are."""
        instruments, fills = await self._market.catalog(), list[Fill]()
        async for answer in self._fill_answers({"order_ids": order.venue_order_id}, priority):
            with reading(Venue.COINBASE):
                fills.extend(parse_fills_of(order.venue_order_id, answer, instruments))
        return distinct(fills)

    async def fetch_fills(
        self, *, cursor: str | None = None, priority: Priority = Priority.HISTORY
    ) -> FillPage:
        """Return one page of fills, newest first."""
        instruments = await self._market.catalog()
        answer = await self._fills_at(cursor, {}, priority)
        with reading(Venue.COINBASE):
            return FillPage(fills=parse_fills(answer, instruments), next_cursor=parse_fill_cursor(answer))

    async def submit_order(
        self, request: OrderRequest, *, priority: Priority, departure: Departure | None = None
    ) -> VenueOrderId:
        """Place a market order and return the venue's id for it."""
        require_listed(await self._market.catalog(), request.symbol)
        body = {
            "client_order_id": request.client_order_id,
            "product_id": product_id(request.symbol),
            "side": request.side.upper(),
            "order_configuration": {"market_market_ioc": {"base_size": format(request.quantity, "f")}},
        }
        answer = await self._post("orders", body, priority, departure)
        with reading(Venue.COINBASE, Operation.ORDER):
            row = as_row(answer, "order")
            if row.get("success") is not True:
                raise judge_answer(Venue.COINBASE, row, Operation.ORDER, status=_OK)
            return VenueOrderId(text_in(row_in(row, "success_response"), "order_id"))

    async def cancel_order(
        self,
        venue_order_id: VenueOrderId,
        symbol: str,  # noqa: ARG002 - part of the port; Coinbase's ids are enough
        *,
        priority: Priority,
    ) -> None:
        """Cancel an open order, unless it is being cancelled; one that is gone raises RefusedError(UNKNOWN_ORDER)."""
        answer = await self._post("orders/batch_cancel", {"order_ids": [venue_order_id]}, priority)
        with reading(Venue.COINBASE, Operation.ORDER):
            results = rows_in(as_row(answer, "batch_cancel"), "results")
            if len(results) != 1:
                message = f"batch_cancel answered with {len(results)} results"
                raise MalformedAnswerError(message)
            if (
                results[0].get("success") is not True
                and results[0].get("failure_reason") not in BEING_CANCELLED
            ):
                raise judge_answer(Venue.COINBASE, results[0], Operation.ORDER, status=_OK)

    async def fetch_fees(self, symbols: Collection[str]) -> Mapping[str, FeeQuote]:
        """Return the taker fee this account pays: one tier for all of a portfolio's pairs."""
        listed = await self._market.catalog()
        answer = await self._get("transaction_summary", {"product_type": "SPOT"}, Priority.READ)
        with reading(Venue.COINBASE):
            fee = FeeQuote(taker=parse_taker_fee(answer), live=True)
        return {symbol: fee for symbol in symbols if symbol in listed}

    async def fetch_booked_fee(self, venue_order_id: VenueOrderId, symbol: str) -> BookedFee | None:
        """Return what an order was charged, which is reported with the order."""
        return booked_with(await self.fetch_order(venue_order_id, symbol, priority=Priority.HISTORY))

    async def fetch_permissions(self) -> KeyPermissions:
        """Return what the key may do."""
        answer = await self._get("key_permissions", {}, Priority.READ)
        with reading(Venue.COINBASE):
            row = as_row(answer, "key_permissions")
            return KeyPermissions(
                can_read=flag_in(row, "can_view"),
                can_trade=flag_in(row, "can_trade"),
                can_withdraw=flag_in(row, "can_transfer"),
            )

    async def fetch_account_name(self) -> str:
        """Return the portfolio that the key is bound to."""
        answer = await self._get("key_permissions", {}, Priority.READ)
        with reading(Venue.COINBASE):
            return text_in(as_row(answer, "key_permissions"), "portfolio_uuid")

    async def _id_if_ours(
        self,
        row: Row,
        unnamed: UnnamedMatches,
        client_order_id: ClientOrderId,
        seen: set[str],
        priority: Priority,
    ) -> VenueOrderId | None:
        """Return the id of a listed order that bears our id; one without an id in the list is fetched by itself."""
        known = has_client_id(row, client_order_id)
        if known is False:
            seen.add(str(row.get("order_id")))
            return None
        order_id = lenient(row, "order_id", text_in)
        with reading(Venue.COINBASE):
            if known is None and order_id is None:
                unnamed.note_order(row)
                return None
            order_id = VenueOrderId(text_in(row, "order_id"))
        if known is None and (order_id in seen or not await self._is_ours(order_id, unnamed, seen, priority)):
            return None
        return order_id

    async def _is_ours(
        self, order_id: VenueOrderId, unnamed: UnnamedMatches, seen: set[str], priority: Priority
    ) -> bool:
        seen.add(order_id)
        try:
            answer = await self._get(f"orders/historical/{order_id}", {}, priority)
        except RefusedError as e:
            unnamed.note_refused(e)
            return False
        with reading(Venue.COINBASE):
            row = row_in(as_row(answer, "order"), "order")
            return unnamed.is_ours(row)

    def _order_rows(self, params: Params, priority: Priority) -> AsyncIterator[Row]:
        wanted: Params = {**params, "limit": _ROWS_A_PAGE}
        return self._pages("orders/historical/batch", wanted, priority, table="orders")

    async def _fill_answers(self, params: Mapping[str, str], priority: Priority) -> AsyncIterator[object]:
        """Walk through every page of fills; stopping early would make a trade vanish."""
        cursor: str | None = None
        for _ in range(_PAGES):
            answer = await self._fills_at(cursor, params, priority)
            with reading(Venue.COINBASE):
                following = parse_fill_cursor(answer)
                if following is not None and following == cursor:
                    message = "fills repeat their cursor"
                    raise MalformedAnswerError(message)
            yield answer
            if following is None:
                return
            cursor = following
        with reading(Venue.COINBASE):
            message = f"fills have more than {_PAGES} pages"
            raise MalformedAnswerError(message)

    async def _fills_at(self, cursor: str | None, params: Mapping[str, str], priority: Priority) -> object:
        wanted = {"limit": _ROWS_A_PAGE, **params, **({"cursor": cursor} if cursor else {})}
        return await self._get("orders/historical/fills", wanted, priority)

    async def _pages(
        self,
        path: str,
        params: Params,
        priority: Priority,
        *,
        table: str | None = None,
        departure: Departure | None = None,
    ) -> AsyncIterator[Row]:
        """Walk through every page; stopping early would make an account or an order vanish."""
        cursor: str | None = None
        for _ in range(_PAGES):
            # A later page may show what changed after the first: the reading is as old as that.
            first = None if cursor else departure
            page_params = {**params, "cursor": cursor} if cursor else params
            answer = await self._get(path, page_params, priority, first)
            with reading(Venue.COINBASE):
                page = as_row(answer, path)
                items, more = as_list(page.get(table or path), path), flag_in(page, "has_next")
                if len(items) < (lenient(page, "size", amount_in) or ZERO):
                    # Accounts come with their number: some were left out.
                    message = f"{path} lack rows of their page"
                    raise MalformedAnswerError(message)
                rows = [item if isinstance(item, Mapping) else {} for item in items]
                following = text_in(page, "cursor") if more else None
                if more and following == cursor:
                    message = f"{path} repeats its cursor"
                    raise MalformedAnswerError(message)
            for row in rows:
                yield row
            if not more:
                return
            cursor = following
        with reading(Venue.COINBASE):
            message = f"{path} has more than {_PAGES} pages"
            raise MalformedAnswerError(message)

    async def _send(
        self,
        call: Call,
        *,
        priority: Priority,
        departure: Departure | None = None,
        dated: DatedParams | None = None,
    ) -> object:
        """Send a call, and again if it was refused because its token's time is not the venue's."""
        ahead = self._market.ahead()
        try:
            return await super()._send(call, priority=priority, departure=departure, dated=dated)
        except KeyRejectedError:
            if abs(self._market.ahead() - ahead) < _TOKEN_LEEWAY:
                raise
        return await super()._send(call, priority=priority, departure=departure, dated=dated)

    async def _get(
        self, path: str, params: Params, priority: Priority, departure: Departure | None = None
    ) -> object:
        call = Call(path=f"brokerage/{path}", api=_PRIVATE, params=params)
        return await self._send(call, priority=priority, departure=departure)

    async def _post(
        self,
        path: str,
        body: Mapping[str, object],
        priority: Priority,
        departure: Departure | None = None,
    ) -> object:
        call = Call(
            path=f"brokerage/{path}",
            api=_PRIVATE,
            method="POST",
            params=body,
            operation=Operation.ORDER,
            cost=0,  # orders wait for nothing
        )
        return await self._send(call, priority=priority, departure=departure)
