"""Faults of what a venue shows as held, and of answers that mean something else than they say."""

from tests.faults.row import Row

VENUE_HOLDS = (
    Row(
        "V120",
        "the list of open orders is refused or does not end",
        "what is free is sold, the rest once the list comes; the owner is told",
    ),
    Row(
        "V121",
        "coins are held and no listed order holds them",
        "what is free is sold at once, and nothing is waited for; the owner is told",
    ),
    Row(
        "V122",
        "an open order holds an unknown amount of what is sold",
        "cancelled where the others are too little",
    ),
    Row(
        "V123",
        "an order is accepted under an id that its venue does not know",
        "looked up by our id: found under another one, or proven absent and sent again",
    ),
    Row(
        "V126",
        "what is far above the listed least is refused as too small, or for another minimum",
        "tried again with growing pauses, the owner told; no guard ends",
    ),
    Row(
        "V127",
        "an order is listed as open and seems to be over, or to have nothing left",
        "cancelled, or named where nothing else holds the coins",
    ),
)
