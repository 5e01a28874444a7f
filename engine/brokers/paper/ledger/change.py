"""A would-be change of a ledger: collected first, checked as a whole, then assigned or dropped."""

from dataclasses import dataclass, field
from decimal import Decimal

from engine.brokers.paper.ledger.values import EntryKind, Fill, Order, Position
from engine.model.money import ZERO


@dataclass(frozen=True, slots=True, kw_only=True)
class Posting:
    """One amount, less its fee, to be added to one balance."""

    kind: EntryKind
    asset: str
    amount: Decimal
    fee: Decimal = ZERO
    reference: str

    @property
    def net(self) -> Decimal:
        """What the balance changes by."""
        return self.amount - self.fee


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """New versions of orders and positions, new fills, and the postings that pay for them."""

    orders: tuple[Order, ...] = ()
    fills: tuple[Fill, ...] = ()
    positions: tuple[Position, ...] = ()
    postings: tuple[Posting, ...] = ()

    def deltas(self) -> dict[str, Decimal]:
        """The sum of the postings of each asset."""
        sums: dict[str, Decimal] = {}
        for posting in self.postings:
            sums[posting.asset] = sums.get(posting.asset, ZERO) + posting.net
        return sums


@dataclass(slots=True)
class Draw:
    """Collects the parts of a change while an order is walked through the book."""

    fills: list[Fill] = field(default_factory=list)
    positions: dict[str, Position] = field(default_factory=dict)
    postings: list[Posting] = field(default_factory=list)

    def change(self, *orders: Order) -> Change:
        """The collected change together with the orders' new versions."""
        return Change(
            orders=orders,
            fills=tuple(self.fills),
            positions=tuple(self.positions.values()),
            postings=tuple(self.postings),
        )
