"""What an account owns and what is held of it; the one place where balances change."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from decimal import Decimal

from engine.brokers.paper.ledger.change import Change, Posting
from engine.brokers.paper.ledger.errors import InsufficientFundsError
from engine.brokers.paper.ledger.values import EntryKind, Order
from engine.model.money import ZERO


class Balances:
    """Totals per asset and the orders that hold parts of them; nothing is ever negative."""

    def __init__(self, *, pocket_suffix: str | None = None) -> None:
        # An asset with this suffix (Kraken: ".F") is spent through its base asset when that runs out.
        self._pocket_suffix = pocket_suffix
        self._totals: dict[str, Decimal] = {}
        self._holding: dict[str, Order] = {}

    def assets(self) -> list[str]:
        """Every asset that was ever booked, in the order of first booking."""
        return list(self._totals)

    def total(self, asset: str) -> Decimal:
        """Free plus held."""
        return self._totals.get(asset, ZERO)

    def held(self, asset: str) -> Decimal:
        """What open orders, and cancelled ones not yet released, keep."""
        return sum((order.hold for order in self._holding.values() if order.hold_asset == asset), ZERO)

    def free(self, asset: str) -> Decimal:
        """What can be spent or withdrawn."""
        return self.total(asset) - self.held(asset)

    def spendable(self, asset: str) -> Decimal:
        """Free, with what lies in the asset's pocket."""
        return self.free(asset) + (self.free(asset + self._pocket_suffix) if self._pocket_suffix else ZERO)

    def restore_balances(self, totals: Mapping[str, Decimal], orders: Iterable[Order]) -> None:
        """Go on from what there was of each asset, and the orders that hold some of it."""
        self._totals = dict(totals)
        self._holding = {order.id: order for order in orders if order.hold}

    def covered(self, change: Change) -> Change:
        """The change with shortages met from pockets, or InsufficientFundsError if one remains."""
        deltas = change.deltas()
        for asset in {*deltas, *(order.hold_asset for order in change.orders if order.hold)}:
            short = -(self.free(asset) + deltas.get(asset, ZERO) - self._newly_held(asset, change))
            if short > 0:
                change = self._cover(change, asset, short)
        return change

    def assign(self, change: Change) -> None:
        """Make a covered change true."""
        for asset, delta in change.deltas().items():
            self._totals[asset] = self.total(asset) + delta
        for order in change.orders:
            self._holding.pop(order.id, None)
            if order.hold:
                self._holding[order.id] = order

    def _newly_held(self, asset: str, change: Change) -> Decimal:
        orders = [order for order in change.orders if order.hold_asset == asset]
        before = (self._holding[order.id].hold for order in orders if order.id in self._holding)
        return sum((order.hold for order in orders), ZERO) - sum(before, ZERO)

    def _cover(self, change: Change, asset: str, short: Decimal) -> Change:
        forgiven = _forgive_loss(change, asset, short)
        if forgiven is not None:
            return forgiven
        pocket = asset + (self._pocket_suffix or "")
        if not self._pocket_suffix or self.free(pocket) < short:
            free = self.spendable(asset)
            raise InsufficientFundsError(asset, needed=self.free(asset) + short, free=free)
        moved = (_transfer(pocket, -short), _transfer(asset, short))
        return replace(change, postings=(*moved, *change.postings))


def _transfer(asset: str, amount: Decimal) -> Posting:
    return Posting(kind=EntryKind.TRANSFER, asset=asset, amount=amount, reference="pocket")


def _forgive_loss(change: Change, asset: str, short: Decimal) -> Change | None:
    """A margin loss takes at most what is there: the venue bears the rest."""
    for place, posting in enumerate(change.postings):
        if posting.kind is EntryKind.MARGIN and posting.asset == asset and -posting.amount >= short:
            borne = replace(posting, amount=posting.amount + short)
            return replace(change, postings=(*change.postings[:place], borne, *change.postings[place + 1 :]))
    return None
