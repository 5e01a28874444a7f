"""Pure: whether a venue that calls a sale too small is to be accepted."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from engine.model.instruments import Instrument
from engine.model.money import exact

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
        entry: Decimal,
        price: Decimal,
        now_s: float,
        largest_minimum: Decimal | None = None,
    ) -> bool:
        """Return whether so much really cannot be sold; None is an unknown listing.

        At once only what its listing calls too small at what it cost, and never what is far above that. Where a
        minimum of the listing is unknown, what is far above `largest_minimum`, the largest smallest value that is
        known at the venue in that currency, is never believed to be too small either; None is that none is known.
        """
        if instrument is None or instrument.floor_quantity(quantity) != quantity:
            # Kraken refuses a quantity finer than the lot like one too small.
            return False
        if instrument.why_too_small_to_sell(quantity, entry):
            return True
        if not _may_be_too_small(quantity, instrument, entry, price=price, largest_minimum=largest_minimum):
            return False
        lasted = self.since is not None and now_s - self.since >= BELIEVE_AFTER_S
        return lasted and self.refusals >= BELIEVE_AFTER_REFUSALS


def _may_be_too_small(
    quantity: Decimal,
    instrument: Instrument,
    entry: Decimal,
    *,
    price: Decimal,
    largest_minimum: Decimal | None,
) -> bool:
    """Return whether so much is not far above what its listing names as the least, or else its venue for others."""
    with exact():
        part = quantity / FAR_ABOVE_LEAST
        # A price far below the cost may be gone again.
        value = part * max(price, entry)
    # The lot alone is no minimum.
    has_least = instrument.minimum_quantity is not None
    if has_least and instrument.why_too_small_to_sell(part, entry) is not None:
        return True
    return not instrument.has_known_minimums and largest_minimum is not None and value < largest_minimum


def largest_minimum(instruments: Iterable[Instrument], currency: str) -> Decimal | None:
    """Return the largest smallest value of an order that a venue lists in a currency; None where it lists none."""
    known = (one.minimum_notional for one in instruments if one.quote == currency)
    return max((least for least in known if least), default=None)


def is_collapsed(quantity: Decimal, instrument: Instrument | None, *, price: Decimal, entry: Decimal) -> bool:
    """Return whether so much is too little only because its price is far below what it cost."""
    return (
        instrument is not None
        and price < entry * COLLAPSED_RATIO
        and instrument.why_too_small_to_sell(quantity, price) is not None
        and instrument.why_too_small_to_sell(quantity, entry) is None
    )
