"""Faults of the private streams that push what orders do."""

from tests.faults.row import Row

ACCOUNT_STREAMS = (
    Row(
        "V128",
        "an order fills between two questions about it",
        "its end is pushed and the order queried at once; the venue's answer is booked, once",
    ),
    Row(
        "V129",
        "a private stream is dropped, half-open or loses a message",
        "what was read before counts as old; what is followed is queried when it is live again",
    ),
    Row("V130", "what an order did is pushed twice", "one fill, one alert"),
    Row(
        "V131",
        "a private stream pushes nothing while its heartbeats go on",
        "the order is queried as without it",
    ),
    Row(
        "V132",
        "a key may trade and not open the private stream",
        "orders are polled; the log names it once, /status and nija doctor say what it lacks",
    ),
    Row(
        "V133",
        "a balance changes while the private stream that keeps it known is lost or mute",
        "read again before the sale, or refused by the venue and read then: no more is sold than is there",
    ),
)
