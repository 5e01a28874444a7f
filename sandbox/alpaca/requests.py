"""The body of POST /v2/orders, checked field by field; pure."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal

from engine.brokers.paper.book import Listing
from engine.brokers.paper.ledger import Draft, Kind
from engine.model.money import ZERO
from engine.model.orders import Side
from sandbox.alpaca.names import is_crypto, symbol_of
from sandbox.alpaca.refusals import malformed, unprocessable
from sandbox.fields import AMOUNT, LONGEST_CLIENT_ID, body_text

MARKET, LIMIT = "market", "limit"
CRYPTO_TIMES = frozenset({"gtc", "ioc"})
STOCK_TIMES = frozenset({"day", "gtc"})
SIMPLE = "simple"
#: Orders with orders attached; what the venue calls each of them in a refusal.
ADVANCED = {"bracket": "otoco", "oco": "oco", "oto": "oto"}
LEGS = ("take_profit", "stop_loss", "legs")
Fields = Mapping[str, object]


@dataclass(frozen=True, slots=True, kw_only=True)
class NewOrder:
    """A request in which every field makes sense by itself."""

    listing: Listing
    side: Side
    #: market or limit
    type: str
    time_in_force: str
    qty: Decimal | None
    notional: Decimal | None
    limit: Decimal | None
    client_id: str | None

    @property
    def draft(self) -> Draft:
        """What the ledger is asked to place."""
        return Draft(
            # The venue's value floor is for dollar buys only; ledgers would keep one for sells too.
            listing=replace(self.listing, minimum_notional=ZERO),
            side=self.side,
            kind=self._kind,
            quantity=self.qty,
            spend=self.notional,
            limit=self.limit,
            client_id=self.client_id,
        )

    @property
    def _kind(self) -> Kind:
        if self.type == MARKET:
            return Kind.MARKET
        return Kind.LIMIT_IOC if self.time_in_force == "ioc" else Kind.LIMIT


def parse_new_order(text: str, find: Callable[[str], Listing | None]) -> NewOrder:
    """Read a request, or raise AlpacaError."""
    body = _body(text)
    listing = _listing(body_text(body, "symbol", refuse=malformed), find)
    side, order_type = body_text(body, "side", refuse=malformed), body_text(body, "type", refuse=malformed)
    if side not in set(Side):
        raise malformed("invalid side")
    if order_type not in {MARKET, LIMIT}:
        raise malformed("invalid order type for crypto order" if is_crypto(listing) else "invalid order type")
    _check_order_class(body, listing)
    qty, notional = _amount(body, "qty"), _amount(body, "notional")
    if (qty is None) == (notional is None):
        raise malformed(
            "qty or notional is required" if qty is None else "only one of qty or notional is accepted"
        )
    limit = _amount(body, "limit_price")
    if (limit is None) == (order_type == LIMIT):
        raise malformed(
            "limit orders require a limit price" if limit is None else "market orders take no limit price"
        )
    if notional is not None and (side == Side.SELL or order_type == LIMIT):
        raise unprocessable("the sandbox takes notional for market buys only")
    return NewOrder(
        listing=listing,
        side=Side(side),
        type=order_type,
        time_in_force=_time_in_force(body, listing, qty),
        qty=qty,
        notional=notional,
        limit=limit,
        client_id=_client_id(body),
    )


def _body(text: str) -> Fields:
    try:
        body = json.loads(text, parse_float=Decimal, parse_int=Decimal)
    except json.JSONDecodeError:
        body = None
    if not isinstance(body, dict):
        raise malformed("request body format is invalid")
    return body


def _listing(symbol: str, find: Callable[[str], Listing | None]) -> Listing:
    listing = find(symbol)
    if listing is None:
        raise unprocessable(f'asset "{symbol}" not found')
    if listing.status != "online":
        what = "active" if listing.status == "inactive" else "tradable"
        raise unprocessable(f'asset "{symbol_of(listing)}" is not {what}')
    return listing


def _check_order_class(body: Fields, listing: Listing) -> None:
    order_class = body.get("order_class") or SIMPLE
    if order_class in ADVANCED and is_crypto(listing):
        message = f"crypto orders not allowed for advanced order_class: {ADVANCED[str(order_class)]}"
        raise unprocessable(message)
    if order_class in ADVANCED:
        raise unprocessable(f"the sandbox plays no {order_class} orders")
    if order_class != SIMPLE:
        raise malformed("invalid order_class")
    if any(body.get(leg) is not None for leg in LEGS):
        raise unprocessable("simple orders take no legs")


def _time_in_force(body: Fields, listing: Listing, qty: Decimal | None) -> str:
    value = body_text(body, "time_in_force", refuse=malformed)
    if is_crypto(listing):
        if value not in CRYPTO_TIMES:
            raise unprocessable("invalid crypto time_in_force")
        return value
    if value not in STOCK_TIMES:
        raise malformed("invalid time_in_force")
    if value != "day" and (qty is None or qty % 1):
        raise unprocessable("fractional orders must be DAY orders")
    return value


def _client_id(body: Fields) -> str | None:
    value = body.get("client_order_id")
    if value in {None, ""}:
        return None
    if not isinstance(value, str) or len(value) > LONGEST_CLIENT_ID:
        raise malformed(f"client_order_id must be no more than {LONGEST_CLIENT_ID} characters")
    return value


def _amount(body: Fields, name: str) -> Decimal | None:
    value = body.get(name)
    if value is None:
        return None
    if isinstance(value, str) and AMOUNT.fullmatch(value):
        value = Decimal(value)
    if not isinstance(value, Decimal):
        raise malformed(f"{name} must be a number")
    if value <= 0:
        raise unprocessable(f"{name} must be > 0")
    return value
