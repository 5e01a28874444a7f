"""Accounts as the bot keeps them: whose, where, and where their key comes from."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from engine.model.venues import Account, Venue


class KeyOrigin(StrEnum):
    """Environment keys are never stored; sealed ones were added in chat or by the command line; on paper there is none."""

    ENVIRONMENT = "env"
    SEALED = "sealed"
    PAPER = "paper"


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredAccount:
    """An account with what its users and support distinguish it by."""

    account_id: str
    user_id: int
    venue: Venue
    label: str
    origin: KeyOrigin
    #: A short hash of the API key, safe to show.
    key_fingerprint: str
    created_at: datetime
    retired_at: datetime | None = None

    @property
    def account(self) -> Account:
        """Return the part that brokers and reports use."""
        return Account(account_id=self.account_id, user_id=self.user_id, venue=self.venue)


def environment_account_id(venue: Venue) -> str:
    """Return the fixed id of the account whose key comes from the environment."""
    return f"env-{venue.value}"


def paper_account_id(venue: Venue) -> str:
    """Return the fixed id of the account on paper at a venue."""
    return f"paper-{venue.value}"
