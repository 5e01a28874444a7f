"""AddOrder and CancelOrder."""

from decimal import Decimal

from engine.brokers.paper.book import Listing
from engine.brokers.paper.ledger import Draft, Kind
from sandbox.catalogue import KRAKEN
from sandbox.kraken.call import PrivateCall, find_pair
from sandbox.kraken.errors import UNKNOWN_ORDER, KrakenError, invalid
from sandbox.kraken.figures import flag, whole
from sandbox.kraken.funds import free_margin
from sandbox.kraken.order_entry import check_deadline, parse_order
from sandbox.kraken.order_ids import check_order_id
from sandbox.kraken.pacing import may_be_paced
from sandbox.kraken.render import describe


def add_order(call: PrivateCall) -> object:
    """Place an order, or with validate only check it."""
    listing = find_pair(call.market, call.params.get("pair", ""))
    draft = parse_order(listing, call.params)
    userref = whole(call.params, "userref")
    check_deadline(call.params, call.now)
    _check_mode(draft)
    if draft.client_id is not None and call.account.open_order_with(draft.client_id):
        raise KrakenError("EOrder:Duplicate cl_ord_id")
    book = call.market.liquidity(KRAKEN, listing.symbol)
    collateral = _collateral(call, listing)
    ledger = call.account.ledger
    descr = {"order": describe(draft)}
    if flag(call.params, "validate"):
        ledger.preview(draft, book, at=call.now, collateral=collateral)
        return {"descr": descr}
    if call.pace is not None and may_be_paced(draft):
        order = ledger.accept(draft, book, at=call.now)
        call.account.paces[order.id] = call.pace
    else:
        order = ledger.place(draft, book, at=call.now, collateral=collateral)
    if userref is not None:
        call.account.userrefs[order.id] = userref
    return {"descr": descr, "txid": [order.id]}


def _check_mode(draft: Draft) -> None:
    status = draft.listing.status
    refused = {
        "cancel_only": True,
        "post_only": not draft.post_only,
        "limit_only": draft.kind is Kind.MARKET,
        "reduce_only": not draft.reduce_only,
    }
    if refused.get(status, status != "online"):
        raise KrakenError(f"EService:Market in {status} mode")


def _collateral(call: PrivateCall, listing: Listing) -> Decimal:
    quote = call.market.price(listing.quote)
    return free_margin(call) / quote if quote else Decimal(0)


def cancel_order(call: PrivateCall) -> object:
    """Cancel by txid, userref or client order id; how many were cancelled."""
    ids = _wanted(call)
    if not ids:
        raise KrakenError(UNKNOWN_ORDER)
    for order_id in ids:
        call.account.ledger.cancel(order_id, at=call.now, reason="User requested")
    return {"count": len(ids)}


def _wanted(call: PrivateCall) -> list[str]:
    orders, params = call.account.ledger.open_orders(), call.params
    if "cl_ord_id" in params:
        return [order.id for order in orders if order.draft.client_id == params["cl_ord_id"]]
    if "txid" not in params:
        raise invalid("txid")
    refs = call.account.userrefs
    if not params["txid"].isdecimal():  # digits alone are a userref
        check_order_id(params["txid"])
    return [order.id for order in orders if params["txid"] in {order.id, str(refs.get(order.id))}]
