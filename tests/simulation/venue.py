"""One account at one simulated venue: what it holds, its orders, its fills, and the venue's habits."""

import itertools
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal

from engine.model.errors import RefusalReason, RefusedError
from engine.model.holdings import Holding
from engine.model.instruments import TradingStatus
from engine.model.orders import Fill, Order, OrderStatus, ProductFamily, Side
from tests.simulation.lagging import Past, order_as_of
from tests.simulation.venue_rules import Reuse, instruments_of

ZERO = Decimal(0)
#: What the ids of orders begin with that hold nothing here.
_FOREIGN = "FOREIGN-"


@dataclass(slots=True, kw_only=True)
class Placed:
    """An order as the venue keeps it."""

    order_id: str
    client_id: str | None
    symbol: str
    side: Side
    quantity: Decimal
    limit: Decimal | None
    at: datetime
    closed_at: datetime | None = None
    status: OrderStatus = OrderStatus.OPEN
    fills: list[Fill] = field(default_factory=list)

    @property
    def filled(self):
        return sum((fill.quantity for fill in self.fills), ZERO)

    @property
    def left(self):
        return self.quantity - self.filled

    @property
    def asset(self):
        return self.symbol.split("/")[0]


class SimVenue:
    """The truth: what really happened, whoever learns of it."""

    def __init__(self, rules, *, prices, clock, later):
        self.rules = rules
        self.venue = rules.venue
        self.prices = prices
        self.instruments = instruments_of(rules.venue)
        self.cash = Decimal(10_000)
        self.totals = {}
        self.orders = {}
        self.fills = []
        #: fills that the venue's history does not show yet
        self.unreported = set()
        self.effects = {}
        self.cancel_only = False
        #: what a reading of the open orders could not read, with the time of each
        self.unreadable = []
        self.on_foreign_cancel = lambda order_id: None
        self.on_order = lambda order: None
        self.on_fill = lambda order, fill: None
        self._clock = clock
        self._later = later
        self._releasing = []
        self._past = Past(now=clock.now)
        self._count = itertools.count(1)
        self._note()

    # what is there

    def total(self, asset):
        return self.totals.get(asset, ZERO)

    def held(self, asset):
        orders = (o.left for o in self.orders.values() if _holds(o, asset))
        return sum((amount for one, amount in self._releasing if one == asset), sum(orders, ZERO))

    def free(self, asset):
        return self.total(asset) - self.held(asset)

    def now(self):
        return self._clock.now()

    def holdings(self, *, ago_s=0):
        return self._past.holdings(self.now() - timedelta(seconds=ago_s))

    def _note(self):
        cash = Holding(asset="USD", free=self.cash)
        self._past.note((cash, *(self._holding(asset) for asset in sorted(self.totals))))

    def _holding(self, asset):
        return Holding(asset=asset, free=self.free(asset), held=self.held(asset))

    # what the owner does

    def deposit(self, asset, amount):
        self.totals[asset] = self.total(asset) + amount
        self._note()

    def withdraw(self, asset, amount):
        self.totals[asset] = self.total(asset) - amount
        self._note()

    # orders

    def place(self, symbol, side, quantity, *, client_id=None, limit=None, reduce=None):
        """Take an order on, or refuse it; fills at once what fills at once.

        `reduce` says how a market order goes on: a list of (after seconds, part of the whole), and whether the
        rest is closed then.
        """
        if client_id is not None and (known := self._known(client_id)) is not None:
            return known
        self._check(symbol, side, quantity)
        order = Placed(
            order_id=f"{self.venue[0].upper()}-{next(self._count)}",
            client_id=client_id,
            symbol=symbol,
            side=side,
            quantity=quantity,
            limit=limit,
            at=self._clock.now(),
        )
        self.orders[order.order_id] = order
        self._note()
        if client_id is not None:
            self.effects[client_id] = self.effects.get(client_id, 0) + 1
            self.on_order(order)
        if limit is None:
            self._carry_out(order, reduce or [(0, Decimal(1))])
        return order

    def cancel(self, order_id, *, releases_after_s=None):
        order = self.orders.get(order_id)
        if order_id.startswith(_FOREIGN):
            self.on_foreign_cancel(order_id)
        if order is None or order.status.is_final:
            raise self._refusal("no such open order", RefusalReason.UNKNOWN_ORDER)
        self._close(order, self.rules.releases_after_s if releases_after_s is None else releases_after_s)

    def fill_resting(self, order_id, part):
        """Fill so much of a resting order at its own price."""
        order = self.orders[order_id]
        amount = self.instruments[order.symbol].floor_quantity(order.left * part)
        if amount > 0:
            self._fill(order, amount, price=order.limit)
        if order.left == 0:
            order.status, order.closed_at = OrderStatus.FILLED, self._clock.now()
            self._note()

    def refuse(self, words, reason):
        raise self._refusal(words, reason)

    def order(self, order):
        """Return an order as the venue reports it."""
        cost = sum((fill.price * fill.quantity for fill in order.fills), ZERO)
        fee = sum((fill.fee for fill in order.fills), ZERO)
        return Order(
            venue_order_id=order.order_id,
            client_order_id=order.client_id,
            symbol=order.symbol,
            side=order.side,
            status=order.status,
            quantity=order.quantity,
            filled_quantity=order.filled,
            cost=cost,
            fee=fee,
            fee_asset="USD",
            price=order.limit,
            opened_at=order.at,
            closed_at=order.closed_at,
            fills=tuple(fill for fill in order.fills if self._is_named(fill)),
        )

    def foreign_order(self, symbol):
        """Return a large sale of something that is only named after the coin."""
        return Order(
            venue_order_id=f"{_FOREIGN}{symbol}",
            client_order_id=None,
            symbol=symbol,
            side=Side.SELL,
            family=ProductFamily.PERPETUAL,
            status=OrderStatus.OPEN,
            quantity=Decimal(1_000_000),
            filled_quantity=ZERO,
            cost=ZERO,
            fee=ZERO,
            fee_asset="USD",
            price=self.prices.mid(symbol) * 2,
        )

    def note_unreadable(self, order_ids):
        self.unreadable.append((self._clock.monotonic(), order_ids))

    def open_orders(self, *, ago_s=0):
        then = self.now() - timedelta(seconds=ago_s)
        orders = (
            [order_as_of(order, then) for order in self.orders.values()] if ago_s else self.orders.values()
        )
        return [order for order in orders if order is not None and not order.status.is_final]

    def is_open(self, order_id):
        return order_id in self.orders and not self.orders[order_id].status.is_final

    def reported_fills(self, *, ago_s=0):
        """Return the fills of the history, oldest first."""
        then = self.now() - timedelta(seconds=ago_s)
        return [fill for fill in self.fills if fill.trade_id not in self.unreported and fill.at <= then]

    def is_listed(self, order):
        return self._clock.now() - order.at >= timedelta(seconds=self.rules.lists_after_s)

    def find(self, client_id):
        """Return the latest listed order of an id."""
        found = [o for o in self.orders.values() if o.client_id == client_id and self.is_listed(o)]
        return found[-1] if found else None

    def _is_named(self, fill):
        return self.rules.names_fills and fill.trade_id not in self.unreported

    def _known(self, client_id):
        known = [order for order in self.orders.values() if order.client_id == client_id]
        if self.rules.reuse is Reuse.REFUSED_WHILE_OPEN:
            known = [order for order in known if not order.status.is_final]
        if known and self.rules.reuse is not Reuse.SAME_ORDER:
            raise self._refusal("duplicate client order id", RefusalReason.DUPLICATE_CLIENT_ORDER_ID)
        return known[-1] if known else None

    def _check(self, symbol, side, quantity):
        instrument = self.instruments.get(symbol)
        if instrument is None:
            raise self._refusal(f"{symbol} is not listed", RefusalReason.UNKNOWN_SYMBOL)
        if self.cancel_only:
            raise self._refusal("market in cancel_only mode", RefusalReason.MARKET_UNAVAILABLE)
        if quantity != instrument.floor_quantity(quantity):
            raise self._refusal("too many decimals", RefusalReason.INVALID_ORDER)
        if instrument.why_too_small_to_sell(quantity, self.prices.bid(symbol)):
            raise self._refusal("order minimum not met", RefusalReason.BELOW_MINIMUM)
        if side is Side.SELL and quantity > self.free(instrument.base):
            raise self._refusal("insufficient funds", RefusalReason.INSUFFICIENT_FUNDS)

    def _carry_out(self, order, parts):
        (after_s, part), *rest = parts
        if after_s > 0:
            self._later(after_s, lambda: self._carry_out(order, [(0, part), *rest]))
            return
        if order.status.is_final:
            return
        if part > 0:
            lot = self.instruments[order.symbol].floor_quantity
            amount = order.left if part >= 1 else min(order.left, lot(order.quantity * part))
            if amount > 0:
                self._fill(order, amount)
        if order.left == 0:
            order.status, order.closed_at = OrderStatus.FILLED, self._clock.now()
            self._note()
        elif rest:
            self._carry_out(order, rest)
        else:
            self._close(order, 0)

    def _fill(self, order, amount, *, price=None):
        price = price or self.prices.bid(order.symbol)
        base, quote = order.symbol.split("/")
        fill = Fill(
            trade_id=f"T{order.order_id}-{len(order.fills) + 1}",
            venue_order_id=order.order_id,
            symbol=order.symbol,
            base=base,
            quote=quote,
            side=order.side,
            price=price,
            quantity=amount,
            fee=price * amount * self.rules.fee_ratio,
            fee_asset=quote,
            at=self._clock.now(),
        )
        sign = 1 if order.side is Side.BUY else -1
        order.fills.append(fill)
        self.fills.append(fill)
        self.totals[base] = self.total(base) + sign * amount
        self.cash -= sign * price * amount + fill.fee
        self._note()
        self.on_fill(order, fill)

    def _close(self, order, releases_after_s):
        left, order.status, order.closed_at = order.left, OrderStatus.CANCELED, self._clock.now()
        if order.side is Side.SELL and releases_after_s > 0:
            entry = (order.asset, left)
            self._releasing.append(entry)
            self._later(releases_after_s, lambda: self._release(entry))
        self._note()

    def _release(self, entry):
        self._releasing.remove(entry)
        self._note()

    def status(self):
        return TradingStatus.CANCEL_ONLY if self.cancel_only else TradingStatus.ONLINE

    def _refusal(self, words, reason):
        return RefusedError(self.venue, words, reason)


def _holds(order, asset):
    return order.side is Side.SELL and order.asset == asset and not order.status.is_final
