"""The sentences for what is done about an exit that does not get through."""

from collections.abc import Mapping

from engine.model.failing_actions import CancelAgain, Doing, FailingAction, LookYourself
from engine.orders.settling_step import UNEXPLAINED_FOR, UNPAID_AGREES_AFTER

_ABSENT = "only once it certainly did not arrive"
_SAME_ID = "only under the same id, which makes no second order"
_FIND_OUT = "asking {venue} what became of it; it is sent again"
_CANCELLING = "cancelling it; the exit waits for the market to open"

SENTENCES: Mapping[str, str] = {
    FailingAction.TRY_AGAIN: "trying again",
    FailingAction.TRY_ANOTHER_PAIR: "trying again, through another pair if its market still takes none,",
    FailingAction.AWAIT_MARKET: "waiting for the market to open",
    FailingAction.AWAIT_PRICE: "selling as soon as the price is a loss that can be sold",
    FailingAction.AWAIT_KEY: "going on as soon as the key is back and the bot was started again",
    FailingAction.AWAIT_ACCOUNT: "asking again every few seconds; nothing is sold before it is certain",
    FailingAction.READ_AGAIN: "reading it again",
    FailingAction.READ_REST: "reading what is left again",
    FailingAction.SELL_FREE: "selling what is free; please free the rest at the venue yourself",
    FailingAction.SELL_FREE_BESIDE_ORDER: "selling what is free; cancel that order at the venue yourself",
    FailingAction.SELL_REST: "selling what the balance still shows",
    FailingAction.CANCEL_OPPOSITE: "cancelling the opposite orders again with the next try",
    FailingAction.CANCEL_QUEUED: _CANCELLING,
    FailingAction.CANCEL_PART: "cancelling the order of that part; then all that is guarded is sold",
    FailingAction.SELL_ALL: "selling all that is guarded, and not only the part",
    FailingAction.FOLLOW: (
        "querying it until it is over; nothing is sent twice. If you want to sell otherwise, cancel it at {venue} first"
    ),
    FailingAction.QUERY: "querying the order until it is known; nothing is sent twice",
    FailingAction.CONFIRM_END: "asking again until that is certain; nothing is sent before",
    FailingAction.FIND_OUT_SAME_ID: f"{_FIND_OUT} {_SAME_ID}",
    FailingAction.FIND_OUT_ABSENT: f"{_FIND_OUT} {_ABSENT}",
    FailingAction.LOOK_UNTIL_CERTAIN: "looking for it; nothing is sent before that is certain",
    FailingAction.LOOK_UNTIL_UNLISTED: (
        f"looking for it; it is sold again if no list shows an order within {UNEXPLAINED_FOR.seconds // 60} minutes"
    ),
    FailingAction.LOOK_UNTIL_UNPAID: (
        "looking for it; it is sent again if the balance shows no money of a sale "
        f"for {UNPAID_AGREES_AFTER.seconds} seconds"
    ),
    FailingAction.LOOK_BEFORE_END: "it may still arrive; looking for it before this exit ends",
    FailingAction.LOOK_FOR_SOLD: "looking for it; nothing is sent meanwhile",
    FailingAction.BEGIN_AGAIN: "beginning again with every look; please look at the venue yourself",
}


def doing_text(doing: Doing | str, venue_label: str) -> str:
    """Say what is done about an exit that does not get through; a text stays as it is."""
    match doing:
        case CancelAgain():
            return f"{_CANCELLING}; that failed, because {doing.error}; trying again"
        case LookYourself():
            resend, mend = (
                _SAME_ID if doing.is_same_id else _ABSENT,
                "give the key what it lacks, or " if doing.is_key_rejected else "",
            )
            return (
                f"asking again; it is sent again {resend}. Please {mend}look for this bot's own sell "
                f"order {doing.order_id} at {venue_label}, and sell it there yourself if there is none"
            )
        case _:
            return SENTENCES[doing].format(venue=venue_label) if doing in SENTENCES else doing
