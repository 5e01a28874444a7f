"""What a user may do with the bot."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum


class Role(StrEnum):
    """Owners decide everything, traders act on their own accounts, viewers look."""

    OWNER = "owner"
    TRADER = "trader"
    VIEWER = "viewer"


_RANK = {Role.VIEWER: 0, Role.TRADER: 1, Role.OWNER: 2}


def may(role: Role, needed: Role) -> bool:
    """Return whether a role includes what another may do."""
    return _RANK[role] >= _RANK[needed]


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredUser:
    """A user as stored."""

    user_id: int
    role: Role
    time_zone: str = "UTC"
    language: str = "en"
    #: The part of total equity that a buy without a size spends; None is the usual one.
    trade_share: Decimal | None = None
    #: What may be lost in a day before buys are kept back; None keeps none back.
    daily_loss_usd: Decimal | None = None
    #: What they called themselves when they were let in; None for owners of the settings.
    name: str | None = None
    #: Set while they are answered no more; what is known of them stays for its history.
    removed_at: datetime | None = None
    created_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class User:
    """A user the bot answers."""

    user_id: int
    role: Role
    time_zone: str
