"""What a sale leaves its owner, under the same names wherever it is shown."""

from collections.abc import Collection, Iterable, Iterator
from decimal import Decimal

from engine.alerts.messages import AgainstGuard
from engine.model.holdings import Direction
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
    guarded_from = _other_price(against, entry, currency)
    if against.price is not None and not guarded_from:
        return
    guarded_from = f" {guarded_from}" if guarded_from else ""
    part = "" if against.quantity == of_quantity else f", for {quantity(against.quantity)} of it"
    result = in_currency(against.result, currency, signed=True)
    yield escape(f"Against the guard's price{guarded_from}{part}: {result}")


def trigger_rows(
    trigger_pnl: str, against: AgainstGuard | None, *, entry: Decimal | None, currency: str
) -> Iterator[tuple[str, str]]:
    """Name the loss at the trigger, with the price that it counts from where that is not what was paid."""
    guarded_from = _other_price(against, entry, currency)
    if guarded_from:
        yield "Guarded from", guarded_from
    yield f"Trigger PnL{' against that' if guarded_from else ''}", trigger_pnl


def _other_price(against: AgainstGuard | None, entry: Decimal | None, currency: str) -> str:
    """Return the price a guard counts from; empty where that is not known, or is the entry."""
    if against is None or against.price is None:
        return ""
    guarded_from = price(against.price, currency)
    return "" if entry is not None and guarded_from == price(entry, currency) else guarded_from


def sale_at_once(position: Position) -> Iterator[str]:
    """Return what would be left of an unguarded position that is sold as soon as it is guarded."""
    sale, direction = position.sale_at_once, position.direction
    if sale is None:
        return
    label, after = (
        received_label({direction}),
        "after the fee" if direction is Direction.LONG else "with the fee",
    )
    yield escape(
        f"{label} {in_currency(sale.received, position.currency)} {after}. "
        f"{net_label(direction)} {in_currency(sale.net, position.currency, signed=True)}"
    )
