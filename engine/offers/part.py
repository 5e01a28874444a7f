"""Pure: the part of a position that its owner names, as a quantity."""

from dataclasses import dataclass
from decimal import Decimal

from engine.market.closing_price import ClosingPrice
from engine.model.money import ZERO, exact
from engine.offers.closing_preview import Obstacle, ObstacleKind, Stays
from engine.orders.too_small import price_of_a_unit
from engine.portfolio.position import Position

#: All of it, in percent.
ALL = 100
#: What is offered where no part is named.
PERCENTS = (25, 50, ALL)


@dataclass(frozen=True, slots=True)
class Share:
    """A fraction of what can be sold of it."""

    ratio: Decimal


@dataclass(frozen=True, slots=True)
class Units:
    """So many coins or shares."""

    quantity: Decimal


@dataclass(frozen=True, slots=True)
class Worth:
    """As much as is worth so many dollars at the price of now, before the fee."""

    usd: Decimal


Part = Share | Units | Worth


def ratio_of(percent: int) -> Decimal:
    """Return a percentage as a fraction."""
    return Decimal(percent) / ALL


def part_quantity(
    part: Part, position: Position, priced: ClosingPrice | Obstacle
) -> Decimal | Obstacle | None:
    """Return how much of a position a part is; None where that is all of it, to the last whole lot."""
    quantity = _quantity(part, position, priced)
    if isinstance(quantity, Obstacle):
        return quantity
    instrument, sellable = position.instrument, position.sellable
    wanted, whole = quantity, sellable
    if instrument is not None:
        wanted, whole = instrument.floor_quantity(quantity), instrument.floor_quantity(sellable)
    if wanted == whole:
        return None
    if wanted > whole:
        return Obstacle(ObstacleKind.MORE_THAN_HELD, f"{sellable.normalize():f}")
    return wanted


def what_stays(position: Position, sold: Decimal, *, price: Decimal) -> Stays:
    """Return what the sale of a part leaves; it comes off the guarded part first."""
    guard, instrument = position.guard, position.instrument
    with exact():
        left = position.sellable - sold
        guarded = max(guard.quantity - sold, ZERO) if guard is not None else ZERO
    if guard is None or instrument is None or guarded == ZERO:
        return Stays(quantity=left, guarded=guarded)
    too_small = instrument.why_too_small_to_sell(guarded, price_of_a_unit(price=price, entry=guard.entry))
    return Stays(quantity=left, guarded=ZERO if too_small else guarded, too_small=too_small or "")


def _quantity(part: Part, position: Position, priced: ClosingPrice | Obstacle) -> Decimal | Obstacle:
    match part:
        case Units():
            return part.quantity
        case Share():
            with exact():
                return position.sellable * part.ratio
        case Worth():
            if isinstance(priced, Obstacle):
                return priced
            if not position.quote_usd or not priced.price:
                return Obstacle(ObstacleKind.NO_USD_PRICE)
            with exact():
                price_usd = priced.price * position.quote_usd
            return part.usd / price_usd
