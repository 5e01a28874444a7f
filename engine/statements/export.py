"""Pure: the fills of an export, chosen by asset, pair or span."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

from engine.accounts.cost_basis import share
from engine.model.money import ZERO
from engine.model.movements import concerns
from engine.model.orders import Fill, quantity_of
from engine.model.venues import Venue
from engine.orders.intents import Intent
from engine.statements.periods import Span


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportedAccount:
    """An account whose fills are exported."""

    account_id: str
    venue: Venue
    #: False where older fills exist, or may, that were never read.
    is_complete: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportedFill:
    """A fill with the account it happened in."""

    account_id: str
    venue: Venue
    fill: Fill

    @property
    def is_spot(self) -> bool:
        """Return whether it bought or sold what is owned: a leveraged trade or a derivative did not."""
        return concerns(self.fill.base, self.fill)

    def is_called(self, symbol: str) -> bool:
        """Return whether a name in any letters is its pair, or an asset that it trades."""
        names = (self.fill.base, self.fill.quote, self.fill.symbol)
        return symbol.upper() in {name.upper() for name in names}


@dataclass(frozen=True, slots=True, kw_only=True)
class FillsExport:
    """Every known fill of a user, oldest first."""

    accounts: tuple[ExportedAccount, ...]
    fills: tuple[ExportedFill, ...]
    #: How many orders of NIJA's filled lately whose fills are still to be read from their venue.
    to_be_read: int = 0
    #: How many stored records cannot be read and are missing.
    unreadable: int = 0

    def chosen(self, *, symbol: str | None, span: Span | None) -> tuple[ExportedFill, ...]:
        """Return the fills of an asset or a pair in any letters, and of a span, where these are given."""
        return tuple(
            one
            for one in self.fills
            if (symbol is None or one.is_called(symbol)) and (span is None or span.holds(one.fill.at))
        )


def with_booked_fees(fills: Sequence[Fill], orders: Collection[Intent]) -> tuple[Fill, ...]:
    """Return fills with the fees that were booked later with their orders: of one fill all, of several each its share."""
    together = defaultdict[str, list[Fill]](list)
    for fill in fills:
        together[fill.venue_order_id].append(fill)
    booked = {
        order.venue_order_id: order
        for order in orders
        if order.venue_order_id and _is_whole(order, together[order.venue_order_id])
    }
    return tuple(_with_fee(fill, booked.get(fill.venue_order_id)) for fill in fills)


def _is_whole(order: Intent, fills: Sequence[Fill]) -> bool:
    """Return whether the fee of an order is that of these fills, and none of them reports its own."""
    is_booked = order.fee is not None and order.filled_quantity > ZERO
    return is_booked and quantity_of(fills) == order.filled_quantity and all(one.fee is None for one in fills)


def _with_fee(fill: Fill, order: Intent | None) -> Fill:
    if order is None or order.fee is None:
        return fill
    fee = share(order.fee, fill.quantity, order.filled_quantity)
    return replace(fill, fee=fee, fee_asset=order.fee_asset or fill.fee_asset)
