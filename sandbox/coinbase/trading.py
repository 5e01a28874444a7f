"""Orders placed, cancelled and looked up."""

import json
from collections.abc import Callable, Mapping
from typing import TypeVar

from aiohttp import web

from engine.brokers.paper.ledger import Kind, LedgerError, Order
from engine.model.orders import OrderStatus, Side
from sandbox.coinbase.account import CoinbaseAccount
from sandbox.coinbase.derivatives import DerivativeOrder, derivative_order_row
from sandbox.coinbase.history import (
    AnyFill,
    AnyOrder,
    all_fills,
    all_orders,
    any_fill_row,
    opened_at,
    product_of,
    product_of_fill,
)
from sandbox.coinbase.orders import STATUS, configuration_of, order_row, placed
from sandbox.coinbase.pages import limit_of, page, since_and_until, wanted
from sandbox.coinbase.products import Products, product_id
from sandbox.coinbase.progress import Progress
from sandbox.coinbase.refusals import (
    DUPLICATE,
    INSUFFICIENT,
    NO_LIQUIDITY,
    NOT_FOUND,
    UNKNOWN_PRODUCT,
    Json,
    closed_to_account,
    invalid,
    ledger_words,
    order_refused,
    refused,
)
from sandbox.coinbase.requests import NewOrder, parse_new_order
from sandbox.coinbase.switches import Duplicates, Switches
from sandbox.market import Market

MOST_ORDERS = 1000
DEFAULT_FILLS = 100
#: Statuses a list may be filtered by.
STATUSES = frozenset(
    {
        *STATUS.values(),
        "PENDING",
        "EXPIRED",
        "FAILED",
        "UNKNOWN_ORDER_STATUS",
        "QUEUED",
        "CANCEL_QUEUED",
        "EDIT_QUEUED",
    }
)
Row = TypeVar("Row", AnyOrder, AnyFill)


class Trading:
    """Everything under orders/."""

    def __init__(
        self, market: Market, products: Products, switches: Switches, now: Callable[[], float]
    ) -> None:
        self._market = market
        self._products = products
        self._switches = switches
        self._now = now
        self.progress = Progress(market, switches, now)

    async def create(self, account: CoinbaseAccount, request: web.Request) -> Json:
        """POST orders: at most one order for each client_order_id."""
        new = parse_new_order(await _body(request))
        if known := account.order_with(new.client_id):
            if self._switches.duplicates is Duplicates.ERROR or not _is_same(known, new):
                raise order_refused(DUPLICATE, new.configuration)
            return placed(known)
        return placed(self._place(account, new))

    async def cancel(self, account: CoinbaseAccount, request: web.Request) -> Json:
        """POST orders/batch_cancel: one result for each id."""
        body = await _body(request)
        ids = body.get("order_ids") if isinstance(body, Mapping) else None
        if not isinstance(ids, list) or not ids:
            raise invalid("order_ids is required")
        return {"results": [self._cancel(account, str(order_id)) for order_id in ids]}

    async def list(self, account: CoinbaseAccount, request: web.Request) -> Json:
        """GET orders/historical/batch: newest first, without what is too fresh to be listed."""
        statuses = _statuses(request)
        ids, products = wanted(request, "order_ids"), wanted(request, "product_id", "product_ids")
        since, until = since_and_until(request, "start_date", "end_date")
        orders = [
            order
            for order in all_orders(account)
            if self._listed(opened_at(order), since, until)
            and (not statuses or self._status(account, order) in statuses)
            and (not ids or order.id in ids)
            and (not products or product_of(order) in products)
        ]
        rows, cursor = _page(request, orders, MOST_ORDERS)
        return {
            "orders": [self._row(account, order) for order in rows],
            "sequence": "0",
            "has_next": bool(cursor),
            "cursor": cursor,
        }

    async def one(self, account: CoinbaseAccount, request: web.Request) -> Json:
        """GET orders/historical/{order_id}."""
        wanted_id = request.match_info["order_id"]
        order = next((order for order in all_orders(account) if order.id == wanted_id), None)
        if order is None or self._now() < opened_at(order) + self._switches.unknown_by_id_s:
            raise refused(NOT_FOUND, "unknown", "order with this orderID was not found")
        return {"order": self._row(account, order)}

    async def fills(self, account: CoinbaseAccount, request: web.Request) -> Json:
        """GET orders/historical/fills: newest first; an empty cursor ends the list."""
        orders = wanted(request, "order_id", "order_ids")
        products = wanted(request, "product_id", "product_ids")
        since, until = since_and_until(request, "start_sequence_timestamp", "end_sequence_timestamp")
        fills = [
            fill
            for fill in all_fills(account)
            if self._listed(fill.at, since, until)
            and (not orders or fill.order_id in orders)
            and (not products or product_of_fill(fill) in products)
        ]
        rows, cursor = _page(request, fills, DEFAULT_FILLS)
        return {"fills": [any_fill_row(account, fill) for fill in rows], "cursor": cursor}

    def _place(self, account: CoinbaseAccount, new: NewOrder) -> Order:
        listing = self._products.find(new.product_id)
        if listing is None:
            raise order_refused(UNKNOWN_PRODUCT, new.configuration)
        if new.product_id in account.closed_products:
            raise closed_to_account(account.closed_products[new.product_id], new.configuration)
        draft = new.draft(listing)
        if draft.spend is not None and draft.spend > account.ledger.free(listing.quote):
            raise order_refused(INSUFFICIENT, new.configuration)
        book = self.progress.book(listing)
        levels = book.asks if draft.side is Side.BUY else book.bids
        if draft.kind is Kind.MARKET and not levels:
            raise order_refused(NO_LIQUIDITY, new.configuration)
        try:
            return self.progress.place(account, draft)
        except LedgerError as error:
            raise order_refused(ledger_words(error), new.configuration) from error

    def _cancel(self, account: CoinbaseAccount, order_id: str) -> Json:
        derivative = next((order for order in account.derivative_orders if order.id == order_id), None)
        order = account.ledger.orders.get(order_id)
        reason = None if derivative else _why_not(order)
        if order_id in account.cancelling:
            reason = "DUPLICATE_CANCEL_REQUEST"
        if derivative is not None:
            derivative.status = STATUS[OrderStatus.CANCELED]
        elif reason is None:
            self.progress.cancel(account, order_id)
        return {
            "success": reason is None,
            "failure_reason": reason or "UNKNOWN_CANCEL_FAILURE_REASON",
            "order_id": order_id,
        }

    def _status(self, account: CoinbaseAccount, order: AnyOrder) -> str:
        return order.status if isinstance(order, DerivativeOrder) else self.progress.status(account, order)

    def _row(self, account: CoinbaseAccount, order: AnyOrder) -> Json:
        if isinstance(order, DerivativeOrder):
            return derivative_order_row(account.user_id, order)
        return order_row(account, order, self._status(account, order))

    def _listed(self, at: float, since: float, until: float) -> bool:
        return since <= at < until and at + self._switches.listing_delay_s <= self._now()


def _is_same(known: Order, new: NewOrder) -> bool:
    draft = known.draft
    same_pair = product_id(draft.listing) == new.product_id and draft.side is new.side
    return same_pair and configuration_of(draft) == new.configuration


def _why_not(order: Order | None) -> str | None:
    if order is None or order.status is OrderStatus.CANCELED:
        return "UNKNOWN_CANCEL_ORDER"
    return "ORDER_IS_FULLY_FILLED" if order.status is OrderStatus.FILLED else None


def _statuses(request: web.Request) -> frozenset[str]:
    statuses = wanted(request, "order_status")
    if unknown := statuses - STATUSES:
        raise invalid(f"order_status {min(unknown)} is unknown")
    if "OPEN" in statuses and len(statuses) > 1:
        raise invalid("cannot query OPEN orders with other order types")
    return statuses


def _page(request: web.Request, rows: list[Row], default: int) -> tuple[list[Row], str]:
    limit = min(limit_of(request, default), MOST_ORDERS)
    shown, cursor = page(rows, cursor=request.query.get("cursor", ""), limit=limit, id_of=lambda row: row.id)
    return list(shown), cursor


async def _body(request: web.Request) -> object:
    try:
        return await request.json()
    except json.JSONDecodeError as error:
        raise invalid("request body is no JSON") from error
