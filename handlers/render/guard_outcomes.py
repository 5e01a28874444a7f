"""The text of what came of an answer about guards, or of the settings."""

from collections.abc import Iterator

from engine.alerts.messages import ExistingGuarded
from engine.alerts.questions import Armed, Offer, OfferLine, PartLeftOut, Standing
from engine.guards.guard import Guard
from engine.offers.outcomes import ComparedFirst, LeftAlone, Nothing, Outcome, StaysPaused, Unguarded
from engine.status import Hindrances
from handlers.render.guard_standing import is_guarded, standing_of
from handlers.render.guards import render_offer
from handlers.render.html import bold, escape, foreign
from handlers.render.nothing import nothing_text
from handlers.render.numbers import price, quantity, threshold_percent
from handlers.render.position_results import guard_trigger
from handlers.render.screen import Screen
from handlers.render.standing import NO_HINDRANCES, position_name
from handlers.render.times import Reader
from handlers.render.why_not import part_text, why_not_text

LATER_BUYS = "What you buy elsewhere later is not guarded until you send /guard SYMBOL."
_LEFT_ALONE = (
    "Nothing was changed: what was guarded still is, and what was not is not. "
    "/guard ALL asks about every position again."
)


def render_outcome(
    outcome: Outcome, reader: Reader, hindrances: Hindrances = NO_HINDRANCES
) -> tuple[Screen, ...]:
    """Return what came of an answer: first what takes the question's place, then any further question."""
    match outcome:
        case Offer():
            return (render_offer(outcome, reader, hindrances),)
        case Armed():
            later = (LATER_BUYS,) if outcome.guards else ()
            done = Screen(
                text="\n\n".join((*_armed(outcome, reader, hindrances), *later, reader.as_of(reader.now)))
            )
            further = outcome.follow_up
            return (done, render_offer(further, reader, hindrances)) if further else (done,)
        case Unguarded():
            return (Screen(text="\n\n".join((*_unguarded(outcome), reader.as_of(reader.now)))),)
        case ComparedFirst():
            return (Screen(text="\n\n".join((*_compared_first(outcome), reader.as_of(reader.now)))),)
        case LeftAlone():
            return (Screen(text=f"{_LEFT_ALONE}\n{reader.as_of(reader.now)}"),)
        case Nothing() | StaysPaused():
            return (render_nothing(outcome),)


def answered_note(outcome: Outcome) -> str:
    """Return what a question that stays for other positions says of the one that was answered; empty for nothing."""
    guards = outcome.guards if isinstance(outcome, Armed) else ()
    names = ", ".join(f"{bold(guard.symbol)} on {guard.venue.label}" for guard in guards)
    return f"Guarded since: {names}" if names else ""


def render_existing(message: ExistingGuarded, reader: Reader) -> Screen:
    """Return what NIJA_GUARD_EXISTING=all guarded at an account's first reading, and what it did not."""
    title = bold(f"First look at {message.venue.label}")
    does = "NIJA_GUARD_EXISTING is all: what has a known cost is guarded from it, and nothing was sold."
    end = f"{LATER_BUYS}\n/guard SYMBOL guards what is left out, where it can be; /unguard SYMBOL stops it.\n{reader.as_of(reader.now)}"
    return Screen(text="\n\n".join((f"{title}\n{does}", *_armed(message.armed, reader, NO_HINDRANCES), end)))


def render_nothing(nothing: Nothing | StaysPaused) -> Screen:
    """Return why nothing was changed."""
    return Screen(text=foreign(nothing_text(nothing)))


def _armed(armed: Armed, reader: Reader, hindrances: Hindrances) -> Iterator[str]:
    if armed.guards:
        yield "\n".join((bold("Guarded"), *(_armed_line(guard, armed) for guard in armed.guards)))
    else:
        yield bold("No guard was set")
    if armed.not_sold:
        why = "the price is above the threshold again. It is sold when it gets there."
        yield "\n".join(f"Not sold: {_guard_name(guard)}, {why}" for guard in armed.not_sold)
    if armed.follow_up:
        questions = (
            f"{position_name(line.position)}: {standing_of(line, reader)}" for line in armed.follow_up.lines
        )
        yield "\n".join((bold("Asked about below, not guarded until you answer"), *questions))
    before = [line for line in armed.left_out if is_guarded(line)]
    if before:
        yield "\n".join(
            (bold("Guarded before"), *(_left_out_line(line, reader, hindrances) for line in before))
        )
    not_guarded = [
        *map(_part_line, armed.parts_left_out),
        *(_left_out_line(line, reader, hindrances) for line in armed.left_out if not is_guarded(line)),
    ]
    if not_guarded:
        yield "\n".join((bold("Not guarded"), *not_guarded))


def _left_out_line(line: OfferLine, reader: Reader, hindrances: Hindrances) -> str:
    why = why_not_text(line)
    if line.standing is Standing.ENTRY_UNKNOWN and not why:
        position = line.position
        way_out = (
            f"/guard {escape(position.asset)} {position.account.venue.value} guards it from today's price"
        )
        return f"{position_name(position)}: entry unknown; {way_out}"
    reason = f" ({foreign(why)})" if line.standing is Standing.ENTRY_UNKNOWN else ""
    return f"{position_name(line.position)}: {standing_of(line, reader, hindrances)}{reason}"


def _part_line(part: PartLeftOut) -> str:
    return f"{position_name(part.position)}: {quantity(part.quantity)} of it, {part_text(part.why)}"


def _armed_line(guard: Guard, armed: Armed) -> str:
    at = threshold_percent(guard.threshold)
    if guard in armed.sold_now:
        return f"{_guard_name(guard)}: past its threshold of {at}. Being sold now."
    if not guard.entry:
        return f"{_guard_name(guard)}: guarded at {at}"
    entry, limit = price(guard.entry, guard.currency), guard_trigger(guard)
    return f"{_guard_name(guard)} from {escape(entry)}: guarded at {at}, sells at {escape(limit)}"


def _unguarded(unguarded: Unguarded) -> Iterator[str]:
    yield "\n".join((bold("Not guarded any more"), *(_guard_name(guard) for guard in unguarded.guards)))
    yield "NIJA will not sell what is no longer guarded. /guard SYMBOL guards it again."


def _compared_first(compared: ComparedFirst) -> Iterator[str]:
    yield "\n".join(
        (bold("Compared with the venue first"), *(_guard_name(guard) for guard in compared.guards))
    )
    yield (
        "What is there as before watches again, a minute after the start at the earliest and not while another NIJA "
        "answers with this bot's token. What was traded or moved is asked about. /status shows where it stands."
    )


def _guard_name(guard: Guard) -> str:
    return f"{bold(guard.symbol)} · {guard.venue.label} · {quantity(guard.quantity)}"
