"""What a sale leaves its owner, under the same names wherever it is shown."""

from collections.abc import Collection, Iterable, Iterator
from decimal import Decimal

from engine.accounts.cost_basis import share
from engine.alerts.messages import AgainstGuard
from engine.model.holdings import Direction
from engine.model.money import ZERO, exact
from engine.model.venues import Venue
from engine.portfolio.position import Position
from handlers.render.html import escape
from handlers.render.numbers import in_currency, price, quantity


def net_label(*directions: Direction) -> str:
    """Name the result of closing now, after the fee of that and against what was paid."""
    is_sale = all(direction is Direction.LONG for direction in directions)
    return "Net if sold now" if is_sale else "Net if closed now"


def received_label(directions: Collection[Direction]) -> str | None:
    """Name what reaches the account after the fee, or leaves it; None where some does the one and some the other."""
    if len(set(directions)) > 1:
        return None
    return "You would receive" if Direction.LONG in directions else "You would pay"


def usual_fee_note(venues: Iterable[Venue]) -> str:
    """Say where what is shown counts a fee that may not be what the account pays; empty for nowhere."""
    known = set(venues)
    labels = [venue.label for venue in Venue if venue in known]
    if not labels:
        return ""
    return escape(f"At {' and '.join(labels)} the usual fee is counted: your account's own is not known.")


def against_guard_lines(
    against: AgainstGuard | None, *, entry: Decimal | None, of_quantity: Decimal, currency: str
) -> Iterator[str]:
    """Return what a sale wins or loses against the price its guard counts from, where that is not what was paid."""
    if against is None:
        return
    guarded_from = "" if against.price is None else f" {price(against.price, currency)}"
    if against.price is not None and entry is not None and guarded_from == f" {price(entry, currency)}":
        return
    part = "" if against.quantity == of_quantity else f", for {quantity(against.quantity)} of it"
    result = in_currency(against.result, currency, signed=True)
    yield escape(f"Against the guard's price{guarded_from}{part}: {result}")


def sale_at_once(position: Position) -> Iterator[str]:
    """Return what would be left of an unguarded position that is sold as soon as it is guarded."""
    net, entry, explained = position.net_if_sold, position.entry, position.explained
    if net is None or entry is None:
        return
    sold = min(position.sellable, explained)
    if sold <= ZERO:
        return
    net = share(net, sold, explained)
    received, is_long = _received(sold, entry, net, position.direction), position.direction is Direction.LONG
    label, after = received_label({position.direction}), "after the fee" if is_long else "with the fee"
    yield escape(
        f"{label} {in_currency(received, position.currency)} {after}. "
        f"{net_label(position.direction)} {in_currency(net, position.currency, signed=True)}"
    )


def _received(sold: Decimal, entry: Decimal, net: Decimal, direction: Direction) -> Decimal:
    """Return what a sale brings, or buying back costs: what was paid and the result against that."""
    with exact():
        return sold * entry + net if direction is Direction.LONG else sold * entry - net
