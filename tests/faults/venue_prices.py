"""Faults of a venue around the sources that a price is held against: order books and sessions, and around fills."""

from tests.faults.row import Row

VENUE_PRICES = (
    Row(
        "V137",
        "order books are slow or never come while the ticker shows a loss",
        "a book denies a breach within a second or not at all: sold by the next look",
    ),
    Row(
        "V139",
        "Coinbase refuses its list of fills for good",
        "a sale is reported and booked at its order's own totals; the fills are booked once they are listed",
    ),
    Row(
        "V140",
        "the clock of the stock market fails, is slow or hangs in the middle of a session",
        "open until the close that it named; one that was never read stays unknown",
    ),
    Row(
        "V141",
        "no order book can be read at a first price, a jump of more than 5 % or a thin top",
        "sold by polls that agree for 20 s while the ticker moves; one that is frozen or alone sells nothing",
    ),
    Row(
        "V142",
        "Coinbase or Alpaca loses an order that never arrived while one of its lists, or the balance, is away",
        "sent again under the same id, of which they take one order; without the lists if the balance shows no sale",
    ),
    Row(
        "V143",
        "prices take several requests, and one of them hangs",
        "what the others answered is judged in the same look",
    ),
    Row(
        "V144",
        "one order book denies a loss that polls confirm, and the next fails or comes too late",
        "sells nothing: polls count anew from a book that was read",
    ),
    Row(
        "V145",
        "prices take several requests, and one of them fails or hangs beside the others",
        "what it was asked for is said to get no answer, not to have no quote",
    ),
    Row(
        "V146",
        "an order book has levels of size zero, as Kraken writes what is smaller than three decimals",
        "they are passed over: the others are the price, of a guard, of another pair and of a purchase",
    ),
    Row(
        "V147",
        "more is guarded than an order book shows, and the price falls",
        "sold once it would be past the threshold with all the rest at the last level; before that the price is unknown",
    ),
)
