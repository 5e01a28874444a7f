"""The text of alerts about guards that changed without the owner's doing, or were not watched."""

from collections.abc import Iterator

from engine import wall_time
from engine.alerts.messages import (
    ClosedElsewhere,
    CoinRenamed,
    GuardPaused,
    GuardReduced,
    GuardResumed,
    Moved,
    NotWatching,
    TargetReached,
)
from engine.alerts.questions import OfferLine, Standing
from engine.market.mark import Mark
from engine.model.guard_reasons import GuardReason
from engine.model.instruments import quote_of
from handlers.render.alert_subject import subject_of
from handlers.render.choice_buttons import choice_keyboard
from handlers.render.guard_reasons import guard_reason_text
from handlers.render.html import bold, escape, foreign
from handlers.render.no_price import still_unwatched_text, unpriced_text
from handlers.render.numbers import cost_percent, full_quantity, percent, price, threshold_percent
from handlers.render.position_results import result_text
from handlers.render.screen import Screen
from handlers.render.times import Reader, exact_duration

_PERHAPS_OUR_ORDER = (
    ", perhaps by this bot's own sell order, whose answer was lost and which the venue lists nowhere; "
    "please look at the venue's order history"
)


def render_guard_paused(message: GuardPaused, reader: Reader) -> Screen:
    """Render that a guard waits for its owner, with the buttons that end that."""
    lines = (
        bold("Guard paused"),
        f"{subject_of(message)} is not watched now: {foreign(_why_paused(message))}",
        f"Guarded {full_quantity(message.guarded)}, seen {full_quantity(message.seen)}.",
        *(_now(line) for line in (message.offer.lines if message.offer else ())),
        _how_it_goes_on(message),
        reader.as_of(message.offer.as_of if message.offer else reader.now),
    )
    keyboard = choice_keyboard(message.offer.choices) if message.offer else ()
    return Screen(text="\n".join(lines), keyboard=keyboard)


def _why_paused(message: GuardPaused) -> str:
    if message.why == GuardReason.CHANGED_SINCE_BACKUP:
        return "something happened to it after the backup was made"
    return guard_reason_text(message.why)


def _how_it_goes_on(message: GuardPaused) -> str:
    symbol = escape(message.symbol)
    if message.may_return:
        return (
            "Nothing is sold. If it comes back as it was, it is guarded again at once; if another quantity "
            f"comes, you are asked. If you moved it out, /unguard {symbol} ends this."
        )
    return "Nothing is sold until you answer." if message.offer else f"/guard {symbol} guards it again."


def render_coin_renamed(message: CoinRenamed, reader: Reader) -> Screen:
    """Render that a guarded coin seems to have another name now, with the question about it."""
    became, offer = escape(message.became), message.offer
    came = f"{full_quantity(message.arrived)} {became}" if message.arrived else became
    went = f"{full_quantity(message.quantity)} went without a sale and {came} came without a purchase"
    lines = (
        bold("Coin renamed"),
        f"{subject_of(message)}: {went}, so the venue seems to have renamed it. The guard ended.",
        *(_standing_of_new(line) for line in (offer.lines if offer else ())),
        "“From cost” means what it cost under its old name. Nothing is guarded or sold until you answer."
        if offer
        else f"{became} is not guarded; /guard {became} asks about it.",
        reader.as_of(offer.as_of if offer else reader.now),
    )
    return Screen(text="\n".join(lines), keyboard=choice_keyboard(offer.choices) if offer else ())


def _standing_of_new(line: OfferLine) -> str:
    result = escape(result_text(line.pnl_ratio, line.pnl, line.position.currency))
    sold = ": guarded from cost it would be sold now" if line.standing is Standing.WOULD_BE_SOLD_NOW else ""
    return f"Result against the old cost {result}{sold}."


def _now(line: OfferLine) -> str:
    position = line.position
    if not isinstance(position.mark, Mark):
        return f"Now: {escape(unpriced_text(position.mark, position.account.venue))}."
    result = escape(result_text(line.pnl_ratio, line.pnl, position.currency))
    return f"Now {escape(price(position.mark.price, position.currency))}; the guard as it was: {result}."


def closed_elsewhere_lines(message: ClosedElsewhere, reader: Reader) -> Iterator[str]:
    """Say that a guarded position was closed at the venue, with the fills found there."""
    yield bold("Closed at the venue")
    yield f"{subject_of(message)}: {full_quantity(message.quantity)} was closed there, not by NIJA. The guard ended."
    currency = quote_of(message.symbol) or "USD"
    for fill in message.fills:
        amount = full_quantity(fill.quantity)
        yield f"{fill.side} {amount} at {escape(price(fill.price, currency))}, {reader.clock(fill.at)}"
    if not message.fills:
        yield "The venue shows no fills for it."


def not_watching_lines(message: NotWatching, reader: Reader) -> Iterator[str]:
    """Say for how long nothing was watched, and what moved meanwhile."""
    yield bold(f"NIJA was away for {exact_duration(wall_time.between(message.since, message.until))}")
    moved = "these positions moved:" if message.moved else "no guarded position moved."
    yield f"It was not watching {reader.span(message.since, message.until)}; {moved}"
    yield from (_moved(moved) for moved in message.moved)
    unwatched = [moved for moved in message.moved if moved.why_unwatched]
    if not unwatched:
        yield "Guards could not act meanwhile; they are watched again."
    elif len(unwatched) == len(message.moved):
        yield "Guards could not act meanwhile and cannot yet; /status says why."
    else:
        yield "Guards could not act meanwhile. Those named as not watched cannot yet; the others are watched again."


def _moved(moved: Moved) -> str:
    before = "" if moved.before is None else f", last seen at {percent(moved.before)}"
    if moved.why_unwatched:
        return f"{subject_of(moved)}: still not watched ({foreign(still_unwatched_text(moved))}){before}"
    if moved.is_over:
        return f"{subject_of(moved)}: its guard is over, /history shows what was sold{before}"
    after = "price unknown" if moved.after is None else percent(moved.after)
    if moved.before is None:
        return f"{subject_of(moved)}: before: not recorded, now {after}"
    return f"{subject_of(moved)}: {percent(moved.before)} → {after}"


def guard_lines(message: GuardReduced | GuardResumed | TargetReached) -> Iterator[str]:
    """Say what has become of a guard without a question to its owner."""
    match message:
        case GuardReduced():
            return _reduced(message)
        case GuardResumed():
            return _resumed(message)
        case TargetReached():
            return _target_reached(message)


def _reduced(message: GuardReduced) -> Iterator[str]:
    yield bold("Guard reduced")
    yield f"{subject_of(message)}: {foreign(_why_reduced(message))}"
    yield f"Guarded before {full_quantity(message.was)}, now {full_quantity(message.now)}."


def _why_reduced(message: GuardReduced) -> str:
    it = "it " if message.why == GuardReason.SOLD_OR_MOVED else ""
    return f"{it}{guard_reason_text(message.why)}{_PERHAPS_OUR_ORDER if message.may_be_ours else ''}"


def _target_reached(message: TargetReached) -> Iterator[str]:
    yield bold("Target reached, nothing sold")
    at = escape(price(message.price, message.currency))
    yield f"{subject_of(message)} has gained {cost_percent(message.target)}: {full_quantity(message.quantity)} at {at}."
    stop = escape(price(message.stop, message.currency))
    yield f"Its stop is at {stop} now, what it cost with all fees; /target sets another target."


def _resumed(message: GuardResumed) -> Iterator[str]:
    yield bold("Guarded again")
    yield f"{subject_of(message)} is back as it was: {full_quantity(message.seen)} there."
    guarded = f"{full_quantity(message.guarded)} guarded at {threshold_percent(message.threshold)}"
    yield escape(f"{guarded}, from what it cost before.")
