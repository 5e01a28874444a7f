"""One account at Kraken, over its private REST calls."""

from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial

from engine.brokers.base import BookedFee, FeeQuote, FillPage, KeyPermissions, Priority
from engine.brokers.budget import Budget
from engine.brokers.ccxt_broker import CcxtBroker, DatedParams, booked_with, reading
from engine.brokers.ccxt_client import DEFAULT_TIMEOUT_S, Call, NextNonce, VenueClient, kraken_client
from engine.brokers.departure import Departure
from engine.brokers.error_classes import Operation
from engine.brokers.kraken.fees import gather_fees
from engine.brokers.kraken.market import KrakenMarketData, pair_id_of
from engine.brokers.kraken.order_params import deadline_params, order_params
from engine.brokers.kraken.orders import parse_open_orders, parse_order, require_all
from engine.brokers.kraken.parse import (
    find_unreadable_balances,
    find_unreadable_positions,
    parse_balances,
    parse_margin_positions,
    parse_permissions,
    result_of,
)
from engine.brokers.kraken.trades import parse_traded_orders, parse_trades, parse_trades_of
from engine.brokers.kraken.trades_pages import trades_page, trades_since
from engine.brokers.kraken.venue_clock import VenueClock
from engine.brokers.lane import Lane
from engine.brokers.parse import (
    MalformedAnswerError,
    Row,
    amount_in,
    as_list,
    as_row,
    optional_in,
    table_in,
    text_in,
)
from engine.brokers.unnamed import Likeness, likeness
from engine.clock import Clock
from engine.model.credits import split_credits
from engine.model.errors import (
    BrokerError,
    MisconfiguredError,
    NoAnswerError,
    RefusalReason,
    RefusedError,
    TryLaterError,
    UncertainOrderError,
    UnknownOutcomeError,
    UnlistedRefusalError,
)
from engine.model.holdings import AccountFigure, AccountReport
from engine.model.orders import ClientOrderId, Fill, OpenOrders, Order, OrderRequest, Sent, VenueOrderId
from engine.model.venues import Account, Venue

# https://docs.kraken.com/api/docs/guides/spot-rest-ratelimits, the lowest tier: 15 calls, one more every
# 3 s; history counts double, orders not at all. Four are kept for an exit's balance and order look-ups.
_CAPACITY, _REFILL_PER_S, _RESERVE = 15, 0.33, 4
_FREE_OF_CHARGE, _HISTORY_COST = 0, 2

# An order carries a deadline of 5 s; past that, looking the order up is faster than waiting.
_ORDER_TIMEOUT_S = 6.0

#: An order waits so long at most for its check.
_CHECK_TIMEOUT_S = 1.5

#: So long after an order whose answer was lost the next one is tried without effect first.
_TRIED_FIRST_FOR_S = 60.0

_DEADLINE_ELAPSED = "deadline elapsed"

#: How long the first order after a start waits at most for the venue's time, in which its deadline is expressed.
_FIRST_READING_S = 0.5

#: Most accounts never borrow: an exit does not wait to confirm that one has no margin positions.
_NO_MARGIN_FOR_S = 55.0

_BEFORE_IT_OPENED = timedelta(seconds=1)
_ORDERS_A_CALL = 20


def connect_kraken(
    account: Account,
    key: str,
    secret: str,
    *,
    market: KrakenMarketData,
    clock: Clock,
    next_nonce: NextNonce,
    timeout_s: float = DEFAULT_TIMEOUT_S,
) -> "KrakenBroker":
    """Return the broker of one account; nothing else may use its key."""
    client = kraken_client(
        http=market.http,
        url=market.url,
        key=key,
        secret=secret,
        next_nonce=next_nonce,
        unwrap=result_of,
        timeout_s=timeout_s,
    )
    return KrakenBroker(account=account, client=client, market=market, clock=clock)


class KrakenBroker(CcxtBroker):
    """One account at Kraken; its key's calls go out one by one, numbers rising."""

    def __init__(
        self, *, account: Account, client: VenueClient, market: KrakenMarketData, clock: Clock
    ) -> None:
        budget = Budget(capacity=_CAPACITY, refill_per_s=_REFILL_PER_S, reserve=_RESERVE)
        super().__init__(account=account, client=client, lane=Lane(budget=budget, serial=True), clock=clock)
        self._market = market
        #: When an order last left whose answer was lost; None when a later one was answered.
        self._order_lost_at: float | None = None
        #: When the account was last seen without margin positions; None while it has some.
        self._no_margin_at: float | None = None
        #: Orders behind trades that were looked at for one of ours and are none; querying them again would cost points.
        self._not_ours = dict[ClientOrderId, set[VenueOrderId]]()

    async def fetch_report(self, *, priority: Priority = Priority.READ) -> AccountReport:
        """Return all holdings, holds and margin positions; TradeBalance counts only when margin is used."""
        if priority is not Priority.EXIT:
            await self._market.venue_clock.keep()
        catalog = await self._market.catalog()
        departure = Departure(self._clock)
        balances = await self._read("BalanceEx", priority=priority, departure=departure)
        positions = await self._fetch_open_positions(priority)
        with reading(Venue.KRAKEN):
            holdings, fee_credits = split_credits(Venue.KRAKEN, parse_balances(balances, catalog))
            report = AccountReport(
                account=self.account,
                holdings=holdings,
                margin_positions=parse_margin_positions(positions, catalog),
                credits=fee_credits,
                unreadable=find_unreadable_balances(balances, catalog)
                | find_unreadable_positions(positions, catalog),
                at=departure.at.at,
                left=departure.at,
                venue_at=self._market.venue_time(departure.at),
            )
        return await self._with_margin(report, priority) if report.margin_positions else report

    async def fetch_open_orders(self, *, priority: Priority = Priority.READ) -> OpenOrders:
        """Return every order that may still fill, and name those that cannot be read."""
        catalog = await self._market.catalog()
        result = await self._read("OpenOrders", priority=priority)
        with reading(Venue.KRAKEN):
            return parse_open_orders(result, catalog)

    async def fetch_order(
        self,
        venue_order_id: VenueOrderId,
        symbol: str,  # noqa: ARG002 - part of the port; Kraken's ids are enough
        *,
        priority: Priority = Priority.READ,
    ) -> Order:
        """Return one order with its totals; raises RefusedError(UNKNOWN_ORDER) when there is none."""
        rows = await self._query_orders([venue_order_id], priority)
        if venue_order_id not in rows:
            raise RefusedError(Venue.KRAKEN, f"no order {venue_order_id}", RefusalReason.UNKNOWN_ORDER)
        return await self._parsed(venue_order_id, rows[venue_order_id])

    async def find_order(
        self,
        client_order_id: ClientOrderId,
        symbol: str,
        *,
        since: datetime,
        sent: Sent | None = None,
        priority: Priority = Priority.READ,
    ) -> Order | None:
        """Look an order up by our id: open ones, then closed ones, then the orders behind new trades.

        Queried in this sequence, an order cannot slip through by closing between two calls. None is proof that there
        is no such order, so a row that may be ours and cannot be ruled out raises.
        """
        start = _unix((await self._venue_clock()).shift(since))
        uncertain = set[str]()
        for path, table, extra in (("OpenOrders", "open", {}), ("ClosedOrders", "closed", {"start": start})):
            result = await self._read(path, {"cl_ord_id": client_order_id, **extra}, priority=priority)
            with reading(Venue.KRAKEN):
                rows = table_in(as_row(result, path), table)
            found = await self._pick(
                rows, client_order_id, symbol, sent, uncertain, is_answer_to_id=len(rows) == 1
            )
            if found is not None:
                return found
        rows = await trades_since(self._trades, start, priority)
        catalog = await self._market.catalog()
        with reading(Venue.KRAKEN):
            traded = parse_traded_orders(rows, catalog)
        known = self._not_ours.setdefault(client_order_id, set())
        order_ids = sorted({order_id for order_id, pair in traded if pair == symbol} - known)
        orders, refusal = await self._query_each(order_ids, priority)
        found = await self._pick(orders, client_order_id, symbol, sent, uncertain)
        if found is None:
            if refusal is not None:
                raise refusal
            with reading(Venue.KRAKEN):
                require_all(order_ids, orders)
            known.update(order_id for order_id in order_ids if order_id not in uncertain)
        if found is None and uncertain:
            raise UncertainOrderError(Venue.KRAKEN, uncertain)
        return found

    async def fetch_order_fills(
        self, order: Order, *, priority: Priority = Priority.READ
    ) -> tuple[Fill, ...]:
        """Return the trades of one order from the account's history, whatever the order's own totals are."""
        if order.opened_at is None:
            return ()
        # The venue's own time, so that nothing is shifted; `start` is exclusive.
        rows = await trades_since(self._trades, _unix(order.opened_at - _BEFORE_IT_OPENED), priority)
        catalog = await self._market.catalog()
        with reading(Venue.KRAKEN):
            return parse_trades_of(order.venue_order_id, rows, catalog)

    async def fetch_fills(
        self, *, cursor: str | None = None, priority: Priority = Priority.HISTORY
    ) -> FillPage:
        """Return one page of fills, newest first."""
        catalog = await self._market.catalog()
        result, next_cursor = await trades_page(self._trades, {"ofs": cursor or "0"}, priority)
        with reading(Venue.KRAKEN):
            return FillPage(fills=parse_trades(result, catalog), next_cursor=next_cursor)

    async def submit_order(
        self, request: OrderRequest, *, priority: Priority, departure: Departure | None = None
    ) -> VenueOrderId:
        """Place a market order and return the venue's id for it."""
        pair_id = pair_id_of(await self._market.catalog(), request.symbol)
        params = order_params(request, pair_id)
        dated = partial(
            deadline_params, expires_after=request.expires_after, venue_clock=await self._venue_clock()
        )
        await self._try_first(params, dated, priority)
        try:
            order_id = await self._place(params, dated, priority, departure)
        except UnknownOutcomeError as e:
            self._order_lost_at = self._clock.monotonic()
            if _DEADLINE_ELAPSED not in e.message.lower():
                raise
            raise UnknownOutcomeError(e.venue, await self._market.venue_clock.blame(e.message)) from e
        except RefusedError as e:
            if e.reason is not RefusalReason.DEADLINE_PASSED:
                raise
            raise RefusedError(e.venue, await self._market.venue_clock.blame(e.message), e.reason) from e
        self._order_lost_at = None
        return order_id

    async def _place(
        self, params: Mapping[str, str], dated: DatedParams, priority: Priority, departure: Departure | None
    ) -> VenueOrderId:
        answer = await self._order("AddOrder", params, priority, departure=departure, dated=dated)
        with reading(Venue.KRAKEN, Operation.ORDER):
            order_ids = as_list(as_row(answer, "AddOrder").get("txid"), "txid")
            if len(order_ids) != 1 or not order_ids[0]:
                message = f"AddOrder returned the ids {order_ids}"
                raise MalformedAnswerError(message)
            return VenueOrderId(str(order_ids[0]))

    async def _try_first(self, params: Mapping[str, str], dated: DatedParams, priority: Priority) -> None:
        """Have an order checked and not placed while Kraken loses orders or refuses them with an unlisted message.

        One that is lost costs the key points and seconds until it is proven absent; a check costs neither.
        A check that is not answered soon proves nothing: a slow Kraken takes orders.

        Raises:
            TryLaterError: Kraken takes no orders yet.
            RefusedError: it refuses this one.

        """
        now_s, lost_at = self._clock.monotonic(), self._order_lost_at
        if lost_at is None or now_s - lost_at > _TRIED_FIRST_FOR_S:
            return
        try:
            await self._order(
                "AddOrder", {**params, "validate": "true"}, priority, dated=dated, timeout_s=_CHECK_TIMEOUT_S
            )
        except NoAnswerError:
            return
        except UnknownOutcomeError as e:
            self._order_lost_at = self._clock.monotonic()
            if isinstance(e, UnlistedRefusalError):
                # Whatever the message means, a check places nothing.
                raise RefusedError(e.venue, e.message, RefusalReason.UNLISTED) from e
            raise TryLaterError(e.venue, e.message) from e

    async def cancel_order(
        self,
        venue_order_id: VenueOrderId,
        symbol: str,  # noqa: ARG002 - part of the port; Kraken's ids are enough
        *,
        priority: Priority,
    ) -> None:
        """Cancel an open order; one that is already gone raises RefusedError(UNKNOWN_ORDER)."""
        answer = await self._order("CancelOrder", {"txid": venue_order_id}, priority)
        with reading(Venue.KRAKEN, Operation.ORDER):
            if amount_in(as_row(answer, "CancelOrder"), "count") == 0:
                raise RefusedError(Venue.KRAKEN, "nothing to cancel", RefusalReason.UNKNOWN_ORDER)

    async def fetch_fees(self, symbols: Collection[str]) -> Mapping[str, FeeQuote]:
        """Return the taker fee this account pays for each symbol, in one call when no pair is refused."""
        listed = (await self._market.catalog()).pair_ids
        pair_ids = {symbol: listed[symbol] for symbol in sorted(symbols) if symbol in listed}
        return await gather_fees(lambda ids: self._read("TradeVolume", {"pair": ids}), pair_ids)

    async def fetch_booked_fee(self, venue_order_id: VenueOrderId, symbol: str) -> BookedFee | None:
        """Return what an order was charged, which is reported with the order."""
        return booked_with(await self.fetch_order(venue_order_id, symbol, priority=Priority.HISTORY))

    async def fetch_permissions(self) -> KeyPermissions:
        """Return what the key may do."""
        result = await self._read("GetApiKeyInfo")
        with reading(Venue.KRAKEN):
            return parse_permissions(result)

    async def _venue_clock(self) -> VenueClock:
        if not self._market.venue_clock.is_known:
            await self._market.venue_clock.read(timeout_s=_FIRST_READING_S)
        return self._market.venue_clock

    async def _fetch_open_positions(self, priority: Priority) -> object:
        now, none_at = self._clock.monotonic(), self._no_margin_at
        if priority is Priority.EXIT and none_at is not None and now - none_at < _NO_MARGIN_FOR_S:
            return {}
        positions = await self._read("OpenPositions", priority=priority)
        self._no_margin_at = None if positions else now
        return positions

    async def _with_margin(self, report: AccountReport, priority: Priority) -> AccountReport:
        """Add the figures that only TradeBalance has; holdings are known without it."""
        try:
            result = await self._read("TradeBalance", {"asset": "ZUSD"}, priority=priority)
            with reading(Venue.KRAKEN):
                row = as_row(result, "TradeBalance")
                return replace(report, unrealized_usd=amount_in(row, "n"), spendable_usd=amount_in(row, "mf"))
        except BrokerError:
            return replace(report, unknown=frozenset({AccountFigure.UNREALIZED, AccountFigure.SPENDABLE}))

    async def _pick(
        self,
        rows: Mapping[str, Row],
        client_order_id: ClientOrderId,
        symbol: str,
        sent: Sent | None,
        uncertain: set[str],
        *,
        is_answer_to_id: bool = False,
    ) -> Order | None:
        """Return the order of ours among some; the ids of those that may be it are added to `uncertain`."""
        offset = self._market.venue_clock.offset
        for order_id, row in rows.items():
            with reading(Venue.KRAKEN):
                named = optional_in(row, "cl_ord_id", text_in)
            if named == client_order_id:
                return await self._parsed(order_id, row)
            # We send no userref, which another program may.
            if named is None and sent is not None and not row.get("userref"):
                try:
                    order = await self._parsed(order_id, row)
                except MisconfiguredError:
                    uncertain.add(order_id)
                    continue
                like = likeness(order, symbol, sent, shifted=offset, is_answer_to_id=is_answer_to_id)
                if like is Likeness.OURS:
                    return order
                if like is Likeness.UNCERTAIN:
                    uncertain.add(order_id)
        return None

    async def _query_orders(self, order_ids: list[VenueOrderId], priority: Priority) -> dict[str, Row]:
        rows: dict[str, Row] = {}
        for first in range(0, len(order_ids), _ORDERS_A_CALL):
            wanted = ",".join(order_ids[first : first + _ORDERS_A_CALL])
            result = await self._read("QueryOrders", {"txid": wanted, "trades": "true"}, priority=priority)
            with reading(Venue.KRAKEN):
                rows |= table_in({"QueryOrders": result}, "QueryOrders")
        return rows

    async def _query_each(
        self, order_ids: list[VenueOrderId], priority: Priority
    ) -> tuple[dict[str, Row], RefusedError | None]:
        """Query orders of which Kraken may not know every one, and return its refusal where it does not.

        One id that it does not know makes it refuse all that were requested with it.
        """
        try:
            return await self._query_orders(order_ids, priority), None
        except RefusedError as e:
            if e.reason is not RefusalReason.UNKNOWN_ORDER:
                raise
            refusal = e
        rows: dict[str, Row] = {}
        for order_id in order_ids if len(order_ids) > 1 else ():
            found, _ = await self._query_each([order_id], priority)
            rows |= found
        return rows, refusal

    async def _parsed(self, order_id: str, row: Row) -> Order:
        # Without its single fills: those cost two points more, which an exit may not have.
        catalog = await self._market.catalog()
        with reading(Venue.KRAKEN):
            return parse_order(order_id, row, catalog)

    async def _trades(self, params: Mapping[str, str], priority: Priority) -> object:
        return await self._read("TradesHistory", params, priority=priority, cost=_HISTORY_COST)

    async def _read(
        self,
        path: str,
        params: Mapping[str, str] | None = None,
        *,
        priority: Priority = Priority.READ,
        cost: float = 1,
        departure: Departure | None = None,
    ) -> object:
        call = Call(path=path, api=("private",), method="POST", params=params or {}, cost=cost)
        return await self._send(call, priority=priority, departure=departure)

    async def _order(
        self,
        path: str,
        params: Mapping[str, str],
        priority: Priority,
        *,
        departure: Departure | None = None,
        dated: DatedParams | None = None,
        timeout_s: float = _ORDER_TIMEOUT_S,
    ) -> object:
        call = Call(
            path=path,
            api=("private",),
            method="POST",
            params=params,
            operation=Operation.ORDER,
            cost=_FREE_OF_CHARGE,
            timeout_s=timeout_s,
        )
        return await self._send(call, priority=priority, departure=departure, dated=dated)


def _unix(at: datetime) -> str:
    """Return the second before, because Kraken's `start` is exclusive."""
    return str(int(at.timestamp()) - 1)
