"""The parameters of AddOrder read into a draft, refused in Kraken's words where they are wrong; pure.

https://docs.kraken.com/api/docs/rest-api/add-order
"""

import re
from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import TypeVar

from engine.brokers.paper.book import Listing
from engine.brokers.paper.ledger import Draft, FeeOn, Kind
from engine.model.orders import Side
from sandbox.kraken.errors import KrakenError, invalid
from sandbox.kraken.figures import flag, number
from sandbox.kraken.names import decimals_of, pair_names
from sandbox.kraken.public import leverages

T = TypeVar("T")
_CLIENT_ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}|[0-9a-f]{32}|[\x21-\x7e]{1,18}", re.ASCII)
# In which currency the fee is preferred; the venue takes one of them at most, and charges the other where that one lacks.
_FEE_FLAGS = frozenset({"fcib", "fciq"})
_FLAGS = _FEE_FLAGS | {"nompp", "post", "viqc"}
# Zero is now and never; another time is not played.
_TIMES = ("starttm", "expiretm")
# Parameters of order types that are not played; ignoring one would change what the order means.
_NOT_PLAYED = ("displayvol", "price2", "close[ordertype]", "asset_class")
_SHORTEST_DEADLINE_S, _LONGEST_DEADLINE_S = 2, 60


def parse_order(listing: Listing, params: Mapping[str, str]) -> Draft:
    """A market or limit order; other order types are not played here."""
    for name in _NOT_PLAYED:
        if name in params:
            raise invalid(name)
    for name in _TIMES:
        if params.get(name, "0") != "0":
            raise invalid(name)
    side = _choice(params, "type", {"buy": Side.BUY, "sell": Side.SELL})
    ordertype = _choice(params, "ordertype", {"market": Kind.MARKET, "limit": Kind.LIMIT})
    flags = _flags(params)
    leverage = _leverage(listing, params)
    reduce_only = flag(params, "reduce_only")
    if reduce_only and leverage is None:
        raise invalid("reduce_only")
    volume = _volume(listing, params, may_be_zero=reduce_only)
    by_cost = "viqc" in flags
    if by_cost and (ordertype is not Kind.MARKET or side is not Side.BUY or leverage is not None):
        raise invalid("viqc")
    if "post" in flags and ordertype is not Kind.LIMIT:
        raise invalid("oflags")
    return Draft(
        listing=listing,
        side=side,
        kind=_kind(ordertype, params),
        quantity=None if by_cost else volume,
        spend=volume if by_cost else None,
        limit=_limit(listing, params) if ordertype is Kind.LIMIT else None,
        client_id=_client_id(params),
        post_only="post" in flags,
        fee_on=FeeOn.BASE if "fcib" in flags else None,
        leverage=leverage,
        reduce_only=reduce_only,
    )


def check_deadline(params: Mapping[str, str], now: float) -> None:
    """Refuse a request whose deadline is over, unreadable, too near or too far away."""
    text = params.get("deadline")
    if text is None:
        return
    try:
        deadline = datetime.fromisoformat(text)
    except ValueError:
        raise invalid("deadline") from None
    if deadline.tzinfo is None:
        raise invalid("deadline")
    ahead_s = deadline.timestamp() - now
    if ahead_s < 0:
        raise KrakenError("EService:Deadline elapsed")
    if not _SHORTEST_DEADLINE_S <= ahead_s <= _LONGEST_DEADLINE_S:
        raise invalid("deadline")


def _choice(params: Mapping[str, str], name: str, choices: Mapping[str, T]) -> T:
    choice = choices.get(params.get(name, ""))
    if choice is None:
        raise invalid(name)
    return choice


def _kind(ordertype: Kind, params: Mapping[str, str]) -> Kind:
    in_force = _choice(
        {"timeinforce": params.get("timeinforce", "GTC").upper()},
        "timeinforce",
        {"GTC": Kind.LIMIT, "IOC": Kind.LIMIT_IOC},
    )
    return in_force if ordertype is Kind.LIMIT else ordertype


def _flags(params: Mapping[str, str]) -> frozenset[str]:
    flags = frozenset(filter(None, params.get("oflags", "").split(",")))
    if not flags <= _FLAGS or flags >= _FEE_FLAGS:
        raise invalid("oflags")
    return flags


def _leverage(listing: Listing, params: Mapping[str, str]) -> int | None:
    text = params.get("leverage", "none").removesuffix(":1")
    if text == "none":
        return None
    if text not in map(str, leverages(listing)):
        raise invalid("leverage")
    return int(text)


def _volume(listing: Listing, params: Mapping[str, str], *, may_be_zero: bool) -> Decimal | None:
    """The volume; 0 closes a margin position whole and is told as None."""
    volume = number(params, "volume")
    if volume is None or decimals_of(volume) > decimals_of(listing.lot):
        raise invalid("volume")
    if volume == 0:
        if may_be_zero:
            return None
        raise invalid("volume")
    return volume


def _limit(listing: Listing, params: Mapping[str, str]) -> Decimal:
    price, decimals = number(params, "price"), decimals_of(listing.tick)
    if not price:
        raise KrakenError("EOrder:Invalid price:Invalid price argument")
    if decimals_of(price) > decimals:
        name = pair_names(listing).wsname
        raise KrakenError(
            f"EOrder:Invalid price:{name} price can only be specified up to {decimals} decimals."
        )
    return price


def _client_id(params: Mapping[str, str]) -> str | None:
    client_id = params.get("cl_ord_id")
    if client_id is None:
        return None
    if "userref" in params or not _CLIENT_ID.fullmatch(client_id):
        raise invalid("cl_ord_id")
    return client_id
