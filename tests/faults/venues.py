"""Faults of a venue on the way of any call."""

from tests.faults.row import Row

VENUE = (
    Row(
        "V1",
        "timeout after the venue accepted",
        "the outcome is unknown and settled by asking, never by sending again",
    ),
    Row("V2", "5xx after the venue accepted", "as V1"),
    Row("V3", "the order never arrived", "absence is proven before anything is sent again"),
    Row("V4", "partial fill, then nothing", "the rest is sold, a remainder too small to sell is named once"),
    Row(
        "V5",
        "the price falls by 12 % in one tick",
        "one sale at the market once a second look agrees, the real loss is reported",
    ),
    Row(
        "V6",
        "cancel-only, post-only, maintenance",
        "no storm of tries, reported, sold when the market takes sales again",
    ),
    Row(
        "V7",
        "the balance reads zero although the coins are there",
        "the sale goes out all the same; what is gone is believed only after ten seconds",
    ),
    Row("V8", "less than the venue's minimum", "abandoned as dust, reported once, never a loop"),
    Row("V9", "lot and tick sizes", "rounded down, never above what is guarded"),
    Row(
        "V10",
        "open orders hold the coins",
        "the fewest needed are cancelled, then it sells; a crash between the two is recovered",
    ),
    Row("V11", "the client order id was used already", "the venue has the order: its state is read"),
    Row(
        "V12",
        "invalid nonce",
        "refused for certain: signed anew five times in ten seconds, then once a minute and reported",
    ),
    Row("V13", "rate limit, throttled, 429", "backs off per key; exits have room of their own"),
    Row("V14", "stale prices", "not trusted, and reported once they stay away"),
    Row(
        "V15",
        "the clock is off by an hour, or steps",
        "nonces rise, jobs and alerts go on, readings count, deadlines are reported in the venue's time",
    ),
    Row(
        "V16",
        "garbage, an HTML page with status 200, an answer cut short",
        "a reading is no reading, an order is as V1",
    ),
    Row("V17", "missing fields, null, values nobody has seen", "unknown, never zero"),
    Row(
        "V18",
        "NaN, infinity, negative amounts, a price of 0",
        "refused at the edge: sells nothing, hides nothing",
    ),
    Row("V19", "readings of different moments", "nothing is sold twice, no guard is changed by one of them"),
    Row("V20", "fills reported twice, late or out of order", "counted once, by their trade ids"),
    Row(
        "V21",
        "the stream drops, reconnects, misses messages",
        "every price is asked for besides, so nothing is missed; what was pushed before is no price after it",
    ),
    Row(
        "V22",
        "key revoked, permission denied",
        "that account stops, its owner is alerted once, the others go on",
    ),
)
