"""Pure: whether a venue that calls a sale too small is to be accepted."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from statistics import median_low

from engine.model.instruments import Instrument
from engine.model.money import ZERO, exact

#: Kraken is reported to refuse so for a moment coins that were just bought: without its own listing's
#: agreement it is accepted when it still does after so long, and so many times.
BELIEVE_AFTER_S = 30.0
BELIEVE_AFTER_REFUSALS = 4

#: More than so many times the least of its listing is never accepted as too small, however often it is refused so: a
#: venue that moves a minimum moves it by less between two readings of its listing, so the words speak of something
#: else, such as the equity an account must have.
FAR_ABOVE_LEAST = 10

#: A price below this part of the cost may be a flash crash or wrong: what is too little at it is not given up.
COLLAPSED_RATIO = Decimal("0.5")

#: Of fewer listings, one that is odd could be the median.
_USUAL_OF_LEAST = 3

#: So high that nothing is worth too little.
_ANY_PRICE = Decimal("1e30")


def price_of_a_unit(*, price: Decimal | None, entry: Decimal | None) -> Decimal:
    """Return what a unit counts for against a venue's smallest value: the higher of its price and its cost.

    A price below the cost may be gone again, and what cost little may have risen. At an unknown price nothing is too
    little by its value: its quantity alone decides.
    """
    return max(price, entry or ZERO) if price else _ANY_PRICE


@dataclass(frozen=True, slots=True, kw_only=True)
class TooSmall:
    """How often in a row a venue called an order too small, and since when, by a clock nobody sets."""

    refusals: int = 0
    since: float | None = None

    def again(self, now_s: float) -> "TooSmall":
        """Return the state after one more refusal."""
        return TooSmall(refusals=self.refusals + 1, since=now_s if self.since is None else self.since)

    def is_believed(
        self,
        *,
        quantity: Decimal,
        instrument: Instrument | None,
        entry: Decimal | None,
        price: Decimal | None,
        now_s: float,
        usual_minimum: Decimal | None = None,
    ) -> bool:
        """Return whether so much really cannot be sold; a listing, an entry or a price of None is unknown.

        At once only what its listing calls too small at the higher of price and cost, and never what is far above
        that. Where a minimum of the listing is unknown, what is far above `usual_minimum`, the venue's usual one in
        that currency, is never believed to be too small either; None is that none is known.
        """
        if instrument is None or instrument.floor_quantity(quantity) != quantity:
            # Kraken refuses a quantity finer than the lot like one too small.
            return False
        unit = price_of_a_unit(price=price, entry=entry)
        if instrument.why_too_small_to_sell(quantity, unit):
            return True
        if not _may_be_too_small(quantity, instrument, unit, usual_minimum=usual_minimum):
            return False
        lasted = self.since is not None and now_s - self.since >= BELIEVE_AFTER_S
        return lasted and self.refusals >= BELIEVE_AFTER_REFUSALS


def _may_be_too_small(
    quantity: Decimal, instrument: Instrument, unit: Decimal, *, usual_minimum: Decimal | None
) -> bool:
    """Return whether so much is not far above what its listing names as the least, or else its venue for others."""
    with exact():
        part = quantity / FAR_ABOVE_LEAST
        value = part * unit
    # The lot alone is no minimum.
    has_least = instrument.minimum_quantity is not None
    if has_least and instrument.why_too_small_to_sell(part, unit) is not None:
        return True
    return not instrument.has_known_minimums and usual_minimum is not None and value < usual_minimum


def usual_minimum(instruments: Iterable[Instrument], currency: str) -> Decimal | None:
    """Return the median of the smallest values of an order that a venue lists in a currency; None where it lists few.

    The largest of them would let one odd listing make little of everything.
    """
    known = [one.minimum_notional for one in instruments if one.quote == currency and one.minimum_notional]
    return median_low(known) if len(known) >= _USUAL_OF_LEAST else None


def is_collapsed(
    quantity: Decimal, instrument: Instrument | None, *, price: Decimal | None, entry: Decimal | None
) -> bool:
    """Return whether so much is too little only because its price is far below what it cost."""
    return (
        instrument is not None
        and price is not None
        and entry is not None
        and price < entry * COLLAPSED_RATIO
        and instrument.why_too_small_to_sell(quantity, price) is not None
        and instrument.why_too_small_to_sell(quantity, entry) is None
    )
