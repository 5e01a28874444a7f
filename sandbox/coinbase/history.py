"""An account's orders and fills of every product, as the lists mix them: newest first."""

from engine.brokers.paper.ledger import Fill, Order
from sandbox.coinbase.account import CoinbaseAccount
from sandbox.coinbase.derivatives import DerivativeFill, DerivativeOrder, derivative_fill_row
from sandbox.coinbase.orders import fill_row
from sandbox.coinbase.products import product_id
from sandbox.coinbase.refusals import Json

AnyOrder = Order | DerivativeOrder
AnyFill = Fill | DerivativeFill


def all_orders(account: CoinbaseAccount) -> list[AnyOrder]:
    """Every order, newest first."""
    orders: list[AnyOrder] = [*account.derivative_orders, *account.ledger.orders.values()]
    return sorted(orders, key=opened_at)[::-1]


def opened_at(order: AnyOrder) -> float:
    """When an order was placed."""
    return order.at if isinstance(order, DerivativeOrder) else order.opened_at


def product_of(order: AnyOrder) -> str:
    """The product an order trades."""
    return order.product_id if isinstance(order, DerivativeOrder) else product_id(order.draft.listing)


def all_fills(account: CoinbaseAccount) -> list[AnyFill]:
    """Every fill, newest first."""
    fills: list[AnyFill] = [*account.derivative_fills, *account.ledger.fills]
    return sorted(fills, key=lambda fill: fill.at)[::-1]


def product_of_fill(fill: AnyFill) -> str:
    """The product a fill traded."""
    return fill.product_id if isinstance(fill, DerivativeFill) else product_id(fill.listing)


def any_fill_row(account: CoinbaseAccount, fill: AnyFill) -> Json:
    """A fill as the list shows it."""
    if isinstance(fill, DerivativeFill):
        return derivative_fill_row(account.user_id, fill)
    return fill_row(account, fill)
