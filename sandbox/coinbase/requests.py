"""The body of POST orders, checked field by field and turned into a draft; pure."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from engine.brokers.paper.book import Listing
from engine.brokers.paper.ledger import Draft, Kind
from engine.model.orders import Side
from sandbox.coinbase.refusals import (
    BAD_REQUEST,
    ENTRY_DISABLED,
    IN_AUCTION,
    TOO_MANY_QUOTE_DECIMALS,
    UNSUPPORTED,
    in_mode,
    invalid,
    order_refused,
    refused,
)
from sandbox.fields import AMOUNT, LONGEST_CLIENT_ID, body_text

SIDES = {"BUY": Side.BUY, "SELL": Side.SELL}
Fields = Mapping[str, object]


@dataclass(frozen=True, slots=True, kw_only=True)
class NewOrder:
    """A request that has every field an order needs."""

    client_id: str
    product_id: str
    side: Side
    #: market_market_ioc, limit_limit_gtc or sor_limit_ioc
    kind: str
    fields: Fields

    @property
    def configuration(self) -> Fields:
        """order_configuration as it was sent."""
        return {self.kind: self.fields}

    def draft(self, listing: Listing) -> Draft:
        """What the ledger is asked to place, or CoinbaseError."""
        build = _DRAFTS.get(self.kind)
        if build is None:
            raise order_refused(UNSUPPORTED, self.configuration)
        draft = build(self, listing)
        _check_mode(draft, self.configuration)
        return draft


def parse_new_order(body: object) -> NewOrder:
    """Read the fields every order has, or raise CoinbaseError."""
    if not isinstance(body, dict):
        raise invalid("request body is no object")
    configuration = body.get("order_configuration")
    if not isinstance(configuration, dict) or len(configuration) != 1:
        raise invalid("order_configuration must have exactly one kind")
    kind, fields = next(iter(configuration.items()))
    if not isinstance(fields, dict):
        raise invalid(f"{kind} is no object")
    side = SIDES.get(body_text(body, "side", refuse=invalid))
    if side is None:
        raise invalid("side must be BUY or SELL")
    client_id = body_text(body, "client_order_id", refuse=invalid)
    if len(client_id) > LONGEST_CLIENT_ID:
        raise invalid("client_order_id is too long")
    return NewOrder(
        client_id=client_id,
        product_id=body_text(body, "product_id", refuse=invalid),
        side=side,
        kind=kind,
        fields=fields,
    )


def _market(order: NewOrder, listing: Listing) -> Draft:
    if ("base_size" in order.fields) == ("quote_size" in order.fields):
        raise invalid("exactly one of base_size and quote_size is required")
    if "base_size" in order.fields:
        return _draft(order, listing, quantity=_amount(order.fields, "base_size"))
    spend = _amount(order.fields, "quote_size")
    if order.side is Side.SELL:
        raise order_refused(UNSUPPORTED, order.configuration)
    if spend % listing.tick:
        raise order_refused(TOO_MANY_QUOTE_DECIMALS, order.configuration)
    return _draft(order, listing, spend=spend)


def _limit(order: NewOrder, listing: Listing) -> Draft:
    return _draft(
        order,
        listing,
        kind=Kind.LIMIT if order.kind == "limit_limit_gtc" else Kind.LIMIT_IOC,
        quantity=_amount(order.fields, "base_size"),
        limit=_amount(order.fields, "limit_price"),
        post_only=order.fields.get("post_only") is True,
    )


def _draft(
    order: NewOrder,
    listing: Listing,
    *,
    kind: Kind = Kind.MARKET,
    quantity: Decimal | None = None,
    spend: Decimal | None = None,
    limit: Decimal | None = None,
    post_only: bool = False,
) -> Draft:
    return Draft(
        listing=listing,
        side=order.side,
        kind=kind,
        quantity=quantity,
        spend=spend,
        # quote_size is all that leaves the account: fees come out of it.
        spend_includes_fee=True,
        limit=limit,
        client_id=order.client_id,
        post_only=post_only,
    )


_DRAFTS: Mapping[str, Callable[[NewOrder, Listing], Draft]] = {
    "market_market_ioc": _market,
    "limit_limit_gtc": _limit,
    "sor_limit_ioc": _limit,
}


def _check_mode(draft: Draft, configuration: Fields) -> None:
    status = draft.listing.status
    if status in {"trading_disabled", "view_only"}:
        raise order_refused(ENTRY_DISABLED, configuration)
    if status == "cancel_only":
        raise in_mode("cancel")
    if status == "limit_only" and draft.kind is Kind.MARKET:
        raise in_mode("limit")
    if status == "post_only" and not draft.post_only:
        raise in_mode("post")
    if status == "auction_mode" and draft.kind is not Kind.LIMIT:
        raise order_refused(IN_AUCTION, configuration)


def _amount(fields: Fields, name: str) -> Decimal:
    value = fields.get(name)
    if not isinstance(value, str) or not AMOUNT.fullmatch(value):
        # Numbers travel as strings; the venue's parser takes nothing else.
        raise refused(
            BAD_REQUEST, "unknown", f"proto: syntax error: invalid value for string type: {value!r}"
        )
    return Decimal(value)
