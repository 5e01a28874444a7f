"""What the chat tests of open orders show."""

from datetime import timedelta
from decimal import Decimal

from engine.model.orders import CancelledOrder, Order, OrderStatus, Side, VenueOrderId
from engine.model.venues import Account, Venue
from engine.offers.cancelling_preview import CancelLine, CancelOutcome, CancelPreview, CancelResult
from engine.portfolio.open_orders import AccountOrders, OpenOrder, OrderOwner, OrdersOverview
from tests.handlers.values import NOW, OWNER, ago

KRAKEN = Account(account_id="kraken-1", user_id=OWNER, venue=Venue.KRAKEN)
COINBASE = Account(account_id="coinbase-1", user_id=OWNER, venue=Venue.COINBASE)


def order(order_id="OQCLML-BW3P3-BUCMWZ", **changes):
    values = {
        "venue_order_id": VenueOrderId(order_id),
        "client_order_id": None,
        "symbol": "BTC/USD",
        "side": Side.SELL,
        "status": OrderStatus.OPEN,
        "quantity": Decimal("0.5"),
        "filled_quantity": Decimal("0.1"),
        "cost": None,
        "fee": None,
        "fee_asset": None,
        "price": Decimal(70000),
        "opened_at": ago(hours=3),
    }
    return Order(**values | changes)


def open_order(order_id="OQCLML-BW3P3-BUCMWZ", *, account=KRAKEN, owner=OrderOwner.EXTERNAL, **changes):
    return OpenOrder(account=account, order=order(order_id, **changes), owner=owner)


def account_orders(*orders, account=KRAKEN, **changes):
    return AccountOrders(**{"account": account, "orders": orders, "as_of": ago(seconds=1), **changes})


def overview(*accounts):
    return OrdersOverview(accounts=accounts or (account_orders(open_order()),), as_of=NOW)


def cancel_line(*args, why_not=None, confirmation_id="cancel1", **changes):
    confirmation_id = None if why_not else confirmation_id
    return CancelLine(order=open_order(*args, **changes), confirmation_id=confirmation_id, why_not=why_not)


def cancel_preview(*lines, **changes):
    values = {
        "lines": lines or (cancel_line(),),
        "unread": (),
        "as_of": NOW,
        "expires_at": NOW + timedelta(seconds=60),
    }
    return CancelPreview(**values | changes)


def cancel_result(outcome=CancelOutcome.CANCELLED, **changes):
    cancelled = CancelledOrder(
        side=Side.SELL,
        quantity=Decimal("0.5"),
        price=Decimal(70000),
        venue_order_id="OQCLML-BW3P3-BUCMWZ",
        symbol="BTC/USD",
    )
    return CancelResult(**{"venue": Venue.KRAKEN, "order": cancelled, "outcome": outcome, **changes})
