"""The content of alerts: one frozen value a kind, stored as JSON and rendered when delivered."""

from typing import Annotated

from pydantic import Field, TypeAdapter

from engine.alerts.messages.admissions import NewcomerWaiting, Welcomed
from engine.alerts.messages.at_stake import AtStake
from engine.alerts.messages.entries import EntryEnd, EntryFilled, EntryGivenUp, EntryPending
from engine.alerts.messages.exits import (
    AgainstGuard,
    ExitFailing,
    ExitFilled,
    ExitParked,
    ExitStoodDown,
    PanicInterrupted,
)
from engine.alerts.messages.guards import (
    ClosedElsewhere,
    CoinRenamed,
    ExistingGuarded,
    FillSeen,
    FirstContact,
    GuardPaused,
    GuardReduced,
    GuardResumed,
    TargetReached,
)
from engine.alerts.messages.records import (
    AlertUnreadable,
    RecordKind,
    RecordUnreadable,
)
from engine.alerts.messages.server_changes import (
    AccountsMoved,
    DatabaseCopied,
    EntriesChanged,
)
from engine.alerts.messages.watching import (
    BrokerTrouble,
    Moved,
    NotWatching,
    PriceTrouble,
    StillUnwatched,
    TradeUnattributed,
)

__all__ = [
    "AccountsMoved",
    "AgainstGuard",
    "AlertUnreadable",
    "AtStake",
    "BrokerTrouble",
    "ClosedElsewhere",
    "CoinRenamed",
    "DatabaseCopied",
    "EntriesChanged",
    "EntryEnd",
    "EntryFilled",
    "EntryGivenUp",
    "EntryPending",
    "ExistingGuarded",
    "ExitFailing",
    "ExitFilled",
    "ExitParked",
    "ExitStoodDown",
    "FillSeen",
    "FirstContact",
    "GuardPaused",
    "GuardReduced",
    "GuardResumed",
    "Message",
    "Moved",
    "NewcomerWaiting",
    "NotWatching",
    "PanicInterrupted",
    "PriceTrouble",
    "RecordKind",
    "RecordUnreadable",
    "StillUnwatched",
    "TargetReached",
    "TradeUnattributed",
    "Welcomed",
    "dump_message",
    "load_message",
]

Message = Annotated[
    ExitFilled
    | ExitFailing
    | ExitParked
    | ExitStoodDown
    | PanicInterrupted
    | ExistingGuarded
    | FirstContact
    | GuardReduced
    | GuardPaused
    | GuardResumed
    | TargetReached
    | CoinRenamed
    | ClosedElsewhere
    | NotWatching
    | PriceTrouble
    | BrokerTrouble
    | TradeUnattributed
    | EntryFilled
    | EntryGivenUp
    | EntryPending
    | EntriesChanged
    | AlertUnreadable
    | RecordUnreadable
    | AccountsMoved
    | DatabaseCopied
    | NewcomerWaiting
    | Welcomed,
    Field(discriminator="kind"),
]

_codec: TypeAdapter[Message] = TypeAdapter(Message)


def dump_message(message: Message) -> str:
    """Write a message as JSON with exact decimals."""
    return _codec.dump_json(message, by_alias=True).decode()


def load_message(text: str) -> Message:
    """Read a stored message back."""
    return _codec.validate_json(text)
