"""The text of every alert."""

from collections.abc import Iterator
from typing import assert_never

from engine.alerts.batches import Batch
from engine.alerts.messages import (
    AccountsMoved,
    AlertUnreadable,
    BrokerTrouble,
    ClosedElsewhere,
    CoinRenamed,
    DatabaseCopied,
    EntriesChanged,
    EntryFilled,
    EntryGivenUp,
    EntryPending,
    ExistingGuarded,
    ExitFailing,
    ExitFilled,
    ExitParked,
    ExitStoodDown,
    FirstContact,
    GuardPaused,
    GuardReduced,
    GuardResumed,
    Message,
    NewcomerWaiting,
    NotWatching,
    PanicInterrupted,
    PriceTrouble,
    RecordUnreadable,
    TargetReached,
    TradeUnattributed,
    Welcomed,
)
from handlers.render.bought import render_entry
from handlers.render.copied import render_copied
from handlers.render.digest import render_digest
from handlers.render.exits import render_exit
from handlers.render.guard_alerts import (
    closed_elsewhere_lines,
    guard_lines,
    not_watching_lines,
    render_coin_renamed,
    render_guard_paused,
)
from handlers.render.guard_outcomes import render_existing
from handlers.render.guards import render_offer
from handlers.render.halt import ONLY_BUYS
from handlers.render.html import bold, escape
from handlers.render.invites import render_newcomer, render_welcome
from handlers.render.panic import panic_interrupted_lines
from handlers.render.screen import Screen
from handlers.render.times import Reader
from handlers.render.unreadable import render_unreadable
from handlers.render.venue_alerts import venue_trouble_lines

MAY_BE_REPEATED = "<i>You may have had this message before: only the message is sent again, nothing else.</i>"


def render_batch(batch: Batch, reader: Reader) -> Screen:
    """Render one alert, or what an outage held up, for whoever reads it now."""
    if len(batch.alerts) > 1:
        screen = render_digest(batch.alerts, reader)
    else:
        screen = render_alert(batch.first.message, reader)
    notes = list[str]()
    if len(batch.alerts) == 1 and batch.first.is_late(reader.now):
        notes.append(f"<i>Written {reader.clock(batch.first.created_at)}; it could not be sent before.</i>")
    if batch.may_be_repetition:
        notes.append(MAY_BE_REPEATED)
    return Screen(text="\n".join((screen.text, *notes)), keyboard=screen.keyboard)


def render_alert(message: Message, reader: Reader) -> Screen:
    """Render an alert for whoever reads it now."""
    match message:
        case ExitFilled() | ExitFailing() | ExitParked() | ExitStoodDown():
            return render_exit(message, reader)
        case EntryFilled() | EntryGivenUp() | EntryPending():
            return render_entry(message, reader)
        case ExistingGuarded():
            return render_existing(message, reader)
        case FirstContact():
            return render_offer(message.offer, reader)
        case GuardPaused() | CoinRenamed() | DatabaseCopied() | NewcomerWaiting() | Welcomed():
            return _of_its_own(message, reader)
        case _:
            return Screen(text="\n".join(_plain(message, reader)))


def _of_its_own(
    message: GuardPaused | CoinRenamed | DatabaseCopied | NewcomerWaiting | Welcomed, reader: Reader
) -> Screen:
    match message:
        case GuardPaused():
            return render_guard_paused(message, reader)
        case CoinRenamed():
            return render_coin_renamed(message, reader)
        case DatabaseCopied():
            return render_copied(message, reader)
        case NewcomerWaiting():
            return render_newcomer(message, reader)
        case Welcomed():
            return render_welcome(message)


def _plain(
    message: (
        GuardReduced
        | GuardResumed
        | TargetReached
        | ClosedElsewhere
        | NotWatching
        | PriceTrouble
        | BrokerTrouble
        | TradeUnattributed
        | EntriesChanged
        | AlertUnreadable
        | RecordUnreadable
        | AccountsMoved
        | PanicInterrupted
    ),
    reader: Reader,
) -> Iterator[str]:
    match message:
        case GuardReduced() | GuardResumed() | TargetReached():
            yield from guard_lines(message)
        case ClosedElsewhere():
            yield from closed_elsewhere_lines(message, reader)
        case NotWatching():
            yield from not_watching_lines(message, reader)
        case PriceTrouble() | BrokerTrouble() | TradeUnattributed():
            yield from venue_trouble_lines(message, reader)
        case EntriesChanged():
            yield from _entries_changed(message, reader)
        case AlertUnreadable() | RecordUnreadable():
            yield from render_unreadable(message, reader)
        case AccountsMoved():
            yield from _accounts_moved(message)
        case PanicInterrupted():
            yield from panic_interrupted_lines(message, reader)
        case _:
            assert_never(message)


def _entries_changed(message: EntriesChanged, reader: Reader) -> Iterator[str]:
    if message.halted:
        yield bold("Buys are stopped")
        yield f"nija halt on the server stopped them at {reader.clock(message.at)}."
        yield ONLY_BUYS
    else:
        yield bold("Buys are allowed")
        yield f"nija resume on the server allowed them at {reader.clock(message.at)}; /halt stops them."


def _accounts_moved(message: AccountsMoved) -> Iterator[str]:
    where = " and ".join(venue.label for venue in message.venues)
    yield bold("These accounts are yours now")
    yield f"NIJA_OWNER_IDS names you first: what NIJA keeps of {where} was another owner's before."
    if message.guarded:
        yield f"Guarded there: {escape(', '.join(message.guarded))}. Alerts about it come to you from now on."
    else:
        yield "Nothing is guarded there; /guard changes that."
    yield "If you did not want this, put the former id first again and restart NIJA."
