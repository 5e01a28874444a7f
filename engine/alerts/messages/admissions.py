"""Alerts about who may use the bot."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from engine.users.roles import Role


@dataclass(frozen=True, slots=True, kw_only=True)
class NewcomerWaiting:
    """Somebody opened an invite and waits for its owner's answer."""

    kind: Literal["newcomer_waiting"] = "newcomer_waiting"
    newcomer_id: int
    #: What they call themselves; anybody may take any name.
    name: str
    role: Role
    #: The stored buttons that let them in and refuse.
    approve_id: str
    refuse_id: str
    at: datetime
    #: Until when the buttons count.
    expires_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Welcomed:
    """An owner let the reader in, or gave them another role."""

    kind: Literal["welcomed"] = "welcomed"
    role: Role
    at: datetime
