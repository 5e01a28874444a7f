"""Pure: which purchases each disposal used up, first in, first out, at each account by itself.

Only the export formats for tax software go by it; every result that NIJA shows is at average cost.
"""

from collections import defaultdict, deque
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from engine import wall_time
from engine.accounts.cost_basis import share
from engine.accounts.disposals import is_disposal
from engine.model.money import ZERO, exact, is_cash
from engine.model.movements import change_of, chronological, concerns, is_purchase, paid_in
from engine.model.orders import Fill
from engine.statements.export import ExportedFill


@dataclass(frozen=True, slots=True, kw_only=True)
class LotUse:
    """The part of a purchase that a disposal used up."""

    #: Of the purchase.
    trade_id: str
    bought_at: datetime
    quantity: Decimal
    #: What the part cost, with its fee where that was charged in the same money.
    cost: Decimal
    currency: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Matching:
    """A disposal and the purchases it used up, the oldest first."""

    fill: Fill
    asset: str
    #: What left of the asset, its fee included where that was taken from it.
    quantity: Decimal
    uses: tuple[LotUse, ...]

    @property
    def unmatched(self) -> Decimal:
        """Return what of it no known purchase explains."""
        with exact():
            return self.quantity - sum((use.quantity for use in self.uses), ZERO)

    @property
    def gain(self) -> Decimal | None:
        """Return what it brought after its fee against what its purchases cost; None where some of that is not known."""
        fill, received_in = self.fill, paid_in(self.asset, self.fill)
        is_one_currency = {use.currency for use in self.uses} == {received_in}
        if self.unmatched or not is_one_currency or fill.fee is None:
            return None
        if fill.fee and fill.fee_asset not in {received_in, self.asset}:
            return None
        with exact():
            cost = sum((use.cost for use in self.uses), ZERO)
            return change_of(received_in, fill) - cost


@dataclass(slots=True, kw_only=True)
class _Lot:
    """What is left of a purchase."""

    fill: Fill
    quantity: Decimal
    cost: Decimal
    currency: str

    def use(self, most: Decimal) -> LotUse:
        quantity = min(most, self.quantity)
        # The last part takes the rest, so that the parts cost what the whole did, to the last digit.
        cost = self.cost if quantity == self.quantity else share(self.cost, quantity, self.quantity)
        with exact():
            self.quantity -= quantity
            self.cost -= cost
        return LotUse(
            trade_id=self.fill.trade_id,
            bought_at=self.fill.at,
            quantity=quantity,
            cost=cost,
            currency=self.currency,
        )


@dataclass(slots=True, kw_only=True)
class Lots:
    """The purchases of one asset in one account that are not used up, the oldest first."""

    asset: str
    _lots: deque[_Lot] = field(default_factory=deque)

    @property
    def quantity(self) -> Decimal:
        """Return how much is left of them."""
        with exact():
            return sum((lot.quantity for lot in self._lots), ZERO)

    @property
    def cost(self) -> Decimal:
        """Return what they cost, in whatever they were paid with."""
        with exact():
            return sum((lot.cost for lot in self._lots), ZERO)

    def take(self, fill: Fill) -> Matching | None:
        """Add a purchase, or use lots up; return the disposal that a fill is, None where it is none."""
        change = change_of(self.asset, fill)
        if is_purchase(self.asset, fill):
            self._lots.append(_lot(self.asset, fill, change))
            return None
        # A fee that was charged in it takes from it as well.
        uses = tuple(self._use(max(ZERO, -change)))
        if not is_disposal(self.asset, fill):
            return None
        return Matching(fill=fill, asset=self.asset, quantity=max(ZERO, -change), uses=uses)

    def _use(self, quantity: Decimal) -> Iterator[LotUse]:
        left = quantity
        while left > ZERO and self._lots:
            use = self._lots[0].use(left)
            with exact():
                left -= use.quantity
            if self._lots[0].quantity <= ZERO:
                self._lots.popleft()
            yield use


def _lot(asset: str, fill: Fill, change: Decimal) -> _Lot:
    currency = paid_in(asset, fill)
    with exact():
        # What the other side lost by the trade: the price, and the fee where that was charged there.
        cost = -change_of(currency, fill)
    return _Lot(fill=fill, quantity=change, cost=cost, currency=currency)


def match_lots(fills: Sequence[ExportedFill]) -> Mapping[tuple[str, str], Matching]:
    """Return the matching of every disposal, by account and trade id."""
    by_asset = defaultdict[tuple[str, str], list[Fill]](list)
    for one in fills:
        assets = {one.fill.base, one.fill.quote, one.fill.fee_asset}
        for asset in assets:
            if not is_cash(asset) and concerns(asset, one.fill):
                by_asset[one.account_id, asset].append(one.fill)
    return {
        (account_id, matching.fill.trade_id): matching
        for (account_id, asset), mine in by_asset.items()
        for matching in _matched(asset, mine)
    }


def _matched(asset: str, fills: Sequence[Fill]) -> Iterator[Matching]:
    lots = Lots(asset=asset)
    for fill in wall_time.oldest_first(fills, at=chronological(asset)):
        matching = lots.take(fill)
        if matching is not None:
            yield matching
