"""Orders, trades, ledger entries and positions in the shapes Kraken answers with; pure."""

from decimal import Decimal

from engine.brokers.paper.book import Listing
from engine.brokers.paper.ledger import Draft, Entry, FeeOn, Fill, Kind, Order, Position
from engine.model.money import ZERO
from engine.model.orders import OrderStatus
from sandbox.kraken.account import KrakenAccount
from sandbox.kraken.figures import written
from sandbox.kraken.names import asset_id, cost_decimals, decimals_of, pair_names
from sandbox.kraken.public import QUOTE_DECIMALS

_STATUS = {OrderStatus.OPEN: "open", OrderStatus.FILLED: "closed", OrderStatus.CANCELED: "canceled"}
_BALANCE_DECIMALS = 10


def order_type(draft: Draft) -> str:
    """The word market or limit."""
    return "market" if draft.kind is Kind.MARKET else "limit"


def describe(draft: Draft) -> str:
    """The sentence in descr.order: buy 1.25000000 XBTUSD @ limit 27500.0."""
    volume = written(draft.quantity or draft.spend or ZERO, decimals_of(draft.listing.lot))
    terms = f"limit {draft.limit}" if draft.limit is not None else "market"
    leverage = f" with {draft.leverage}:1 leverage" if draft.leverage else ""
    return f"{draft.side} {volume} {pair_names(draft.listing).altname} @ {terms}{leverage}"


def order_info(account: KrakenAccount, order: Order, *, trades: bool, pending: bool) -> dict[str, object]:
    """An order as OpenOrders, ClosedOrders and QueryOrders tell it."""
    draft, listing = order.draft, order.draft.listing
    info: dict[str, object] = {
        "refid": None,
        "userref": account.userrefs.get(order.id),
        "cl_ord_id": draft.client_id,
        "status": "pending" if pending else _STATUS[order.status],
        "reason": order.reason or None,
        "opentm": order.opened_at,
        "starttm": 0,
        "expiretm": 0,
        "descr": _description(draft),
        "vol": written(draft.spend or order.quantity, decimals_of(listing.lot)),
        "vol_exec": written(order.filled, decimals_of(listing.lot)),
        "cost": _cost(listing, order.cost),
        "fee": _cost(listing, _fee_in_quote(order)),
        "price": _price(listing, order.average_price or ZERO),
        "stopprice": "0.00000",
        "limitprice": "0.00000",
        "misc": "partial" if ZERO < order.filled < order.quantity else "",
        "oflags": _flags(order),
    }
    if order.closed_at is not None:
        info["closetm"] = order.closed_at
    if draft.leverage is not None:
        info["margin"] = True
    if draft.reduce_only:
        info["reduce_only"] = True
    if trades and order.fill_ids:
        info["trades"] = list(order.fill_ids)
    return info


def _description(draft: Draft) -> dict[str, str]:
    return {
        "pair": pair_names(draft.listing).altname,
        "type": draft.side,
        "ordertype": order_type(draft),
        "price": "0" if draft.limit is None else f"{draft.limit:f}",
        "price2": "0",
        "leverage": "none" if draft.leverage is None else f"{draft.leverage}:1",
        "order": describe(draft),
        "close": "",
    }


def _fee_in_quote(order: Order) -> Decimal:
    """What an order or a trade names as its fee, whatever it was taken from."""
    in_base = order.draft.leverage is None and order.fees.on.is_base(order.draft.side)
    return order.fee * (order.average_price or ZERO) if in_base else order.fee


def _flags(order: Order) -> str:
    draft = order.draft
    flags = [
        "fcib" if draft.fee_on is FeeOn.BASE else "fciq",
        *(["post"] if draft.post_only else []),
        *(["viqc"] if draft.spend else []),
    ]
    return ",".join(flags)


def trade_info(account: KrakenAccount, fill: Fill, trade_id: int) -> dict[str, object]:
    """A fill as TradesHistory tells it."""
    order, listing = account.ledger.orders[fill.order_id], fill.listing
    leverage = order.draft.leverage
    position = account.ledger.positions.get(fill.position_id or "")
    info: dict[str, object] = {
        "ordertxid": fill.order_id,
        "postxid": fill.position_id or fill.id,
        "pair": pair_names(listing).id,
        "aclass": "forex",
        "time": fill.at,
        "type": fill.side,
        "ordertype": order_type(order.draft),
        "price": _price(listing, fill.price),
        "cost": _cost(listing, fill.cost),
        "fee": _cost(listing, fill.fee if fill.fee_asset == listing.quote else fill.fee * fill.price),
        "vol": written(fill.quantity, decimals_of(listing.lot)),
        "margin": _cost(listing, fill.cost / leverage if leverage else ZERO),
        "leverage": str(leverage or 0),
        "misc": "closing" if position and position.side is not fill.side else "",
        "trade_id": trade_id,
        "maker": fill.maker,
    }
    if position and position.side is fill.side:
        info["posstatus"] = "open" if position.open_quantity else "closed"
    return info


def entry_info(entry: Entry) -> dict[str, object]:
    """A change of a balance as Ledgers tells it."""
    return {
        "refid": entry.reference,
        "time": entry.at,
        "type": entry.kind,
        "subtype": "",
        "aclass": "currency",
        "asset": asset_id(entry.asset),
        "amount": balance(entry.amount),
        "fee": balance(entry.fee),
        "balance": balance(entry.balance),
    }


def position_info(account: KrakenAccount, position: Position, mark: Decimal | None) -> dict[str, object]:
    """A margin position as OpenPositions tells it; without a mark there are no calculations."""
    listing = position.listing
    info: dict[str, object] = {
        "ordertxid": position.order_id,
        "posstatus": "open",
        "pair": pair_names(listing).id,
        "time": position.opened_at,
        "type": position.side,
        "ordertype": order_type(account.ledger.orders[position.order_id].draft),
        "cost": _cost(listing, position.cost),
        "fee": _cost(listing, position.fee),
        "vol": written(position.quantity, decimals_of(listing.lot)),
        "vol_closed": written(position.closed_quantity, decimals_of(listing.lot)),
        "margin": _cost(listing, position.cost / position.leverage),
        "terms": "0.0100% per 4 hours",
        "rollovertm": str(int(position.opened_at) + 4 * 3600),
        "misc": "",
        "oflags": "",
    }
    if mark is not None:
        info["value"] = _cost(listing, mark * position.open_quantity)
        info["net"] = _cost(listing, position.unrealised(mark))
    return info


def market_info(positions: list[dict[str, object]], leverage: int) -> dict[str, object]:
    """Positions of one pair and direction, consolidated by market."""
    figures = ("cost", "fee", "vol", "vol_closed", "margin", "value", "net")
    first = positions[0]
    sums = {
        name: f"{sum((Decimal(str(position[name])) for position in positions), ZERO):f}"
        for name in figures
        if name in first
    }
    head = {"pair": first["pair"], "positions": str(len(positions)), "type": first["type"]}
    return {**head, "leverage": f"{leverage}.00000000", **sums}


def balance(amount: Decimal) -> str:
    """A balance with all its decimals."""
    return written(amount, _BALANCE_DECIMALS)


def _cost(listing: Listing, amount: Decimal) -> str:
    return written(amount, cost_decimals(listing.quote))


def _price(listing: Listing, price: Decimal) -> str:
    return written(price, max(decimals_of(listing.tick), QUOTE_DECIMALS))
