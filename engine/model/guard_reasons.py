"""Why a guard is paused, closing or closed, as codes: what is stored and decided by; the chat has its own sentences."""

from enum import StrEnum


class GuardReason(StrEnum):
    """What happened to a guarded quantity, to its guard, or to the database or key that it was set with."""

    RESTORED = "restored"
    #: Its sale was running: its owner is always asked.
    RESTORED_IN_SALE = "restored_in_sale"
    #: Its owner has been asked what is guarded now.
    CHANGED_SINCE_BACKUP = "changed_since_backup"
    #: The database is in another file than the one it was written into; nothing happens before its owner says go.
    COPIED = "copied"
    #: It was being sold or was traded meanwhile: its owner is asked about it afterwards.
    COPIED_AND_CHANGED = "copied_and_changed"
    #: Its owner is asked once the other account is read.
    SWAPPED = "swapped"
    SWAPPED_IN_SALE = "swapped_in_sale"
    OTHER_ACCOUNT = "other_account"
    OTHER_ACCOUNT_IN_SALE = "other_account_in_sale"

    EXTERNAL_SALE = "external_sale"
    MOVED_OUT = "moved_out"
    VANISHED = "vanished"
    RETURNED_OTHERWISE = "returned_otherwise"
    RETURNED_LATE = "returned_late"
    RENAMED = "renamed"
    QUANTITY_CHANGED = "quantity_changed"
    ENTRY_CHANGED = "entry_changed"

    SELLING = "selling"
    SELLING_ON_REQUEST = "selling_on_request"
    #: The detail is why a rest was not.
    SOLD = "sold"
    SOLD_OR_MOVED = "sold_or_moved"
    #: The detail is why not.
    NOT_SOLD = "not_sold"
    TOO_LATE = "too_late"
    PRICE_WORSE = "price_worse"
    CUT_OFF = "cut_off"

    TAKEN_OFF = "taken_off"
    GUARDED_ANEW = "guarded_anew"
    #: What an earlier version wrote in its own words, which are the detail.
    OTHER = "other"


#: They wait until it is known whether this database and account are the ones they were set in.
TO_BE_COMPARED = frozenset(
    {
        GuardReason.RESTORED,
        GuardReason.RESTORED_IN_SALE,
        GuardReason.COPIED,
        GuardReason.COPIED_AND_CHANGED,
        GuardReason.SWAPPED,
        GuardReason.SWAPPED_IN_SALE,
    }
)
