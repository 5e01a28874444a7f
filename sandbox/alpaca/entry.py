"""Whether an account may place an order now, and the order's way into the ledger."""

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal

from engine.brokers.paper.book import Book, Listing, floor_to
from engine.brokers.paper.ledger import (
    BelowMinimumError,
    Draft,
    InsufficientFundsError,
    Kind,
    LedgerError,
    OffStepError,
    Order,
)
from engine.model.money import ZERO
from engine.model.orders import OrderStatus, Side
from sandbox.alpaca.account import AlpacaAccount, Note
from sandbox.alpaca.names import DOLLAR, is_crypto, symbol_of
from sandbox.alpaca.refusals import (
    AlpacaError,
    forbidden,
    malformed,
    too_few_shares,
    too_little_balance,
    too_little_cash,
    unprocessable,
)
from sandbox.alpaca.requests import NewOrder
from sandbox.alpaca.session import Session
from sandbox.alpaca.switches import Switches
from sandbox.catalogue import ALPACA
from sandbox.formats import plain
from sandbox.ladder import ceil_to
from sandbox.market import Market

FLOOR_USD = Decimal(10)
#: What a waiting market buy reserves above the present ask.
RESERVE = Decimal("1.03")


class OrderEntry:
    """Checks that need the account or the market, then the ledger."""

    def __init__(
        self, market: Market, session: Session, switches: Switches, now: Callable[[], float]
    ) -> None:
        self._market = market
        self._session = session
        self._switches = switches
        self._now = now

    def book(self, listing: Listing) -> Book:
        """What an order meets: nothing while its market is closed or halted."""
        listed = self._market.listing(ALPACA, listing.symbol)
        if listed.status != "online" or self._is_closed(listing):
            return Book(bids=(), asks=(), at=self._now())
        return self._market.liquidity(ALPACA, listing.symbol)

    def place(self, account: AlpacaAccount, new: NewOrder) -> Order:
        """Place an order, or raise AlpacaError."""
        _check_account(account, new.listing)
        if new.client_id is not None and account.order_with(new.client_id):
            raise malformed("client_order_id must be unique")
        self._check_opposite(account, new)
        self._check_cost(account, new)
        note = Note(time_in_force=new.time_in_force, notional=new.notional)
        if new.draft.kind is Kind.MARKET and self._is_closed(new.listing):
            note = replace(note, waiting=new.draft)
        elif new.draft.kind is Kind.MARKET and new.draft.quantity is not None:
            pace = self._switches.pace
            note = replace(note, pace=pace, is_pending=pace is not None)
        draft = self._reserve(new) if note.waiting else new.draft
        order = self._placed(account, draft, is_paced=note.pace is not None)
        account.notes[order.id] = note
        return order

    def work_paced(self, account: AlpacaAccount) -> None:
        """Fill what is due by now of the market orders that go slowly."""
        for order in account.ledger.open_orders():
            note = account.notes.get(order.id)
            if note and note.pace:
                if self._now() - order.opened_at >= note.pace.pending_s:
                    account.notes[order.id] = replace(note, is_pending=False)
                note.pace.work(account.ledger, order, self.book(order.draft.listing), now=self._now())

    def release_waiting(self, account: AlpacaAccount) -> None:
        """Give stock orders that waited for the session to the market."""
        if not self._session.is_open:
            return
        waiting = [(order_id, note) for order_id, note in account.notes.items() if note.waiting]
        for order_id, note in waiting:
            account.notes[order_id] = replace(note, waiting=None)
            if note.waiting and account.ledger.orders[order_id].status is OrderStatus.OPEN:
                self._release(account, order_id, note.waiting)

    def _release(self, account: AlpacaAccount, order_id: str, draft: Draft) -> None:
        account.ledger.cancel(order_id, at=self._now(), reason="no funds at the open")
        try:
            placed = account.ledger.place(draft, self.book(draft.listing), at=self._now())
        except InsufficientFundsError:
            # The price rose by more than was reserved: the order stays cancelled.
            return
        account.successors[order_id] = placed.id

    def _is_closed(self, listing: Listing) -> bool:
        return not is_crypto(listing) and not self._session.is_open

    def _reserve(self, new: NewOrder) -> Draft:
        """A resting order that holds what the waiting one will need."""
        if not self._switches.queues_when_closed:
            raise unprocessable("market is closed")
        tick, limit = new.listing.tick, new.listing.tick
        if new.side is Side.BUY:
            limit = ceil_to((self._price(new) or tick) * RESERVE, tick)
        quantity = (
            new.qty if new.qty is not None else floor_to((new.notional or ZERO) / limit, new.listing.lot)
        )
        return replace(new.draft, kind=Kind.LIMIT, limit=limit, quantity=quantity, spend=None)

    def _placed(self, account: AlpacaAccount, draft: Draft, *, is_paced: bool) -> Order:
        enter = account.ledger.accept if is_paced else account.ledger.place
        try:
            return enter(draft, self.book(draft.listing), at=self._now())
        except LedgerError as error:
            raise _worded(error, draft, account) from error

    def _price(self, new: NewOrder) -> Decimal | None:
        ask = self._market.liquidity(ALPACA, new.listing.symbol).ask
        return new.limit or (ask.price if ask else None)

    def _check_cost(self, account: AlpacaAccount, new: NewOrder) -> None:
        price = self._price(new)
        if new.side is Side.SELL or price is None:
            return
        cost = new.notional if new.notional is not None else (new.qty or ZERO) * price
        if is_crypto(new.listing) and new.listing.quote == DOLLAR and cost < FLOOR_USD:
            raise forbidden(f"cost basis must be >= minimal amount of order {FLOOR_USD}")
        in_dollars = new.listing.quote == DOLLAR
        if cost > (account.spendable_usd if in_dollars else account.ledger.free(new.listing.quote)):
            raise _unaffordable(account, new.listing.quote, cost, new.draft)

    def _check_opposite(self, account: AlpacaAccount, new: NewOrder) -> None:
        if not self._switches.refuses_wash_trades:
            return
        for order in account.ledger.open_orders():
            draft = order.draft
            if draft.side is new.side or draft.listing.symbol != new.listing.symbol:
                continue
            if _would_meet(new, draft):
                raise forbidden(
                    "potential wash trade detected. use complex orders",
                    existing_order_id=account.shown_id(order.id),
                    reject_reason="opposite side limit order exists",
                )


def _would_meet(new: NewOrder, resting: Draft) -> bool:
    if new.limit is None or resting.limit is None:
        return True
    return new.limit >= resting.limit if new.side is Side.BUY else new.limit <= resting.limit


def _check_account(account: AlpacaAccount, listing: Listing) -> None:
    if account.trade_suspended_by_user:
        raise forbidden("new orders are rejected by user request")
    if account.status != "ACTIVE":
        raise forbidden("account is not active")
    if account.trading_blocked or account.account_blocked:
        raise forbidden("trading is blocked for this account")
    if is_crypto(listing) and account.crypto_status != "ACTIVE":
        raise malformed("crypto orders not allowed for account")


def _worded(error: LedgerError, draft: Draft, account: AlpacaAccount) -> AlpacaError:
    match error:
        case InsufficientFundsError():
            return _unaffordable(account, error.asset, error.needed, draft)
        case BelowMinimumError():
            return forbidden(f"order qty must be >= minimal qty of order {plain(error.minimum)}")
        case OffStepError(what="price"):
            reason = (
                ""
                if is_crypto(draft.listing)
                else " sub-penny increment does not fulfill minimum pricing criteria"
            )
            return unprocessable(f"invalid limit_price {plain(error.was)}.{reason}")
        case OffStepError():
            return unprocessable(f"invalid qty {plain(error.was)}: increment is {plain(error.step)}")
    raise error


def _unaffordable(account: AlpacaAccount, asset: str, needed: Decimal, draft: Draft) -> AlpacaError:
    ledger = account.ledger
    total = ledger.total(asset)
    free = account.spendable_usd if asset == DOLLAR else ledger.free(asset)
    if asset == DOLLAR and not is_crypto(draft.listing):
        return too_little_cash(cost=needed, buying_power=free)
    if is_crypto(draft.listing):
        return too_little_balance(asset, requested=needed, available=free, total=total)
    if not total:
        return forbidden("account is not allowed to short")
    holding = [account.shown_id(o.id) for o in ledger.open_orders() if o.hold_asset == asset]
    symbol = symbol_of(draft.listing)
    return too_few_shares(symbol, requested=needed, available=free, total=total, related=holding)
