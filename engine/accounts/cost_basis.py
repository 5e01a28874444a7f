"""What today's quantity of an asset cost, read out of the fills that made it and never invented."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import Context, Decimal
from types import MappingProxyType

from engine import wall_time
from engine.model.money import ZERO, exact
from engine.model.movements import change_of, chronological, concerns, is_purchase, paid_in
from engine.model.orders import Fill
from engine.model.quotes import is_price

#: USD for one unit of what a fill was paid in, by trade id.
UsdRates = Mapping[str, Decimal]

#: A part of a cost rarely ends; it is cut here, far below anything a venue can charge.
_SHARE_DIGITS = 60
_NO_RATES: UsdRates = MappingProxyType({})


@dataclass(frozen=True, slots=True, kw_only=True)
class FeeTotal:
    """What was charged in one asset."""

    asset: str
    amount: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class CostBasis:
    """A quantity split into what fills explain, with its cost, and what they do not."""

    asset: str
    quantity: Decimal
    #: The part of `quantity` that was bought; only it has an entry.
    explained: Decimal
    #: What the explained part was bought for, fees kept apart.
    cost: Decimal
    #: What it was bought with; USD when it was bought with several; None when nothing is explained.
    currency: str | None
    #: Fees paid for buying the explained part.
    fees: tuple[FeeTotal, ...] = ()
    #: False when a venue did not report one of the fees.
    fees_known: bool = True
    #: Whether the fills reach back to where today's quantity began.
    complete: bool
    #: When the oldest fill that was needed happened.
    since: datetime | None = None

    @property
    def unexplained(self) -> Decimal:
        """Return what came without fills: transfers, rewards, purchases the venue does not list."""
        with exact():
            return self.quantity - self.explained

    @property
    def entry(self) -> Decimal | None:
        """Return the average price of the explained part, for showing; None when there is none."""
        return self.cost / self.explained if self.explained else None

    def paid_for(self, quantity: Decimal, *, currency: str) -> Decimal | None:
        """Return what a part of the quantity cost in a currency; None is unknown."""
        return paid_for(
            quantity,
            currency=currency,
            explained=self.explained,
            cost=self.cost,
            cost_currency=self.currency,
        )


def paid_for(
    quantity: Decimal,
    *,
    currency: str | None,
    explained: Decimal,
    cost: Decimal | None,
    cost_currency: str | None,
) -> Decimal | None:
    """Return what a quantity cost in a currency; None where some of it is not explained, or was paid otherwise."""
    if cost is None or cost <= ZERO or cost_currency != currency or not ZERO < quantity <= explained:
        return None
    return share(cost, quantity, explained)


def share(amount: Decimal, part: Decimal, whole: Decimal) -> Decimal:
    """Return the part of `amount` that belongs to `part` of `whole`."""
    with exact():
        product = amount * part
    return Context(prec=_SHARE_DIGITS).divide(product, whole)


@dataclass(frozen=True, slots=True, kw_only=True)
class History:
    """Fills read so far, newest first and page by page, until they explain today's quantity."""

    asset: str
    quantity: Decimal
    #: So little may stay unexplained without reading on: rewards and rounding leave crumbs.
    dust: Decimal = ZERO
    fills: tuple[Fill, ...] = ()
    #: Whether the venue has nothing older.
    at_beginning: bool = False

    def with_page(self, page: Iterable[Fill], *, is_last: bool = False) -> "History":
        """Return the history with another page; a fill that was already read changes nothing."""
        fills = {fill.trade_id: fill for fill in self.fills}
        fills |= {fill.trade_id: fill for fill in page if concerns(self.asset, fill)}
        ordered = wall_time.newest_first(fills.values(), at=chronological(self.asset))
        return replace(self, fills=ordered, at_beginning=self.at_beginning or is_last)

    @property
    def is_explained(self) -> bool:
        """Return whether older fills could not change the basis any more."""
        return self._reach()[1]

    @property
    def needs_more(self) -> bool:
        """Return whether another page should be read."""
        return not (self.at_beginning or self.is_explained)

    def fills_to_rate(self) -> tuple[Fill, ...]:
        """Return the purchases whose dollar rate is needed; none when all were paid in one currency."""
        needed, _ = self._reach()
        purchases = standing_purchases(self.asset, needed)
        if currency_of(self.asset, purchases) != "USD":
            return ()
        return tuple(fill for fill in purchases if paid_in(self.asset, fill) != "USD")

    def basis(self, usd_rates: UsdRates = _NO_RATES) -> CostBasis:
        """Return the cost of today's quantity; a purchase whose dollar rate is missing stays unexplained."""
        needed, is_explained = self._reach()
        currency = currency_of(self.asset, standing_purchases(self.asset, needed))
        pool = Pool()
        for fill in needed:
            pool = with_fill(pool, self.asset, fill, cost_of(self.asset, fill, currency, usd_rates))
        pool = pool.reduced_to(max(ZERO, min(pool.quantity, self.quantity)))
        return CostBasis(
            asset=self.asset,
            quantity=self.quantity,
            explained=pool.quantity,
            cost=pool.cost,
            currency=currency if pool.quantity else None,
            fees=tuple(FeeTotal(asset=asset, amount=pool.fees[asset]) for asset in sorted(pool.fees)),
            fees_known=pool.fees_known,
            complete=is_explained,
            since=needed[0].at if needed else None,
        )

    def _reach(self) -> tuple[Sequence[Fill], bool]:
        """Return the fills since today's quantity began, oldest first, and whether they reach that far."""
        before = self.quantity
        with exact():
            for count, fill in enumerate(self.fills):
                if before <= self.dust:
                    return self.fills[:count][::-1], True
                before -= change_of(self.asset, fill)
        return self.fills[::-1], before <= self.dust


@dataclass(frozen=True, slots=True, kw_only=True)
class Pool:
    """Bought and not yet sold, at average cost."""

    quantity: Decimal = ZERO
    cost: Decimal = ZERO
    fees: Mapping[str, Decimal] = field(default_factory=dict)
    fees_known: bool = True

    def increased(self, quantity: Decimal, cost: Decimal, fill: Fill) -> "Pool":
        fees = dict(self.fees)
        if fill.fee:
            fees[fill.fee_asset] = fees.get(fill.fee_asset, ZERO) + fill.fee
        return Pool(
            quantity=self.quantity + quantity,
            cost=self.cost + cost,
            fees=fees,
            fees_known=self.fees_known and fill.fee is not None,
        )

    def reduced_to(self, quantity: Decimal) -> "Pool":
        if quantity == self.quantity:
            return self
        if quantity == ZERO:
            return Pool()
        return replace(
            self,
            quantity=quantity,
            cost=share(self.cost, quantity, self.quantity),
            fees={asset: share(fee, quantity, self.quantity) for asset, fee in self.fees.items()},
        )


def standing_purchases(asset: str, fills: Iterable[Fill]) -> tuple[Fill, ...]:
    """Return the purchases of which something is still there: those since the last time all was sold."""
    quantity, purchases = ZERO, list[Fill]()
    with exact():
        for fill in fills:
            if is_purchase(asset, fill):
                purchases.append(fill)
            quantity = max(ZERO, quantity + change_of(asset, fill))
            if quantity == ZERO:
                purchases.clear()
    return tuple(purchases)


def currency_of(asset: str, purchases: Iterable[Fill]) -> str | None:
    """Return what a cost is counted in: what all of these were paid with, or dollars; None of none."""
    paid = {paid_in(asset, fill) if fill.base == asset else None for fill in purchases}
    if not paid:
        return None
    only = paid.pop()
    return "USD" if paid or only is None else only


def cost_of(asset: str, fill: Fill, currency: str | None, usd_rates: UsdRates) -> Decimal | None:
    """Return what a purchase's credited quantity cost in `currency`; None when that is unknown."""
    with exact():
        value = fill.price * fill.quantity
    given, received = (value, fill.quantity) if fill.base == asset else (fill.quantity, value)
    if received == ZERO:
        # Earlier versions stored fills of nothing.
        return None
    # A fee taken from what was bought is kept apart as well: its worth is no part of the cost.
    cost = share(given, change_of(asset, fill), received)
    if paid_in(asset, fill) == currency:
        return cost
    rate = usd_rates.get(fill.trade_id)
    if not is_price(rate):
        return None
    with exact():
        return cost * rate


def with_fill(pool: Pool, asset: str, fill: Fill, cost: Decimal | None) -> Pool:
    """Return the pool after a fill; a purchase of an unknown cost does not enter it."""
    with exact():
        change = change_of(asset, fill)
        if is_purchase(asset, fill):
            return pool if cost is None else pool.increased(change, cost, fill)
        return pool.reduced_to(min(pool.quantity, max(ZERO, pool.quantity + change)))
