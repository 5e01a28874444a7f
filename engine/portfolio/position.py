"""A position: what an account holds, what that cost, its mark and its guard; everything else is derived from these."""

from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal

from engine.accounts.cost_basis import paid_for, share
from engine.accounts.fees import TakerFee
from engine.guards import rule
from engine.guards.guard import Guard, GuardSource, GuardState, Seen
from engine.market.mark import Mark, PriceUnknown
from engine.model.holdings import Direction, PositionKey, PositionKind, Unsettled
from engine.model.instruments import Instrument, base_of, quote_of
from engine.model.money import ZERO, exact
from engine.model.typed_names import is_named
from engine.model.venues import Account

#: Guards that remember what was paid: neither the price of a day nor what stands in for an unknown cost.
_FROM_COST = frozenset({GuardSource.EXISTING_COST, GuardSource.BOUGHT})


@dataclass(frozen=True, slots=True, kw_only=True)
class SaleNow:
    """What closing a part of a position now would do, after its fee."""

    quantity: Decimal
    #: What reaches the account; of a short what leaves it.
    received: Decimal
    #: Against what it cost.
    net: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Position:
    """One position of one account as it was gathered; alerts store it, so its fields may only be added to, with a default."""

    account: Account
    kind: PositionKind
    direction: Direction
    asset: str
    #: What it is priced and would be sold as; None when it is not listed.
    instrument: Instrument | None
    quantity: Decimal
    #: The part that is staked or bonded and cannot be sold now.
    locked: Decimal = ZERO
    #: The part that open orders reserve.
    held: Decimal = ZERO
    #: The part explained by fills, what it cost and in which currency; None is unknown.
    explained: Decimal = ZERO
    cost: Decimal | None = None
    cost_currency: str | None = None
    #: True while older fills are still being read.
    history_incomplete: bool = False
    #: True while fills are awaited without which the cost of today's quantity is unknown.
    fills_pending: bool = False
    #: What our own orders changed and these figures do not show yet.
    unsettled: Unsettled | None = None
    #: False while the venue does not answer what it lists, so that nothing can be called unlisted.
    is_listing_known: bool = True
    mark: Mark | PriceUnknown
    #: The last mark that was known, for showing and to judge what is too small to sell; nothing is valued by it.
    last_mark: Mark | None = None
    #: Whether its price is pushed by the venue and not only polled.
    is_live: bool = False
    #: USD for one unit of the instrument's quote; None is unknown.
    quote_usd: Decimal | None
    taker: TakerFee
    guard: Guard | None
    #: True while a question about guarding it waits for its owner.
    has_open_question: bool = False
    leverage: int | None = None
    venue_entry: Decimal | None = None
    as_of: datetime
    #: The same on the venue's own clock, where that is known.
    venue_as_of: datetime | None = None
    #: The last step of our orders that was stored when the reading was requested; None in what early versions stored.
    step_at_request: int | None = None
    #: An earlier one, which the quantity includes however late its venue shows what filled; None is unknown.
    step_included: int | None = None

    @property
    def key(self) -> PositionKey:
        """Return which position it is."""
        symbol = self.symbol if self.kind is PositionKind.MARGIN else None
        return PositionKey(
            account_id=self.account.account_id, kind=self.kind, asset=self.asset, symbol=symbol
        )

    @property
    def symbol(self) -> str | None:
        """Return the pair it is priced in and would be sold through; None when nothing there prices it."""
        return self.instrument.symbol if self.instrument else None

    @property
    def quote(self) -> str | None:
        """Return the currency it is priced in."""
        return self.instrument.quote if self.instrument else None

    @property
    def currency(self) -> str:
        """Return the currency of its entry and its result."""
        return self.cost_currency or self.quote or "USD"

    @property
    def quoted_in(self) -> str:
        """Return the currency of its mark."""
        return self.quote or self.currency

    @property
    def last_price(self) -> Decimal | None:
        """Return the price that was known last; None when none ever was."""
        return self.last_mark.price if self.last_mark else None

    @property
    def is_short_spot(self) -> bool:
        """Return whether it is owed to the venue without margin: shown, and closed by a purchase alone."""
        return self.kind is PositionKind.SPOT and self.direction is Direction.SHORT

    @property
    def is_unread(self) -> bool:
        """Return whether the quantity is of before a sale of ours."""
        return self.unsettled is not None and not self.unsettled.is_read

    @property
    def sellable(self) -> Decimal:
        """Return how much of it its owner may sell now, held by open orders or not."""
        with exact():
            return max(self.quantity - self.locked, ZERO)

    @property
    def free(self) -> Decimal:
        """Return how much of it neither an open order nor staking reserves."""
        with exact():
            return max(self.sellable - self.held, ZERO)

    @property
    def paused_guard(self) -> Guard | None:
        """Return its guard if that is paused: it guards nothing, and gives way to a new one."""
        return self.guard if self.guard is not None and self.guard.state is GuardState.PAUSED else None

    @property
    def guarded(self) -> Decimal:
        """Return the part that is guarded already."""
        return self.guard.quantity if self.guard is not None and self.paused_guard is None else ZERO

    @property
    def unguarded(self) -> Decimal:
        """Return how much of it can still be guarded from today's price."""
        with exact():
            return self.quantity - self.locked - self.guarded

    @property
    def unguarded_explained(self) -> Decimal:
        """Return how much of it can still be guarded from its cost."""
        with exact():
            return min(self.unguarded, self.explained - self.guarded)

    @property
    def value_usd(self) -> Decimal | None:
        """Return the value of the whole quantity; None when the price is unknown."""
        if self.quote_usd is None or not isinstance(self.mark, Mark) or self.is_unread:
            return None
        with exact():
            return self.quantity * self.mark.price * self.quote_usd

    @property
    def entry(self) -> Decimal | None:
        """Return the average cost per unit of the explained part; None is unknown."""
        return self.cost / self.explained if self.cost is not None and self.explained else None

    def paid_for(self, quantity: Decimal, *, currency: str | None) -> Decimal | None:
        """Return what a part of it cost in a currency; None is unknown."""
        return paid_for(
            quantity,
            currency=currency,
            explained=self.explained,
            cost=self.cost,
            cost_currency=self.cost_currency,
        )

    def paid_or_remembered(self, quantity: Decimal) -> Decimal | None:
        """Return what a part of it cost, in what it is sold for; its guard remembers that while fills are read again."""
        paid, guard = self.paid_for(quantity, currency=self.quote), self.guard
        if paid is not None or guard is None:
            return paid
        return paid_for(
            quantity,
            currency=self.quote,
            explained=guard.quantity,
            cost=guard.paid_cost,
            cost_currency=guard.currency,
        )

    @property
    def pnl(self) -> Decimal | None:
        """Return the result of the explained part at the mark, gross of fees; None without entry or price."""
        mark, cost = self._mark_and_cost
        if mark is None or cost is None:
            return None
        return rule.pnl(mark=mark, quantity=self.explained, cost=cost, direction=self.direction)

    @property
    def pnl_ratio(self) -> Decimal | None:
        """Return the same as a fraction of its cost."""
        mark, cost = self._mark_and_cost
        if mark is None or cost is None:
            return None
        return rule.pnl_ratio(mark=mark, quantity=self.explained, cost=cost, direction=self.direction)

    @property
    def net_if_sold(self) -> Decimal | None:
        """Return the same if it were closed now, after the fee of that."""
        mark, cost = self._mark_and_cost
        if mark is None or cost is None:
            return None
        return rule.net_if_sold_now(
            mark=mark, quantity=self.explained, cost=cost, taker=self.taker.ratio, direction=self.direction
        )

    @property
    def sellable_explained(self) -> Decimal:
        """Return how much would be sold at once if it were guarded from its cost past its threshold."""
        return min(self.sellable, self.explained)

    @property
    def sale_at_once(self) -> SaleNow | None:
        """Return what that would bring; None without an entry or price."""
        (mark, cost), quantity = self._mark_and_cost, self.sellable_explained
        if mark is None or cost is None or quantity <= ZERO:
            return None
        paid = share(cost, quantity, self.explained)
        net = rule.net_if_sold_now(
            mark=mark, quantity=quantity, cost=paid, taker=self.taker.ratio, direction=self.direction
        )
        with exact():
            received = paid + net if self.direction is Direction.LONG else paid - net
        return SaleNow(quantity=quantity, received=received, net=net)

    @property
    def is_fee_own(self) -> bool:
        """Return whether the fee of selling it is what its account pays, and not its venue's usual one."""
        return self.taker.is_own

    @property
    def guard_ratio(self) -> Decimal | None:
        """Return the result of what its guard covers against what that counts from; None without guard or price."""
        guard, mark = self.guard, self.mark
        if guard is None or not isinstance(mark, Mark) or guard.currency != self.quote or guard.cost <= ZERO:
            return None
        return rule.pnl_ratio(
            mark=mark.price, quantity=guard.quantity, cost=guard.cost, direction=guard.direction
        )

    @property
    def seen(self) -> Seen:
        """Return what the next reading is compared with where a guard is set or taken up by this one."""
        return Seen(quantity=self.quantity, at=self.as_of, venue_at=self.venue_as_of, step=self.step_included)

    def is_called(self, symbol: str) -> bool:
        """Return whether the name of an asset or a pair, in any letters, is its."""
        quote = quote_of(symbol)
        is_quoted_in = not quote or (self.quote or "").upper() == quote.upper()
        return is_named(self.asset, base_of(symbol)) and is_quoted_in

    def with_known_cost(self) -> "Position":
        """Return the position with the cost that is known now: none while fills of its sale are awaited."""
        if self.guard is not None and self.guard.state is GuardState.CLOSING:
            return replace(self._being_sold(self.guard), fills_pending=False)
        return replace(self, explained=ZERO, cost=None) if self.fills_pending else self

    def _being_sold(self, guard: Guard) -> "Position":
        """Return what is being sold with what was paid for it; the cost of the rest is unknown before it is over."""
        if self.cost is not None and self.explained > ZERO:
            sold = min(self.explained, guard.quantity)
            return replace(self, explained=sold, cost=share(self.cost, sold, self.explained))
        if guard.paid is not None or guard.source in _FROM_COST:
            return replace(self, explained=guard.quantity, cost=guard.paid_cost, cost_currency=guard.currency)
        return replace(self, explained=ZERO, cost=None)

    @property
    def _mark_and_cost(self) -> tuple[Decimal, Decimal] | tuple[None, None]:
        """Return what a result is worked out from; nothing without an entry or a price in its currency."""
        mark, cost = self.mark, self.cost
        if not isinstance(mark, Mark) or cost is None or cost <= ZERO or self.explained <= ZERO:
            return None, None
        return (mark.price, cost) if self.cost_currency == self.quote else (None, None)
