"""Faults of a venue around orders, fees and what its rows say."""

from tests.faults.row import Row

VENUE_ORDERS = (
    Row(
        "V23",
        "an order of another product is open on the same coin",
        "only an order that can hold the coins is cancelled",
    ),
    Row("V24", "what holds the coins is pending or queued", "it is found and cancelled"),
    Row(
        "V25",
        "an order fills, or fills in part, while it is cancelled; a cancel is carried out later",
        "only what was cancelled is named as cancelled",
    ),
    Row(
        "V26",
        "an open order or a balance cannot be read",
        "it is named, in /status too, and changes no guard",
    ),
    Row(
        "V27",
        "an order is reported as over with less filled than was sent, or open again",
        "one sale; the figures are those of its trades",
    ),
    Row(
        "V28",
        "an order is pending, fails later, or fills over seconds",
        "followed to its end and reported once",
    ),
    Row(
        "V29",
        "a refusal whose reason stands in another field, or an error beside an order id",
        "the first is a refusal, the second an unknown outcome",
    ),
    Row("V30", "the account may not trade the pair", "the next pair of the coin, one sale"),
    Row(
        "V31",
        "the venue books the fee hours after the fill",
        "estimated and named so in the alert, exact in /history later",
    ),
    Row("V32", "the venue renames a coin", "the end of the guard and the new coin are reported together"),
    Row(
        "V33",
        "another pair shows an absurd price, has a larger minimum or is shut",
        "passed over; nothing is sold far from the mark, and no guard ends",
    ),
    Row("V34", "a crumb is refused as too small while the rest is held", "the rest is waited for"),
    Row("V35", "lists that lag behind a fill", "asked with pauses; nothing is cancelled twice"),
    Row("V36", "a row or a fill of a list that names no order", "no proof that a lost order is absent"),
    Row(
        "V37",
        "ticker and order book contradict each other",
        "sold once both are past the threshold; every one of many is compared in turn",
    ),
    Row(
        "V38",
        "no price for hours",
        "reported again with growing pauses, once an account, and when it is over",
    ),
    Row(
        "V39",
        "the key of another account takes the place of the first",
        "nothing of it is sold: its guards are paused and ask",
    ),
    Row(
        "V148",
        "an answer to an order with a 4xx status in other words than the venue publishes",
        "an unknown outcome: looked for, and sent again once that proves it absent",
    ),
    Row(
        "V153",
        "our order id stands on an order or a trade of another coin or side, or on one with a limit",
        "none of ours: the exit goes on by the balance",
    ),
)
