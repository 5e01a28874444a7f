"""Faults of the process, its database and its machine."""

from tests.faults.row import Row

PROCESS_FAULTS = (
    Row("P1", "kill -9 between intent and order", "after the restart the order is asked for, then sent"),
    Row("P2", "kill -9 between order and answer", "as V1"),
    Row("P3", "kill -9 between answer and commit", "the order is found and taken over, no second one"),
    Row("P4", "disk full", "nothing is sent that is not written; the owner is alerted past the database"),
    Row("P5", "database locked", "reported while it lasts; sold once it is free"),
    Row(
        "P6",
        "damaged database, old backup restored",
        "damage is named, no exit of before is taken up, nonces go on from the higher count",
        gap="A page that is damaged and not read is found by `nija doctor` only.",
    ),
    Row("P7", "two processes", "the second one ends, and an older one may not write any more"),
    Row(
        "P8",
        "the loop blocks, a job hangs",
        "the watchdog reports and ends the process; a run is cancelled at its budget",
    ),
    Row(
        "P9",
        "SIGTERM in the middle of an exit",
        "the exit is brought to its end or to a state that a restart takes up",
    ),
    Row("P10", "no name, no TLS, an answer that trickles", "every call has a limit, other brokers go on"),
    Row(
        "P11",
        "the process is stopped for a minute and goes on",
        "the owners are alerted to how long nothing was guarded",
    ),
    Row("P12", "kill -9 in a restore", "the next start has the old or the new database"),
    Row("P13", "the lock file is deleted under a running bot", "noticed within a second; no second bot runs"),
    Row(
        "P14",
        "the settings name another owner",
        "the accounts, their guards and what waits move to the new one",
    ),
    Row("P15", "a data dir whose path is longer than a socket's address", "commands are heard all the same"),
    Row(
        "P16",
        "the whole process is stopped and continued",
        "owners read for how long nothing was guarded, and it goes on",
    ),
    Row("P17", "the disk is really full, or may only be read", "every command says so in one sentence"),
    Row("P18", "a stored guard cannot be read", "reported, listed in /status; every other guard sells"),
    Row("P19", "the order of a running exit cannot be read", "reported, and never made again"),
    Row("P20", "a row of any other table is damaged", "no guard is kept from selling after the next start"),
    Row(
        "P21",
        "a page of the database that nobody reads at the start is damaged",
        "the start ends with a sentence, or the owners are alerted as soon as it is found",
    ),
    Row("P22", "an exit's steps have a gap in their numbers", "each is read once"),
    Row("P23", "nobody can read since when an asset is held", "it is no new name of a lost coin"),
    Row("P24", "the end of a damage cannot be written", "the next look reports it"),
    Row("P25", "a command names the env file from another folder", "it works on that file's database"),
    Row(
        "P26", "a second bot answers with the same token", "reported at once; restored guards wait meanwhile"
    ),
    Row("P27", "a bot starts on a copy of the data dir", "it sells nothing before its owner answers"),
    Row("P28", "a second bot reaches the database by a hard link or another data dir", "it does not start"),
    Row(
        "P29",
        "the clock is set back between a sale and a new guard",
        "what was sold before is not sold again from the rest",
    ),
    Row(
        "P30",
        "a mistake of our own while a stored value is built",
        "reported as a mistake, not reported as a damaged record",
    ),
    Row(
        "P31",
        "a backup or an older copy is put over the database by hand",
        "nothing is sold before its owner answers",
    ),
    Row(
        "P32",
        "the note beside the database is missing, damaged or cannot be written",
        "no false alarm, and the bot starts",
    ),
    Row(
        "P33",
        "the second address refuses an alert, or is away over a restart",
        "later alerts pass; every critical one gets there or is counted as given up",
    ),
    Row(
        "P34",
        "the second address answers 429 or 503 with Retry-After",
        "nothing is posted until it is over, an hour at most",
    ),
    Row(
        "P35",
        "an outage ends while the process is down, or it is killed as it reports one",
        "reported once and over once",
    ),
    Row("P36", "prices come back while the process is down", "reported as back once"),
    Row("P37", "a damaged record can be read again after a restart", "reported as over once"),
    Row("P38", "one guard's row cannot be written", "the others are followed, and it is once it can be"),
    Row("P39", "a comparison fails after new trades were read", "the next one knows them"),
    Row("P40", "`/unguard` while a reading is compared", "it stays off"),
    Row(
        "P41",
        "a guard is taken off, changed or damaged while its order is under way",
        "the sale is written down and reported",
    ),
    Row("P42", "an exit that cannot be reported", "no guard waits for it"),
    Row("P43", "the alert address redirects", "refused and tried on; nothing goes to the other host"),
    Row(
        "P44",
        "stored alerts cannot be read",
        "guards are looked at and sold all the same, and reported later",
    ),
    Row(
        "P45",
        "the key changes while an order is under way",
        "its fill is reported and booked once the key is back",
    ),
    Row("P46", "one alert cannot be written", "every other one is; that one is tried again"),
    Row(
        "P47",
        "the process dies between storing trades and comparing a restored guard",
        "its owner is asked all the same",
    ),
    Row("P48", "the heartbeat address asks for a pause", "it is not asked again before that is over"),
    Row(
        "P49",
        "the process dies during a venue's outage",
        "only its own absence counts as away; results outlive it",
    ),
    Row(
        "P50",
        "a reminder of a failing exit cannot be written, or two are due at once",
        "the exit goes on, no reminder is lost",
    ),
    Row("P51", "a stored reminder is damaged", "the later ones are written"),
    Row(
        "P52", "a close is confirmed while the process stops", "the next start sells it, and the chat says so"
    ),
    Row(
        "P53",
        "a manual close ends unsold, or is cut off by a restore, a copy or another key",
        "only what was guarded before stays guarded, as it was",
    ),
    Row("P54", "one row among thousands cannot be read", "it costs one more statement, and the loop goes on"),
    Row("P55", "a unit of work is cancelled anywhere in its commit", "it is on disk whole or not at all"),
)
