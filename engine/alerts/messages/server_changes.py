"""Alerts about changes that were made on the server."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from engine.alerts.questions import Choice
from engine.model.venues import Venue


@dataclass(frozen=True, slots=True, kw_only=True)
class EntriesChanged:
    """Entries were stopped or allowed by a command on the server."""

    kind: Literal["entries_changed"] = "entries_changed"
    halted: bool
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountsMoved:
    """The settings name another first owner: the accounts, and what is guarded there, are theirs now."""

    kind: Literal["accounts_moved"] = "accounts_moved"
    venues: tuple[Venue, ...]
    #: The symbols that have a guard.
    guarded: tuple[str, ...]
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class DatabaseCopied:
    """The database is a copy, was moved or is an older one: its guards wait until their owner confirms."""

    kind: Literal["database_copied"] = "database_copied"
    #: The symbols that have a guard, each with its venue.
    guarded: tuple[str, ...]
    choice: Choice
    at: datetime
