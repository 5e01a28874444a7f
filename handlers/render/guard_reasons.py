"""The sentences for why a guard is paused, closing or closed."""

from collections.abc import Mapping

from engine.model.guard_reasons import GuardReason

_SENTENCES: Mapping[str, str] = {
    GuardReason.RESTORED: "restored from a backup; being compared with the venue",
    GuardReason.RESTORED_IN_SALE: "restored from a backup made in the middle of its sale",
    GuardReason.CHANGED_SINCE_BACKUP: "changed since the backup",
    GuardReason.COPIED: "the database was copied or moved; waiting for your answer",
    GuardReason.COPIED_AND_CHANGED: (
        "the database was copied or moved and something happened to it since; waiting for your answer"
    ),
    GuardReason.SWAPPED: "the key now opens another account; being read",
    GuardReason.SWAPPED_IN_SALE: "the key now opens another account in the middle of its sale; being read",
    GuardReason.OTHER_ACCOUNT: (
        "the key in the settings opens another account than the one it was guarded in"
    ),
    GuardReason.OTHER_ACCOUNT_IN_SALE: (
        "the key in the settings opens another account, and it was being sold in the former one: look there"
    ),
    GuardReason.EXTERNAL_SALE: "sold at the venue, not by NIJA",
    GuardReason.MOVED_OUT: "moved out without a sale",
    GuardReason.VANISHED: "nothing of it is there any more, and no sale explains that",
    GuardReason.RETURNED_OTHERWISE: "it was gone for a while, and another quantity of it came back",
    GuardReason.RETURNED_LATE: "it was gone for more than a day and is back",
    GuardReason.RENAMED: "the venue seems to have renamed it",
    GuardReason.QUANTITY_CHANGED: "the quantity changed without a fill",
    GuardReason.ENTRY_CHANGED: "the venue's entry price changed without a fill",
    GuardReason.SELLING: "being sold",
    GuardReason.SELLING_ON_REQUEST: "being sold as its owner asked",
    GuardReason.SOLD: "sold",
    GuardReason.SOLD_OR_MOVED: "was sold or moved at the venue just before",
    GuardReason.NOT_SOLD: "",
    GuardReason.TOO_LATE: (
        "the venue took no order within a minute of your asking, so nothing more is tried; /close asks again"
    ),
    GuardReason.PRICE_WORSE: (
        "the venue did not take it at once, and the price has moved against you by more than 1 % since you "
        "asked, so nothing more is tried; /close asks again"
    ),
    GuardReason.CUT_OFF: (
        "it was cut off in the middle; look at the venue whether it was sold, and /close asks again"
    ),
    GuardReason.TAKEN_OFF: "taken off by its owner",
    GuardReason.GUARDED_ANEW: "guarded anew by its owner",
    GuardReason.OTHER: "",
}


def guard_reason_text(reason: str | None, detail: str = "") -> str:
    """Return the sentence for a reason and what it leaves open; a code of a newer version, or its own text, as it is."""
    sentence = "" if reason is None else _SENTENCES.get(reason, reason)
    return "; ".join(filter(None, (sentence, detail)))
