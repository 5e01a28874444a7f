"""Why a guard waits to be compared with its venue before it watches again, as it is stored and shown."""

from enum import StrEnum


class WaitReason(StrEnum):
    """What happened to the database or the key that it was set with; guards are stored with these very words."""

    RESTORED = "restored from a backup; being compared with the venue"
    #: Its sale was running: its owner is always asked.
    RESTORED_IN_SALE = "restored from a backup made in the middle of its sale"
    #: Its owner has been asked what is guarded now.
    CHANGED_SINCE_BACKUP = "changed since the backup"
    #: The database is in another file than the one it was written into; nothing happens before its owner says go.
    COPIED = "the database was copied or moved; waiting for your answer"
    #: It was being sold or was traded meanwhile: its owner is asked about it afterwards.
    COPIED_AND_CHANGED = (
        "the database was copied or moved and something happened to it since; waiting for your answer"
    )
    #: Its owner is asked once the other account is read.
    SWAPPED = "the key now opens another account; being read"
    SWAPPED_IN_SALE = "the key now opens another account in the middle of its sale; being read"
