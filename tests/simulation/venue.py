"""One account at one simulated venue: what it holds, its orders, its fills, and the venue's habits."""

import itertools
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

from engine.brokers.paper.answers import check_tradable, draft_of, fill_of, refusal_of
from engine.brokers.paper.book import Book, Level, floor_to
from engine.brokers.paper.ledger import Kind, Ledger, LedgerError
from engine.brokers.paper.rules import Reuse
from engine.model.errors import RefusalReason, RefusedError
from engine.model.holdings import Holding
from engine.model.instruments import TradingStatus
from engine.model.orders import Order, OrderRequest, OrderStatus, ProductFamily, Side
from tests.simulation.lagging import Past
from tests.simulation.placed import Placed
from tests.simulation.venue_rules import instruments_of

ZERO = Decimal(0)
#: What the ids of orders begin with that hold nothing here.
_FOREIGN = "FOREIGN-"
_MONEY = "USD"
#: What the ids of a ledger's records begin with, after the venue's letter.
_LETTERS = {"order": "", "fill": "T", "entry": "E", "transfer": "R"}


class SimVenue:
    """The truth: what really happened, whoever learns of it."""

    def __init__(self, rules, *, prices, clock, later):
        self.rules = rules
        self.venue = rules.venue
        self.prices = prices
        self.instruments = instruments_of(rules.venue)
        self.orders = {}
        self.fills = []
        #: what came in from outside and, negative, what went out
        self.moved = []
        #: cancelled orders whose coins are held still
        self.unreleased = set()
        #: fills that the venue's history does not show yet
        self.unreported = set()
        self.effects = {}
        self.cancel_only = False
        #: what a reading of the open orders could not read, with the time of each
        self.unreadable = []
        self.on_foreign_cancel = lambda order_id: None
        self.on_order = lambda order: None
        self.on_fill = lambda order, fill: None
        self.leave_unpushed()
        self._clock = clock
        self._later = later
        self._past = Past(now=clock.now)
        count = itertools.count(1)
        self._ledger = Ledger(
            rules.fees,
            new_id=lambda kind: f"{rules.venue[0].upper()}{_LETTERS[kind]}-{next(count)}",
        )
        self.deposit(_MONEY, Decimal(10_000))

    # what is there

    @property
    def assets(self):
        """Return what was ever there beside money, by name."""
        return sorted(asset for asset in self._ledger.assets() if asset != _MONEY)

    def total(self, asset):
        return self._ledger.total(asset)

    def free(self, asset):
        return self._ledger.free(asset)

    def now(self):
        return self._clock.now()

    def holdings(self, *, ago_s=0):
        return self._past.holdings(self.now() - timedelta(seconds=ago_s))

    def _note(self):
        self._past.note(tuple(self._holding(asset) for asset in (_MONEY, *self.assets)))

    def _holding(self, asset):
        return Holding(asset=asset, free=self._ledger.free(asset), held=self._ledger.held(asset))

    def _seconds(self):
        return self._clock.now().timestamp()

    def leave_unpushed(self):
        """Push nothing from now on: nobody is connected."""
        self.on_order_news = lambda order: None
        self.on_balance_news = lambda: None
        self.drop_stream = lambda: None

    # what the owner does

    def deposit(self, asset, amount):
        self._ledger.deposit(asset, amount, at=self._seconds())
        self.moved.append((asset, amount))
        self._note()
        self.on_balance_news()

    def withdraw(self, asset, amount):
        self._ledger.withdraw(asset, amount, at=self._seconds())
        self.moved.append((asset, -amount))
        self._note()
        self.on_balance_news()

    # orders

    def place(self, symbol, side, quantity, *, client_id=None, limit=None, reduce=None):
        """Take an order on, or refuse it; fills at once what fills at once.

        `reduce` says how a market order goes on: a list of (after seconds, part of the whole), and whether the
        rest is closed then.
        """
        if client_id is not None and (known := self._known(client_id)) is not None:
            return known
        own = self._enter(self._draft(symbol, side, quantity, client_id), limit)
        order = Placed(
            order_id=own.id,
            client_id=client_id,
            symbol=symbol,
            side=side,
            quantity=quantity,
            limit=own.draft.limit,
            at=self._clock.now(),
        )
        self.orders[order.order_id] = order
        self._note()
        if client_id is not None:
            self.effects[client_id] = self.effects.get(client_id, 0) + 1
            self.on_order(order)
        self.on_order_news(order)
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

    def refuse(self, words, reason):
        raise self._refusal(words, reason)

    def order(self, order):
        """Return an order as the venue reports it."""
        return order.report(fills=[fill for fill in order.fills if self._is_named(fill)])

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
        orders = [order.as_of(then) for order in self.orders.values()] if ago_s else self.orders.values()
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
        return self.rules.paper.names_fills and fill.trade_id not in self.unreported

    def _known(self, client_id):
        known = [order for order in self.orders.values() if order.client_id == client_id]
        if self.rules.paper.reuse is Reuse.REFUSED_WHILE_OPEN:
            known = [order for order in known if not order.status.is_final]
        if known and self.rules.paper.reuse is not Reuse.SAME_ORDER:
            raise self._refusal("duplicate client order id", RefusalReason.DUPLICATE_CLIENT_ORDER_ID)
        return known[-1] if known else None

    def _draft(self, symbol, side, quantity, client_id):
        instrument = self.instruments.get(symbol)
        if instrument is None:
            raise self._refusal(f"{symbol} is not listed", RefusalReason.UNKNOWN_SYMBOL)
        request = OrderRequest(symbol=symbol, side=side, quantity=quantity, client_order_id=client_id)
        check_tradable(replace(instrument, status=self.status()), request)
        return draft_of(request, instrument, price=self.prices.bid(symbol))

    def _enter(self, draft, limit):
        """Take an order on without filling any of it."""
        at, price = self._seconds(), self.prices.bid(draft.listing.symbol)
        try:
            if limit is None:
                return self._ledger.accept(draft, book_at(price, draft.quantity, at=at), at=at)
            limit = floor_to(limit, draft.listing.tick)
            resting = replace(draft, kind=Kind.LIMIT, limit=limit)
            return self._ledger.place(resting, Book(bids=(), asks=(), at=at), at=at)
        except LedgerError as error:
            raise refusal_of(self.venue, error) from error

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
        if order.left > 0 and rest:
            self._carry_out(order, rest)
        elif order.left > 0:
            self._close(order, 0)

    def _fill(self, order, amount, *, price=None):
        at, before = self._seconds(), len(self._ledger.fills)
        book = book_at(price or self.prices.bid(order.symbol), amount, at=at)
        self._ledger.execute(order.order_id, book, at=at, most=amount)
        self._follow(order)
        for fill in map(fill_of, self._ledger.fills[before:]):
            order.fills.append(fill)
            self.fills.append(fill)
            self.on_fill(order, fill)
        self.on_order_news(order)
        self.on_balance_news()

    def _close(self, order, releases_after_s):
        is_held = order.side is Side.SELL and releases_after_s > 0
        self._ledger.cancel(order.order_id, at=self._seconds(), keep_hold=is_held)
        if is_held:
            self.unreleased.add(order.order_id)
            self._later(releases_after_s, lambda: self._release(order))
        self._follow(order)
        self.on_order_news(order)

    def _release(self, order):
        self._ledger.release(order.order_id, at=self._seconds())
        self.unreleased.remove(order.order_id)
        self._note()

    def _follow(self, order):
        own = self._ledger.orders[order.order_id]
        order.status = own.status
        order.closed_at = None if own.closed_at is None else self._clock.now()
        self._note()

    def status(self):
        return TradingStatus.CANCEL_ONLY if self.cancel_only else TradingStatus.ONLINE

    def _refusal(self, words, reason):
        return RefusedError(self.venue, words, reason)


def book_at(price, quantity, *, at):
    """A book that takes all of an order at one price."""
    levels = (Level(price, quantity),)
    return Book(bids=levels, asks=levels, at=at)
