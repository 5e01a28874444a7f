"""What a person may do with the bot."""

from enum import StrEnum


class Role(StrEnum):
    """Owners decide everything, traders act on their own accounts, viewers look."""

    OWNER = "owner"
    TRADER = "trader"
    VIEWER = "viewer"
