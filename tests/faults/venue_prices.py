"""Faults of a venue around the sources that a price is held against: order books and sessions."""

from tests.faults.row import Row

VENUE_PRICES = (
    Row(
        "V137",
        "order books are slow or never come while the ticker shows a loss",
        "a book denies a breach within a second or not at all: sold by the next look",
    ),
)
