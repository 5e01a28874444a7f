"""What was given away of an asset, and what that had cost at the average of what was bought until then.

The average cost of `cost_basis`, worked out forward: a position that is sold out begins anew, a sale leaves the average as it
is, and only what known purchases explain has a cost.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from engine import wall_time
from engine.accounts.cost_basis import Pool, UsdRates, currency_of, share, with_fill
from engine.accounts.cost_basis import cost_of as cost_of_purchase
from engine.model.money import ZERO, exact
from engine.model.movements import change_of, chronological, concerns, is_purchase, paid_in
from engine.model.orders import Fill, Side


@dataclass(frozen=True, slots=True, kw_only=True)
class Disposal:
    """A trade that gave away some of an asset against payment."""

    fill: Fill
    asset: str
    #: Units of the asset, its fee apart.
    quantity: Decimal
    #: At the average of what was bought until then; None where known purchases do not explain all of it.
    cost: Decimal | None
    #: What the cost is counted in; None where nothing is explained.
    currency: str | None
    #: False where older fills were not read that may belong to it.
    is_history_known: bool


def is_disposal(asset: str, fill: Fill) -> bool:
    """Return whether a fill gave away some of an asset against payment."""
    side = Side.SELL if fill.base == asset else Side.BUY
    return concerns(asset, fill) and asset in {fill.base, fill.quote} and fill.side is side


def disposals(
    asset: str, fills: Iterable[Fill], *, held: Decimal | None, at_beginning: bool, usd_rates: UsdRates
) -> Iterator[Disposal]:
    """Return every disposal among the known fills of an asset, oldest first.

    `held` is today's quantity, None where that is unknown; `at_beginning` says that there are no older fills.
    """
    concerning = {fill.trade_id: fill for fill in fills if concerns(asset, fill)}
    ordered = wall_time.oldest_first(concerning.values(), at=chronological(asset))
    for number, run in enumerate(_runs(asset, ordered, held)):
        is_known = number > 0 or at_beginning
        yield from _of_run(asset, run, usd_rates, is_history_known=is_known)


def _runs(asset: str, ordered: Sequence[Fill], held: Decimal | None) -> Iterator[Sequence[Fill]]:
    """Cut fills where nothing was held, by today's quantity; the first run may have begun before them, and be empty."""
    starts = list[int]()
    before = held
    for place in range(len(ordered) - 1, -1, -1):
        if before is None:
            break
        with exact():
            before -= change_of(asset, ordered[place])
        if before <= ZERO:
            starts.append(place)
    first = 0
    for start in (*reversed(starts), len(ordered)):
        yield ordered[first:start]
        first = start


def _of_run(
    asset: str, run: Sequence[Fill], usd_rates: UsdRates, *, is_history_known: bool
) -> Iterator[Disposal]:
    standing = _Standing(asset, usd_rates)
    for fill in run:
        if is_disposal(asset, fill):
            quantity = _given(asset, fill)
            yield Disposal(
                fill=fill,
                asset=asset,
                quantity=quantity,
                cost=standing.cost_of(quantity) if is_history_known else None,
                currency=standing.currency,
                is_history_known=is_history_known,
            )
        standing.add(fill)


def _given(asset: str, fill: Fill) -> Decimal:
    with exact():
        return fill.quantity if fill.base == asset else fill.quantity * fill.price


class _Standing:
    """What was bought since the last time all was sold, as far as it is still there."""

    def __init__(self, asset: str, usd_rates: UsdRates) -> None:
        self._asset = asset
        self._usd_rates = usd_rates
        self._begin()

    def _begin(self) -> None:
        self.currency: str | None = None
        self._fills = list[Fill]()
        self._pool = Pool()
        self._quantity = ZERO
        #: One purchase of each currency that was paid with: they decide what the cost is counted in.
        self._paid_with = dict[tuple[str, bool], Fill]()

    def cost_of(self, quantity: Decimal) -> Decimal | None:
        if not ZERO < quantity <= self._pool.quantity:
            return None
        return share(self._pool.cost, quantity, self._pool.quantity)

    def add(self, fill: Fill) -> None:
        if is_purchase(self._asset, fill):
            self._paid_with.setdefault((paid_in(self._asset, fill), fill.base == self._asset), fill)
            self._count_in(currency_of(self._asset, self._paid_with.values()))
        self._fills.append(fill)
        self._pool = self._with(self._pool, fill)
        with exact():
            self._quantity = max(ZERO, self._quantity + change_of(self._asset, fill))
        if self._quantity == ZERO:
            self._begin()

    def _count_in(self, currency: str | None) -> None:
        if currency == self.currency:
            return
        self.currency = currency
        self._pool = Pool()
        for fill in self._fills:
            self._pool = self._with(self._pool, fill)

    def _with(self, pool: Pool, fill: Fill) -> Pool:
        cost = cost_of_purchase(self._asset, fill, self.currency, self._usd_rates)
        return with_fill(pool, self._asset, fill, cost)
