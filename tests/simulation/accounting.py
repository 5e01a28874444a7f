"""Each account of a simulated venue, counted a second time and held against the ledger that keeps it.

Simulation, stand-ins and accounts on paper share one ledger: a mistake in it would agree with itself everywhere else.
"""

from collections import defaultdict
from decimal import ROUND_DOWN, Decimal

from engine.model.orders import Side
from engine.model.venues import Venue

_PLACES = Decimal("1E-10")
#: Published first tiers, written down a second time.
_TAKER_FEES = {
    Venue.KRAKEN: Decimal("0.004"),
    Venue.COINBASE: Decimal("0.012"),
    Venue.ALPACA: Decimal("0.0025"),
}


def check_accounts(world):
    """What is owned comes from deposits and trades alone, and only what is on sale is held."""
    for truth in world.venues.values():
        for asset, amount in _owned(truth).items():
            if truth.total(asset) != amount:
                world.violate(
                    f"{truth.venue} says there are {truth.total(asset)} {asset}, moved and traded are {amount}"
                )
        for asset in truth.assets:
            held, on_sale = truth.total(asset) - truth.free(asset), _on_sale(truth, asset)
            if held != on_sale:
                world.violate(f"{truth.venue} holds {held} {asset}, on sale are {on_sale}")


def check_fill(world, truth, order, fill):
    """A fill is at the price of its order, or at what is bid, and costs what the venue charges."""
    price = order.limit or truth.prices.bid(order.symbol)
    if fill.price != price:
        world.violate(f"{fill.trade_id} is at {fill.price}, due was {price}")
    fee = _fee(truth, fill)
    if (fill.fee, fill.fee_asset) != (fee, _fee_asset(truth, fill)):
        world.violate(f"{fill.trade_id} cost {fill.fee} {fill.fee_asset}, due were {fee}")


def _owned(truth):
    owned = defaultdict(Decimal)
    for asset, amount in truth.moved:
        owned[asset] += amount
    for fill in truth.fills:
        sign = 1 if fill.side is Side.BUY else -1
        owned[fill.base] += sign * fill.quantity
        owned[fill.quote] -= sign * _floor(fill.quantity * fill.price)
        owned[_fee_asset(truth, fill)] -= _fee(truth, fill)
    return owned


def _on_sale(truth, asset):
    return sum(
        (
            order.left
            for order in truth.orders.values()
            if (order.side, order.asset) == (Side.SELL, asset)
            and (not order.status.is_final or order.order_id in truth.unreleased)
        ),
        Decimal(0),
    )


def _fee(truth, fill):
    in_base = _fee_asset(truth, fill) == fill.base
    amount = fill.quantity if in_base else _floor(fill.quantity * fill.price)
    return _floor(amount * _TAKER_FEES[truth.venue])


def _fee_asset(truth, fill):
    """Alpaca takes its fee from what a fill credits."""
    return fill.base if truth.venue is Venue.ALPACA and fill.side is Side.BUY else fill.quote


def _floor(amount):
    return amount.quantize(_PLACES, ROUND_DOWN)
