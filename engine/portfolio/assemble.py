"""Put a position together from what the venue holds, what it cost, its mark and its guard."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal

from engine.accounts.cost_basis import share
from engine.guards.guard import Guard, GuardSource, GuardState
from engine.guards.rule import net_if_sold_now, pnl, pnl_ratio
from engine.market.mark import Mark, PriceProblem, PriceUnknown
from engine.model.holdings import Direction, PositionKey, PositionKind, Unsettled
from engine.model.instruments import Instrument
from engine.model.money import ZERO, exact
from engine.model.typed_names import is_named
from engine.model.venues import Account, Venue
from engine.portfolio.view import NotGuarded, PositionView

#: So high that nothing is worth too little.
_ANY_PRICE = Decimal("1e30")
#: Guards that remember what was paid: neither the price of a day nor what stands in for an unknown cost.
_FROM_COST = frozenset({GuardSource.EXISTING_COST, GuardSource.BOUGHT})


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """One position as gathered, before anything is worked out."""

    account: Account
    kind: PositionKind
    direction: Direction
    asset: str
    #: What it is priced and would be sold as; None when it is not listed.
    instrument: Instrument | None
    quantity: Decimal
    locked: Decimal = ZERO
    #: The explained part, what it cost and in which currency; None is unknown.
    explained: Decimal = ZERO
    cost: Decimal | None = None
    currency: str | None = None
    history_incomplete: bool = False
    #: True while fills are awaited without which nobody knows what today's quantity cost.
    fills_pending: bool = False
    #: What our own orders changed and these figures do not show yet.
    unsettled: Unsettled | None = None
    #: False while nobody tells what is listed there, so that nothing can be called unlisted.
    is_listing_known: bool = True
    mark: Mark | PriceUnknown
    #: The last mark that was known, for showing and to say what is too small to sell; nothing is valued by it.
    last_mark: Mark | None = None
    #: USD for one unit of the instrument's quote; None is unknown.
    quote_usd: Decimal | None
    taker: Decimal
    guard: Guard | None
    #: True while a question about guarding it waits for its owner.
    asked: bool = False
    leverage: int | None = None
    venue_entry: Decimal | None = None
    as_of: datetime
    #: The same on the venue's own clock, where that is known.
    venue_as_of: datetime | None = None
    #: The last step of our orders that the quantity certainly includes, where that is known.
    step: int | None = None

    @property
    def key(self) -> PositionKey:
        """Return which position it is."""
        margin = self.kind is PositionKind.MARGIN
        symbol = self.instrument.symbol if margin and self.instrument else None
        return PositionKey(
            account_id=self.account.account_id, kind=self.kind, asset=self.asset, symbol=symbol
        )

    @property
    def last_price(self) -> Decimal | None:
        """Return the price that was known last; None when none ever was."""
        return self.last_mark.price if self.last_mark else None

    def is_called(self, symbol: str) -> bool:
        """Tell whether an asset or a pair somebody names, in any letters, is this one."""
        asset, _, quote = symbol.partition("/")
        return is_named(self.asset, asset) and (not quote or (_quote(self) or "").upper() == quote.upper())


@dataclass(frozen=True, slots=True)
class Result:
    """What a position gained or lost at its mark, in its entry's currency."""

    pnl: Decimal
    ratio: Decimal
    #: After the fee of closing it.
    net: Decimal


def assemble(found: Found) -> PositionView:
    """Work out value, result and guard status of one position."""
    found = _shown(found)
    result = work_out(found)
    return PositionView(
        account=found.account,
        kind=found.kind,
        direction=found.direction,
        asset=found.asset,
        symbol=found.instrument.symbol if found.instrument else None,
        quantity=found.quantity,
        locked=found.locked,
        explained=found.explained,
        entry=found.cost / found.explained if found.cost is not None and found.explained else None,
        currency=found.currency or _quote(found) or "USD",
        history_incomplete=found.history_incomplete,
        mark=found.mark,
        last_mark=found.last_mark,
        value_usd=_value_usd(found),
        pnl=result.pnl if result else None,
        pnl_ratio=result.ratio if result else None,
        net_if_sold=result.net if result else None,
        guard=found.guard,
        guard_ratio=_guard_ratio(found),
        fills_pending=found.fills_pending,
        unsettled=found.unsettled,
        not_guarded=why_not_guarded(found),
        as_of=found.as_of,
    )


def work_out(found: Found) -> Result | None:
    """Return the result of the explained part; None without an entry or a price in its currency."""
    mark, cost, explained = found.mark, found.cost, found.explained
    if not isinstance(mark, Mark) or cost is None or cost <= ZERO or explained <= ZERO:
        return None
    if found.currency != _quote(found):
        return None
    way = found.direction
    return Result(
        pnl=pnl(mark=mark.price, quantity=explained, cost=cost, direction=way),
        ratio=pnl_ratio(mark=mark.price, quantity=explained, cost=cost, direction=way),
        net=net_if_sold_now(mark=mark.price, quantity=explained, cost=cost, taker=found.taker, direction=way),
    )


def _shown(found: Found) -> Found:
    """Return the position with the figures that are true of it now."""
    if found.guard is not None and found.guard.state is GuardState.CLOSING:
        return _being_sold(replace(found, fills_pending=False), found.guard)
    return replace(found, explained=ZERO, cost=None) if found.fills_pending else found


def _being_sold(found: Found, guard: Guard) -> Found:
    """Return what is being sold with what was paid for it; of the rest nobody knows before it is over."""
    if found.cost is not None and found.explained > ZERO:
        sold = min(found.explained, guard.quantity)
        return replace(found, explained=sold, cost=share(found.cost, sold, found.explained))
    if guard.paid is not None or guard.source in _FROM_COST:
        return replace(found, explained=guard.quantity, cost=guard.paid_cost, currency=guard.currency)
    return replace(found, explained=ZERO, cost=None)


def why_not_guarded(found: Found) -> NotGuarded | None:
    """Say why nothing watches a position; None while its guard does."""
    if found.guard is None:
        return _why_no_guard(found)
    if found.guard.state is GuardState.PAUSED:
        return NotGuarded.PAUSED
    return _price_problem(found.mark)


def sort_positions(positions: Sequence[PositionView]) -> tuple[PositionView, ...]:
    """Order positions by broker, the worst result first, those without one last."""
    return tuple(
        sorted(
            positions,
            key=lambda view: (
                tuple(Venue).index(view.account.venue),
                view.pnl_ratio is None,
                view.pnl_ratio or ZERO,
                view.asset,
            ),
        )
    )


def _guard_ratio(found: Found) -> Decimal | None:
    guard, mark = found.guard, found.mark
    if guard is None or not isinstance(mark, Mark) or guard.currency != _quote(found) or guard.cost <= ZERO:
        return None
    return pnl_ratio(mark=mark.price, quantity=guard.quantity, cost=guard.cost, direction=guard.direction)


def _why_no_guard(found: Found) -> NotGuarded:
    if found.kind is PositionKind.SPOT and found.direction is Direction.SHORT:
        return NotGuarded.SHORT
    if found.instrument is None or found.quantity <= found.locked:
        is_certain = found.instrument is not None or found.is_listing_known
        return NotGuarded.CANNOT_BE_SOLD_NOW if is_certain else NotGuarded.PRICE_UNKNOWN
    if _is_unread(found):
        return NotGuarded.UNREAD_SALE
    if _price_problem(found.mark) is NotGuarded.MARKET_CLOSED:
        return NotGuarded.MARKET_CLOSED
    if _is_dust(found, found.quantity - found.locked):
        # Unstaked, the whole of it could be sold.
        return NotGuarded.BELOW_MINIMUM if _is_dust(found, found.quantity) else NotGuarded.CANNOT_BE_SOLD_NOW
    return _why_unasked(found)


def _why_unasked(found: Found) -> NotGuarded:
    if not isinstance(found.mark, Mark) and found.last_price is None and not found.asked:
        return NotGuarded.PRICE_UNKNOWN
    if found.fills_pending:
        return NotGuarded.FILLS_PENDING
    if found.cost is None:
        return NotGuarded.ENTRY_UNKNOWN
    return NotGuarded.ASKED if found.asked else NotGuarded.NOT_ASKED_FOR


def _price_problem(mark: Mark | PriceUnknown) -> NotGuarded | None:
    if isinstance(mark, Mark):
        return None
    if mark.problem is PriceProblem.MARKET_CLOSED:
        return NotGuarded.MARKET_CLOSED
    return NotGuarded.PRICE_UNKNOWN


def _is_dust(found: Found, quantity: Decimal) -> bool:
    if found.instrument is None:
        return False
    price = found.mark.price if isinstance(found.mark, Mark) else found.last_price
    # Without a price only the least quantity tells.
    return found.instrument.why_too_small_to_sell(quantity, price or _ANY_PRICE) is not None


def _value_usd(found: Found) -> Decimal | None:
    if found.quote_usd is None or not isinstance(found.mark, Mark) or _is_unread(found):
        return None
    with exact():
        return found.quantity * found.mark.price * found.quote_usd


def _is_unread(found: Found) -> bool:
    return found.unsettled is not None and not found.unsettled.is_read


def _quote(found: Found) -> str | None:
    return found.instrument.quote if found.instrument else None
