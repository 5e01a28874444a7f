"""The ledger of one account: every change is computed, checked as a whole and only then assigned."""

import itertools
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal

from engine.brokers.paper.book import Book, Level, Listing
from engine.brokers.paper.ledger.accepting import accepted, still_held
from engine.brokers.paper.ledger.balances import Balances
from engine.brokers.paper.ledger.change import Change, Draw, Posting
from engine.brokers.paper.ledger.checks import check_draft, check_quantity, opposite
from engine.brokers.paper.ledger.errors import (
    InsufficientFundsError,
    InsufficientMarginError,
    NothingToReduceError,
    UnknownOrderError,
    WouldTakeError,
)
from engine.brokers.paper.ledger.filling import fill_margin, fill_spot
from engine.brokers.paper.ledger.matching import executions, hold_of, take, with_fee
from engine.brokers.paper.ledger.values import (
    Draft,
    Entry,
    EntryKind,
    Fill,
    Kind,
    Order,
    Position,
)
from engine.model.money import ZERO
from engine.model.orders import OrderStatus, Side
from engine.model.venue_fees import FeeOn, Fees

#: Called with a change that has just become true and the entries it made.
Listener = Callable[[Change, Sequence[Entry]], None]


def counting_ids() -> Callable[[str], str]:
    """Ids like order-1, fill-2 for tests; venues pass their own format."""
    count = itertools.count(1)
    return lambda kind: f"{kind}-{next(count)}"


class Ledger(Balances):
    """Balances with the orders, fills, entries and margin positions that move them."""

    def __init__(
        self,
        fees: Fees,
        *,
        new_id: Callable[[str], str] | None = None,
        pocket_suffix: str | None = None,
    ) -> None:
        super().__init__(pocket_suffix=pocket_suffix)
        #: what the next orders pay; placed orders keep theirs
        self.fees = fees
        self.orders: dict[str, Order] = {}
        self.fills: list[Fill] = []
        self.entries: list[Entry] = []
        self.positions: dict[str, Position] = {}
        self._open: dict[str, Order] = {}
        self._new_id = new_id or counting_ids()
        self._listeners: list[Listener] = []

    def listen(self, listener: Listener) -> Callable[[], None]:
        """Call somebody after each change, with the entries it made; return what ends that."""
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)

    def restore(self, totals: Mapping[str, Decimal], orders: Collection[Order]) -> None:
        """Go on from what there was of each asset, and the orders that were open."""
        self.restore_balances(totals, orders)
        for order in orders:
            self._keep(order)

    # balances

    def deposit(self, asset: str, amount: Decimal, *, at: float) -> None:
        """Bring an amount in from outside."""
        self._move(EntryKind.DEPOSIT, asset, amount, at)

    def withdraw(self, asset: str, amount: Decimal, *, at: float) -> None:
        """Take a free amount out, or raise InsufficientFundsError."""
        self._move(EntryKind.WITHDRAWAL, asset, -amount, at)

    # orders

    def open_orders(self) -> list[Order]:
        """Orders that may still fill, oldest first."""
        return list(self._open.values())

    def open_positions(self, symbol: str | None = None) -> list[Position]:
        """Margin positions with an open quantity, oldest first."""
        return [
            position
            for position in self.positions.values()
            if position.open_quantity > 0 and symbol in {None, position.listing.symbol}
        ]

    def place(self, draft: Draft, book: Book, *, at: float, collateral: Decimal = ZERO) -> Order:
        """Fill what fills at once and rest a limit's remainder; a LedgerError changes nothing.

        Collateral is the free margin in the quote currency that a margin order may use.
        """
        order, change = self._plan_place(draft, book, at=at, collateral=collateral)
        self._apply(change, at)
        return order

    def preview(self, draft: Draft, book: Book, *, at: float, collateral: Decimal = ZERO) -> Order:
        """What `place` would return, without doing it; raises what it would raise."""
        order, change = self._plan_place(draft, book, at=at, collateral=collateral)
        self.covered(change)
        return order

    def accept(self, draft: Draft, book: Book, *, at: float) -> Order:
        """Take a spot order in without filling any of it; what it would pay is held until `execute`."""
        placed, change = self._plan_place(draft, book, at=at, collateral=ZERO)
        self.covered(change)
        order = accepted(placed)
        self._apply(Change(orders=(order,)), at)
        return order

    def execute(self, order_id: str, book: Book, *, at: float, most: Decimal | None = None) -> Order:
        """Fill an accepted order, at most so much of it; without a limit to that a market order ends here."""
        order = self._open[order_id]
        wanted = order.remaining if most is None else min(most, order.remaining)
        draw = Draw()
        for level in take(opposite(order.draft.side, book), wanted, order.draft):
            order = self._filled(order, level, draw, maker=False, at=at)
        is_over = most is None or order.remaining == 0
        order = _settled(order, at) if is_over else still_held(order, draw)
        self._apply(draw.change(order), at)
        return order

    def fill_on(self, order_id: str, level: Level, *, at: float) -> Order:
        """Fill more of an order that is over, as at a venue that reports a trade after the order's end."""
        draw = Draw()
        order = self._filled(self.orders[order_id], level, draw, maker=False, at=at)
        self._apply(draw.change(order), at)
        return order

    def cancel(self, order_id: str, *, at: float, reason: str = "", keep_hold: bool = False) -> Order:
        """End an open order; with keep_hold its funds stay held until `release`."""
        order = self.orders.get(order_id)
        if order is None or order.status is not OrderStatus.OPEN:
            raise UnknownOrderError(order_id)
        ended = replace(order, status=OrderStatus.CANCELED, closed_at=at, reason=reason)
        if not keep_hold:
            ended = replace(ended, hold=ZERO)
        self._apply(Change(orders=(ended,)), at)
        return ended

    def release(self, order_id: str, *, at: float) -> None:
        """Free what a cancelled order still holds."""
        order = self.orders.get(order_id)
        if order is None or order.status is OrderStatus.OPEN:
            raise UnknownOrderError(order_id)
        self._apply(Change(orders=(replace(order, hold=ZERO),)), at)

    def match(self, book_of: Callable[[Listing], Book], *, at: float) -> list[Fill]:
        """Fill the resting orders that the market has crossed, at their limits, as maker."""
        before = len(self.fills)
        for order in self.open_orders():
            self._match(order, book_of(order.draft.listing), at)
        return self.fills[before:]

    # planning

    def _plan_place(
        self, draft: Draft, book: Book, *, at: float, collateral: Decimal
    ) -> tuple[Order, Change]:
        draft = self._reduced(draft)
        check_draft(draft, book)
        taken = executions(draft, self.fees, book)
        if taken and draft.post_only:
            raise WouldTakeError(draft.listing.symbol)
        quantity = draft.quantity if draft.quantity is not None else sum((t.size for t in taken), ZERO)
        if draft.spend is not None and taken:
            check_quantity(draft.listing, quantity)
        fees = self._fees_for(draft, quantity)
        order = Order(id=self._new_id("order"), draft=draft, fees=fees, quantity=quantity, opened_at=at)
        self._check_funds(order, taken, collateral)
        draw = Draw()
        for level in taken:
            order = self._filled(order, level, draw, maker=False, at=at)
        order = _settled(order, at)
        return order, draw.change(order)

    def _fees_for(self, draft: Draft, quantity: Decimal) -> Fees:
        """What an order pays; a preference counts where there are coins for it."""
        fees = self.fees if draft.fee_on is None else replace(self.fees, on=draft.fee_on)
        most = with_fee(quantity, max(fees.taker, fees.maker))
        lacks_coins = draft.side is Side.SELL and most > self.spendable(draft.listing.base)
        return replace(fees, on=FeeOn.QUOTE) if fees.on is FeeOn.BASE and lacks_coins else fees

    def _check_funds(self, order: Order, taken: Iterable[Level], collateral: Decimal) -> None:
        draft = order.draft
        if draft.leverage is not None:
            self._check_margin(order, taken, collateral)
        elif draft.side is Side.SELL and order.quantity > self.spendable(draft.listing.base):
            free = self.spendable(draft.listing.base)
            raise InsufficientFundsError(draft.listing.base, needed=order.quantity, free=free)

    def _check_margin(self, order: Order, taken: Iterable[Level], collateral: Decimal) -> None:
        opening = max(order.quantity - self._reducible(order.draft), ZERO)
        price = order.draft.limit or next((level.price for level in taken), ZERO)
        needed = opening * price / (order.draft.leverage or 1)
        if needed > collateral:
            raise InsufficientMarginError(f"{needed} {order.draft.listing.quote} needed, {collateral} free")

    def _reduced(self, draft: Draft) -> Draft:
        if not draft.reduce_only:
            return draft
        open_quantity = self._reducible(draft)
        if not open_quantity:
            raise NothingToReduceError(draft.listing.symbol)
        return replace(draft, quantity=min(draft.quantity or open_quantity, open_quantity))

    def _reducible(self, draft: Draft) -> Decimal:
        return sum((position.open_quantity for position in self._opposite_positions(draft)), ZERO)

    def _opposite_positions(self, draft: Draft) -> list[Position]:
        return [p for p in self.open_positions(draft.listing.symbol) if p.side is not draft.side]

    def _match(self, order: Order, book: Book, at: float) -> None:
        left = (
            min(order.remaining, self._reducible(order.draft)) if order.draft.reduce_only else order.remaining
        )
        crossed = take(opposite(order.draft.side, book), left, order.draft)
        if not left:
            self.cancel(order.id, at=at, reason="nothing to reduce")
        if not crossed or order.draft.limit is None:
            return
        draw = Draw()
        size = sum((level.size for level in crossed), ZERO)
        filled = self._filled(order, Level(order.draft.limit, size), draw, maker=True, at=at)
        try:
            self._apply(draw.change(_settled(filled, at)), at)
        except InsufficientFundsError:
            if order.draft.leverage is None:
                raise  # a spot order holds what it needs
            self.cancel(order.id, at=at, reason="insufficient funds")

    def _filled(self, order: Order, level: Level, draw: Draw, *, maker: bool, at: float) -> Order:
        if order.draft.leverage is None:
            return fill_spot(order, level, draw, maker=maker, new_id=self._new_id, at=at)
        positions = self._opposite_positions(order.draft)
        return fill_margin(order, level, positions, draw, maker=maker, new_id=self._new_id, at=at)

    # assigning

    def _move(self, kind: EntryKind, asset: str, amount: Decimal, at: float) -> None:
        posting = Posting(kind=kind, asset=asset, amount=amount, reference=self._new_id("transfer"))
        self._apply(Change(postings=(posting,)), at)

    def _apply(self, change: Change, at: float) -> None:
        change = self.covered(change)
        balances = {asset: self.total(asset) for asset in change.deltas()}
        for posting in change.postings:
            balances[posting.asset] += posting.net
            self.entries.append(self._entry(posting, balances[posting.asset], at))
        self.assign(change)
        for order in change.orders:
            self._keep(order)
        self.fills.extend(change.fills)
        self.positions.update((position.id, position) for position in change.positions)
        entries = self.entries[len(self.entries) - len(change.postings) :]
        for listener in tuple(self._listeners):
            listener(change, entries)

    def _keep(self, order: Order) -> None:
        self.orders[order.id] = order
        if order.status is OrderStatus.OPEN:
            self._open[order.id] = order
        else:
            self._open.pop(order.id, None)

    def _entry(self, posting: Posting, balance: Decimal, at: float) -> Entry:
        return Entry(
            id=self._new_id("entry"),
            kind=posting.kind,
            asset=posting.asset,
            amount=posting.amount,
            fee=posting.fee,
            balance=balance,
            reference=posting.reference,
            at=at,
        )


def _settled(order: Order, at: float) -> Order:
    """The order after its executions: filled, resting with its hold, or ended short."""
    if order.remaining == 0 and order.filled:
        return replace(order, status=OrderStatus.FILLED, hold=ZERO, closed_at=at)
    if order.draft.kind is Kind.LIMIT:
        asset, hold = hold_of(order)
        return replace(order, hold_asset=asset, hold=hold)
    return replace(order, status=OrderStatus.CANCELED, hold=ZERO, closed_at=at, reason="no liquidity")
