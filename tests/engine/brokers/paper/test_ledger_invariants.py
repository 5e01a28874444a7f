from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from engine.brokers.paper.book import floor_to
from engine.brokers.paper.ledger import Draft, EntryKind, FeeOn, Kind, LedgerError
from engine.brokers.paper.ledger.matching import QUANTUM
from engine.model.orders import Side
from tests.sandbox.builders import a_book, a_ledger, a_listing, buy

LISTING = a_listing(minimum_quantity=Decimal(0), minimum_notional=Decimal(0))
quantities = st.integers(1, 30_000).map(lambda lots: lots * LISTING.lot)
prices = st.integers(500, 2000).map(lambda ticks: ticks * LISTING.tick)
sizes = st.integers(1, 30_000).map(lambda lots: lots * LISTING.lot)
# Finer than any venue, so that payments and holds really are rounded.
fee_ratios = st.integers(0, 12_000_000).map(lambda parts: Decimal(parts).scaleb(-9))
sides = st.sampled_from(Side)


@st.composite
def books(draw):
    bid = draw(prices)
    bids = [(bid, draw(sizes)), (bid - LISTING.tick, draw(sizes))]
    asks = [(bid + LISTING.tick, draw(sizes)), (bid + 3 * LISTING.tick, draw(sizes))]
    return a_book(bids=bids, asks=asks)


class LedgerMachine(RuleBasedStateMachine):
    """Random deposits, orders, cancels and crossings of one account."""

    @initialize(taker=fee_ratios, maker=fee_ratios, on=st.sampled_from(FeeOn))
    def open_account(self, taker, maker, on):
        self.ledger = a_ledger(str(taker), str(maker), on=on, pocket_suffix=".F")
        self.clock = 0.0

    @rule(asset=st.sampled_from(["USD", "BTC", "USD.F", "BTC.F"]), cents=st.integers(1, 50_000))
    def deposit(self, asset, cents):
        self.ledger.deposit(asset, Decimal(cents) / 100, at=self._tick())

    @rule(asset=st.sampled_from(["USD", "BTC"]), part=st.integers(1, 3))
    def withdraw(self, asset, part):
        amount = floor_to(self.ledger.free(asset) / part, QUANTUM)
        if amount > 0:
            self.ledger.withdraw(asset, amount, at=self._tick())

    @rule(
        side=sides,
        quantity=quantities,
        limit=st.none() | prices,
        book=books(),
        leverage=st.sampled_from([None, None, 2]),
        reduce_only=st.booleans(),
    )
    def place(self, *, side, quantity, limit, book, leverage, reduce_only):
        draft = Draft(
            listing=LISTING,
            side=side,
            quantity=quantity,
            limit=limit,
            kind=Kind.MARKET if limit is None else Kind.LIMIT,
            leverage=leverage,
            reduce_only=reduce_only and leverage is not None,
        )
        self._try(draft, book)

    @rule(cents=st.integers(1, 100_000), book=books(), inside=st.booleans())
    def buy_for(self, cents, book, inside):
        spend = Decimal(cents) / 100
        self._try(Draft(listing=LISTING, side=Side.BUY, spend=spend, spend_includes_fee=inside), book)

    @precondition(lambda self: self.ledger.open_orders())
    @rule(data=st.data(), keep_hold=st.booleans())
    def cancel(self, data, keep_hold):
        order = data.draw(st.sampled_from(self.ledger.open_orders()))
        self.ledger.cancel(order.id, at=self._tick(), keep_hold=keep_hold)

    @rule(book=books())
    def cross(self, book):
        self.ledger.match(lambda listing: book, at=self._tick())

    @invariant()
    def nothing_is_negative_and_holds_are_covered(self):
        for asset in self.ledger.assets():
            assert self.ledger.total(asset) >= 0
            assert self.ledger.held(asset) >= 0
            assert self.ledger.free(asset) >= 0
            assert self.ledger.free(asset) + self.ledger.held(asset) == self.ledger.total(asset)

    @invariant()
    def balances_are_the_sum_of_their_entries(self):
        for asset in self.ledger.assets():
            booked = [entry for entry in self.ledger.entries if entry.asset == asset]
            assert self.ledger.total(asset) == sum(entry.amount - entry.fee for entry in booked)
            assert self.ledger.total(asset) == booked[-1].balance

    @invariant()
    def trading_conserves_value_but_for_its_fees(self):
        spot = [fill for fill in self.ledger.fills if fill.position_id is None]
        for asset in ("USD", "BTC"):
            traded = sum(_received(fill, asset) for fill in spot)
            entries = self.ledger.entries
            assert traded == sum(e.amount for e in entries if e.kind is EntryKind.TRADE and e.asset == asset)
            fees = sum(fill.fee for fill in self.ledger.fills if fill.fee_asset == asset)
            assert fees == sum(e.fee for e in entries if e.asset == asset)

    @invariant()
    def transfers_between_pockets_cancel_out(self):
        moved = [entry for entry in self.ledger.entries if entry.kind is EntryKind.TRANSFER]
        assert sum(entry.amount for entry in moved) == 0

    @invariant()
    def orders_agree_with_their_fills(self):
        for order in self.ledger.orders.values():
            fills = [fill for fill in self.ledger.fills if fill.order_id == order.id]
            assert order.filled == sum(fill.quantity for fill in fills)
            assert order.cost == sum(fill.cost for fill in fills)
            assert order.filled <= order.quantity

    @invariant()
    def positions_close_at_most_what_they_opened(self):
        for position in self.ledger.positions.values():
            assert 0 <= position.closed_quantity <= position.quantity

    def _try(self, draft, book):
        before = _state(self.ledger)
        try:
            self.ledger.place(draft, book, at=self._tick(), collateral=Decimal(200))
        except LedgerError:
            assert _state(self.ledger) == before

    def _tick(self):
        self.clock += 1.0
        return self.clock


def _received(fill, asset):
    sign = 1 if fill.side is Side.BUY else -1
    return sign * fill.quantity if asset == "BTC" else -sign * fill.cost


def _state(ledger):
    totals = {asset: (ledger.total(asset), ledger.held(asset)) for asset in ledger.assets()}
    return totals, dict(ledger.orders), list(ledger.fills), list(ledger.entries), dict(ledger.positions)


LedgerMachine.TestCase.settings = settings(max_examples=60, stateful_step_count=30)
TestLedgerInvariants = LedgerMachine.TestCase


@given(quantity=quantities, limit=prices, taker=fee_ratios)
def test_placing_and_cancelling_is_as_if_nothing_happened(quantity, limit, taker):
    ledger = a_ledger(str(taker), USD=1_000_000)

    order = ledger.place(buy(quantity, limit=limit, listing=LISTING), a_book(bids=(), asks=()), at=1.0)
    held = ledger.held("USD")
    ledger.cancel(order.id, at=2.0)

    assert held > 0
    assert (ledger.free("USD"), ledger.held("USD")) == (1_000_000, 0)


@given(quantity=quantities, limit=prices, fee=fee_ratios, parts=st.lists(sizes, max_size=5))
def test_a_hold_always_covers_its_order_however_it_is_filled(quantity, limit, fee, parts):
    ledger = a_ledger(str(fee), str(fee), USD=1_000_000)
    order = ledger.place(buy(quantity, limit=limit, listing=LISTING), a_book(asks=()), at=1.0)
    ledger.withdraw("USD", ledger.free("USD"), at=2.0)

    for size in [*parts, quantity]:
        ledger.match(lambda listing, size=size: a_book(asks=((limit, size),)), at=3.0)

    assert ledger.orders[order.id].filled == quantity
    assert ledger.free("USD") >= 0
