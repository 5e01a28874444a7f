"""The account's history: fills, the crypto fees taken for them, and dollars that came and went."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from aiohttp import web

from engine.brokers.paper.ledger import Entry, EntryKind, Fill
from engine.model.money import ZERO
from sandbox.alpaca.account import AlpacaAccount
from sandbox.alpaca.names import DOLLAR, position_symbol, symbol_of
from sandbox.alpaca.query import choice, moment, whole
from sandbox.alpaca.refusals import Json, malformed
from sandbox.alpaca.session import NEW_YORK
from sandbox.fields import page_after
from sandbox.formats import iso_time, plain

TYPES = frozenset({"FILL", "CFEE", "FEE", "CSD", "CSW", "TRANS", "JNLC", "JNLS", "DIV", "INT", "MISC"})
MOST = 100
DAY_S = 86_400
CASH = {EntryKind.DEPOSIT: "CSD", EntryKind.WITHDRAWAL: "CSW"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Activity:
    """One line of history."""

    type: str
    #: unique; with the time before it the id that pages are cut at
    reference: str
    at: float
    fields: Json

    @property
    def id(self) -> str:
        """Time to the millisecond, two colons and the reference."""
        moment = datetime.fromtimestamp(self.at, NEW_YORK)
        return f"{moment:%Y%m%d%H%M%S}{moment.microsecond // 1000:03d}::{self.reference}"

    @property
    def row(self) -> Json:
        """The line as the venue writes it."""
        return {"id": self.id, "activity_type": self.type, **self.fields}


async def list_activities(account: AlpacaAccount, request: web.Request) -> list[Json]:
    """GET /v2/account/activities[/{activity_type}], newest first unless told otherwise."""
    types = _types(request)
    after, until = _bounds(request)
    rows = [a for a in _history(account) if a.type in types and after < a.at < until]
    rows.sort(key=lambda activity: activity.at)
    if choice(request, "direction", ("desc", "asc")) == "desc":
        rows.reverse()
    page, _ = page_after(
        rows,
        cursor=request.query.get("page_token", ""),
        limit=min(whole(request, "page_size", MOST), MOST),
        id_of=lambda activity: activity.id,
        refuse=lambda _: malformed("invalid page_token"),
    )
    return [activity.row for activity in page]


def _types(request: web.Request) -> frozenset[str]:
    named = request.match_info.get("activity_type") or request.query.get("activity_types", "")
    types = frozenset(name for name in named.split(",") if name)
    if unknown := types - TYPES:
        raise malformed(f"invalid activity type: {min(unknown)}")
    return types or TYPES


def _bounds(request: web.Request) -> tuple[float, float]:
    if request.query.get("date"):
        begin = moment(request, "date", 0.0)
        return begin, begin + DAY_S
    return moment(request, "after", float("-inf")), moment(request, "until", float("inf"))


def _history(account: AlpacaAccount) -> Iterator[Activity]:
    if account.hides_fill_prices:
        return
    done: dict[str, Decimal] = {}
    for fill in account.ledger.fills:
        done[fill.order_id] = done.get(fill.order_id, ZERO) + fill.quantity
        yield _filled(account, fill, done[fill.order_id])
        if fill.fee and account.books_fees:
            yield _fee(fill)
    for entry in account.ledger.entries:
        if entry.kind in CASH and entry.asset == DOLLAR:
            yield _cash(entry)


def _filled(account: AlpacaAccount, fill: Fill, done: Decimal) -> Activity:
    left = account.ledger.orders[fill.order_id].quantity - done
    fields: Json = {
        "transaction_time": iso_time(fill.at),
        "type": "partial_fill" if left else "fill",
        "price": plain(fill.price),
        "qty": plain(fill.quantity),
        "side": str(fill.side),
        "symbol": symbol_of(fill.listing),
        "leaves_qty": plain(left),
        "order_id": account.shown_id(fill.order_id),
        "cum_qty": plain(done),
        "order_status": "partially_filled" if left else "filled",
        "swap_rate": "1",
    }
    return Activity(type="FILL", reference=fill.id, at=fill.at, fields=fields)


def _fee(fill: Fill) -> Activity:
    in_dollars = fill.fee_asset == DOLLAR
    fields: dict[str, object] = {
        "date": _date(fill.at),
        "created_at": iso_time(fill.at),
        "net_amount": plain(-fill.fee) if in_dollars else "0",
        "description": f"Coin Pair Transaction Fee ({'USD' if in_dollars else 'Non USD'})",
        "status": "executed",
        "currency": DOLLAR,
    }
    if not in_dollars:
        coins = {"symbol": position_symbol(fill.listing), "qty": plain(-fill.fee), "price": plain(fill.price)}
        fields.update(coins)
    return Activity(type="CFEE", reference=f"{fill.id}-fee", at=fill.at, fields=fields)


def _cash(entry: Entry) -> Activity:
    fields = {
        "date": _date(entry.at),
        "created_at": iso_time(entry.at),
        "net_amount": plain(entry.amount),
        "description": "",
        "status": "executed",
        "currency": DOLLAR,
    }
    return Activity(type=CASH[entry.kind], reference=entry.id, at=entry.at, fields=fields)


def _date(at: float) -> str:
    return f"{datetime.fromtimestamp(at, NEW_YORK):%Y-%m-%d}"
