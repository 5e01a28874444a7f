"""Faults of Telegram and of whoever writes to the bot."""

from tests.faults.row import Row

CHAT = (
    Row(
        "C1",
        "Telegram answers 429 or 5xx, or is away",
        "trading goes on; alerts wait in order and none is lost",
    ),
    Row(
        "C2",
        "blocked by the user, chat moved",
        "what is meant for that chat waits, the others and the guards go on",
    ),
    Row("C3", "a flood of commands", "a bounded number is handled at once, exits go out meanwhile"),
    Row(
        "C4",
        "forged, stale or repeated buttons, somebody else's button",
        "one use, for one person, until it expires",
    ),
    Row("C5", "strangers, groups", "silence, and a line in the log"),
    Row("C6", "an update delivered again after a restart", "handled once"),
    Row(
        "C7",
        "Telegram answers a poll with 401, or refuses an alert of a sale",
        "polling goes on; the alert is tried on, slower, and counted",
    ),
    Row(
        "C8",
        "a screen is asked for while a key is out of points, or just after a sale",
        "figures with their age, none of before the sale",
    ),
    Row("C9", "a guard whose key is refused", "not called watched"),
    Row(
        "C10",
        "an alert whose reader is gone, or whose stored data cannot be read",
        "a critical one goes to every owner; the other is given up, reported and counted",
    ),
    Row(
        "C11",
        "Telegram names a pause of an hour",
        "a critical alert is tried within a minute, and as soon as its chat takes anything",
    ),
    Row(
        "C12",
        "Telegram asks for a long pause of polls",
        "reported when it begins; alerts go on, polls come back in time",
    ),
    Row("C13", "Telegram asks for an absurd pause", "kept for an hour at most, and reported"),
    Row(
        "C14",
        "a forged update has the owner's number as a fraction",
        "a stranger's: refused and not answered",
    ),
    Row("C15", "one of several questions is answered or refused", "the others stay"),
    Row(
        "C16",
        "the listings cannot be read when a sale is asked for",
        "the outage is named, nothing is called unlisted",
    ),
    Row(
        "C17",
        "ticker and order book of a staked coin differ while everything is closed",
        "it is shown as locked, the rest is sold",
    ),
    Row(
        "C18",
        "staked coins come free between the press of a close and its order",
        "no more is sold than was shown, the rest stays guarded",
    ),
    Row("C19", "a close that was refused is tried again at a much worse price", "it ends unsold and says so"),
    Row("C20", "the owner sells some at the venue just before a close", "all that was shown is sold"),
    Row("C21", "the first order of a close is held up while the price falls", "it ends unsold and says so"),
    Row("C22", "two previews of one unguarded position are both confirmed", "one sells"),
    Row(
        "C23",
        "a price drifts between the preview of a buy and its press",
        "it is shown again and buys nothing",
    ),
    Row(
        "C24",
        "one buy is pressed twice, or two for one's cash",
        "one buys; the other names what the first reserved",
    ),
    Row("C25", "entries are halted between the preview of a buy and its press", "nothing is written or sent"),
    Row(
        "C26",
        "a broker cannot be read, or a sale not be written down, when a panic is pressed",
        "buys are halted and all else is sold; what is not is named",
    ),
    Row(
        "C27",
        "the process dies between the halt of a panic and its sales",
        "the next start within a minute sells all of it once; a later one sells nothing and says so",
    ),
    Row(
        "C28",
        "an order fills, or the answer is lost, while its owner has it cancelled",
        "only the order's own end is told; without one it is called unknown",
    ),
    Row(
        "C29",
        "the process dies, or the market takes no more, while a part is sold",
        "no more than the part is sold, and the guard keeps the rest with its cost in proportion",
    ),
    Row(
        "C30",
        "a guard is breached while a part of it is being sold, however slowly",
        "the part's order is cancelled first, then all that is guarded is sold, each coin once",
    ),
)
