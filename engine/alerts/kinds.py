"""The kinds of alerts, which of them go before all others, and where one stands."""

from enum import StrEnum


class AlertKind(StrEnum):
    """The kinds of alerts: the `kind` of their messages."""

    EXIT_FILLED = "exit_filled"
    EXIT_FAILING = "exit_failing"
    EXIT_PARKED = "exit_parked"
    EXIT_STOOD_DOWN = "exit_stood_down"
    PANIC_INTERRUPTED = "panic_interrupted"
    ENTRY_FILLED = "entry_filled"
    ENTRY_GIVEN_UP = "entry_given_up"
    ENTRY_PENDING = "entry_pending"
    EXISTING_GUARDED = "existing_guarded"
    FIRST_CONTACT = "first_contact"
    GUARD_REDUCED = "guard_reduced"
    GUARD_PAUSED = "guard_paused"
    GUARD_RESUMED = "guard_resumed"
    TARGET_REACHED = "target_reached"
    COIN_RENAMED = "coin_renamed"
    CLOSED_ELSEWHERE = "closed_elsewhere"
    NOT_WATCHING = "not_watching"
    PRICE_TROUBLE = "price_trouble"
    BROKER_TROUBLE = "broker_trouble"
    TRADE_UNATTRIBUTED = "order_untold"
    ENTRIES_CHANGED = "entries_changed"
    ALERT_UNREADABLE = "alert_unreadable"
    RECORD_UNREADABLE = "record_unreadable"
    ACCOUNTS_MOVED = "accounts_moved"
    DATABASE_COPIED = "database_copied"
    NEWCOMER_WAITING = "newcomer_waiting"
    WELCOMED = "welcomed"


#: Exits, and that nothing watched them; they overtake everything else that waits.
CRITICAL = frozenset(
    {
        AlertKind.EXIT_FILLED,
        AlertKind.EXIT_FAILING,
        AlertKind.EXIT_PARKED,
        AlertKind.EXIT_STOOD_DOWN,
        AlertKind.PANIC_INTERRUPTED,
        AlertKind.NOT_WATCHING,
        AlertKind.ALERT_UNREADABLE,
        AlertKind.RECORD_UNREADABLE,
        AlertKind.DATABASE_COPIED,
    }
)


#: Short news without a question; what an outage held up of it arrives as one digest.
DIGESTIBLE = frozenset(
    {
        AlertKind.GUARD_REDUCED,
        AlertKind.GUARD_RESUMED,
        AlertKind.CLOSED_ELSEWHERE,
        AlertKind.PRICE_TROUBLE,
        AlertKind.BROKER_TROUBLE,
        AlertKind.ENTRIES_CHANGED,
    }
)


class AlertState(StrEnum):
    """Where an alert stands on its way to the reader."""

    WAITING = "waiting"
    SENT = "sent"
    #: It left, or was about to, and may have arrived.
    UNKNOWN = "unknown"
    #: The chat server did not take its content; tried on, slower, and holding up no other.
    REFUSED = "refused"
    #: Given up: the chat refuses it for good.
    DEAD = "dead"


class PostState(StrEnum):
    """Where a critical alert stands at the owner's second address."""

    WAITING = "waiting"
    POSTED = "posted"
    GIVEN_UP = "given_up"
    #: Telegram had taken it before the address was set.
    PASSED_OVER = "passed_over"
