"""An invite: a link that lets one newcomer ask for a role, once and for a day."""

import hashlib
import re
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from engine import wall_time
from engine.users.roles import Role

#: 128 bits: 22 characters that nobody guesses.
_CODE_BYTES = 16
_CODE = re.compile(r"[A-Za-z0-9_-]{22}")
INVITE_VALID = timedelta(days=1)
#: How long a newcomer waits for an owner's answer.
WAITING_VALID = timedelta(days=7)
#: Of one owner, not yet answered. Only who opens one of them can wait, so that is bounded too.
MOST_INVITES = 20
#: Of a name as its owner chose it.
_LONGEST_NAME = 64
#: What an invite may give; the settings alone make owners.
GIVEN = (Role.VIEWER, Role.TRADER)


@dataclass(frozen=True, slots=True, kw_only=True)
class Newcomer:
    """Whoever opened an invite; the name is what they call themselves."""

    user_id: int
    name: str


class InviteState(StrEnum):
    """How an invite stands for whoever opens it."""

    OPEN = "open"
    #: They opened it before, and no owner has answered yet.
    WAITING = "waiting"
    #: Somebody opened it, or an owner answered.
    USED = "used"
    EXPIRED = "expired"


@dataclass(frozen=True, slots=True, kw_only=True)
class Invite:
    """An invite as stored: its code is not, only what it is recognised by."""

    code_hash: str
    #: The owner who made it.
    user_id: int
    role: Role
    created_at: datetime
    expires_at: datetime
    newcomer: Newcomer | None = None
    opened_at: datetime | None = None
    #: When an owner let the newcomer in or refused.
    answered_at: datetime | None = None

    def is_waiting(self, now: datetime) -> bool:
        """Return whether a newcomer waits for an owner's answer."""
        if self.opened_at is None or self.answered_at is not None:
            return False
        return wall_time.is_open(self.opened_at, self.opened_at + WAITING_VALID, now)

    def state_for(self, user_id: int, now: datetime) -> InviteState:
        """Return how it stands for somebody who opens it."""
        if self.newcomer is not None:
            is_theirs = self.newcomer.user_id == user_id and self.is_waiting(now)
            return InviteState.WAITING if is_theirs else InviteState.USED
        is_open = wall_time.is_open(self.created_at, self.expires_at, now)
        return InviteState.OPEN if is_open else InviteState.EXPIRED


def new_code() -> str:
    """Return a code that stands in one link and nowhere else."""
    return secrets.token_urlsafe(_CODE_BYTES)


def is_code(text: str) -> bool:
    """Return whether a text could be a code at all."""
    return _CODE.fullmatch(text) is not None


def hash_of(code: str) -> str:
    """Return what a code is recognised by; who reads the database cannot open an invite with it."""
    return hashlib.sha256(code.encode()).hexdigest()


def short_name(name: str) -> str:
    """Return as much of a name as is kept, in one line."""
    return " ".join("".join(sign if sign.isprintable() else " " for sign in name).split())[:_LONGEST_NAME]
