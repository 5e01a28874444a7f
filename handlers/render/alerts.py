"""The text of every alert."""

from collections.abc import Iterator
from typing import assert_never

from engine import wall_time
from engine.alerts.batches import Batch
from engine.alerts.messages import (
    AccountsMoved,
    AlertUnreadable,
    BrokerTrouble,
    ClosedElsewhere,
    CoinRenamed,
    DatabaseCopied,
    EntriesChanged,
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
    Moved,
    NotWatching,
    OrderUntold,
    PriceTrouble,
    RecordUnreadable,
)
from engine.market.mark import Mark
from engine.model.venues import Venue
from engine.offers.offers import OfferLine, Standing
from handlers.render.copied import render_copied
from handlers.render.digest import render_digest
from handlers.render.exits import render_exit
from handlers.render.guard_outcomes import render_existing
from handlers.render.guards import choice_keyboard, render_offer
from handlers.render.halt import ONLY_BUYS
from handlers.render.html import bold, escape, foreign
from handlers.render.numbers import full_quantity, percent, price, threshold_percent
from handlers.render.positions import result_text
from handlers.render.screen import Screen
from handlers.render.times import Reader, exact_duration
from handlers.render.unreadable import render_unreadable

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
        case ExistingGuarded():
            return render_existing(message, reader)
        case FirstContact():
            return render_offer(message.offer, reader)
        case GuardPaused() | CoinRenamed() | DatabaseCopied():
            return _question(message, reader)
        case _:
            return Screen(text="\n".join(_plain(message, reader)))


def _question(message: GuardPaused | CoinRenamed | DatabaseCopied, reader: Reader) -> Screen:
    match message:
        case GuardPaused():
            return _guard_paused(message, reader)
        case CoinRenamed():
            return _coin_renamed(message, reader)
        case DatabaseCopied():
            return render_copied(message, reader)


def _guard_paused(message: GuardPaused, reader: Reader) -> Screen:
    lines = (
        bold("Guard paused"),
        f"{_name(message)} is not watched now: {foreign(message.why)}",
        f"Guarded {full_quantity(message.guarded)}, seen {full_quantity(message.seen)}.",
        *(_now(line) for line in (message.offer.lines if message.offer else ())),
        _how_it_goes_on(message),
        reader.as_of(message.offer.as_of if message.offer else reader.now),
    )
    keyboard = choice_keyboard(message.offer.choices) if message.offer else ()
    return Screen(text="\n".join(lines), keyboard=keyboard)


def _how_it_goes_on(message: GuardPaused) -> str:
    symbol = escape(message.symbol)
    if message.may_return:
        return (
            "Nothing is sold. If it comes back as it was, it is guarded again at once; if another quantity "
            f"comes, you are asked. If you moved it out, /unguard {symbol} ends this."
        )
    return "Nothing is sold until you answer." if message.offer else f"/guard {symbol} guards it again."


def _coin_renamed(message: CoinRenamed, reader: Reader) -> Screen:
    became, offer = escape(message.became), message.offer
    came = f"{full_quantity(message.arrived)} {became}" if message.arrived else became
    went = f"{full_quantity(message.quantity)} went without a sale and {came} came without a purchase"
    lines = (
        bold("Coin renamed"),
        f"{_name(message)}: {went}, so the venue seems to have renamed it. The guard ended.",
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
        return f"Now: {escape(position.mark.why)}."
    result = escape(result_text(line.pnl_ratio, line.pnl, position.currency))
    return f"Now {escape(price(position.mark.price, position.currency))}; the guard as it was: {result}."


def _plain(
    message: (
        GuardReduced
        | GuardResumed
        | ClosedElsewhere
        | NotWatching
        | PriceTrouble
        | BrokerTrouble
        | OrderUntold
        | EntriesChanged
        | AlertUnreadable
        | RecordUnreadable
        | AccountsMoved
    ),
    reader: Reader,
) -> Iterator[str]:
    match message:
        case GuardReduced():
            yield bold("Guard reduced")
            yield f"{_name(message)}: {foreign(message.why)}"
            yield f"Guarded before {full_quantity(message.was)}, now {full_quantity(message.now)}."
        case GuardResumed():
            yield from _guard_resumed(message)
        case ClosedElsewhere():
            yield from _closed_elsewhere(message, reader)
        case NotWatching():
            yield from _not_watching(message, reader)
        case PriceTrouble() | BrokerTrouble() | OrderUntold():
            yield from _venue_trouble(message, reader)
        case EntriesChanged():
            yield from _entries_changed(message, reader)
        case AlertUnreadable() | RecordUnreadable():
            yield from render_unreadable(message, reader)
        case AccountsMoved():
            yield from _accounts_moved(message)
        case _:
            assert_never(message)


def _closed_elsewhere(message: ClosedElsewhere, reader: Reader) -> Iterator[str]:
    yield bold("Closed at the venue")
    yield f"{_name(message)}: {full_quantity(message.quantity)} was closed there, not by NIJA. The guard ended."
    currency = message.symbol.partition("/")[2] or "USD"
    for fill in message.fills:
        amount = full_quantity(fill.quantity)
        yield f"{fill.side} {amount} at {escape(price(fill.price, currency))}, {reader.clock(fill.at)}"
    if not message.fills:
        yield "The venue shows no fills for it."


def _not_watching(message: NotWatching, reader: Reader) -> Iterator[str]:
    yield bold(f"NIJA was away for {exact_duration(wall_time.between(message.since, message.until))}")
    moved = "these positions moved:" if message.moved else "no guarded position moved."
    yield f"It was not watching {reader.span(message.since, message.until)}; {moved}"
    yield from (_moved(moved) for moved in message.moved)
    yield "Guards could not act meanwhile; they are watched again."


def _moved(moved: Moved) -> str:
    after = "price unknown" if moved.after is None else percent(moved.after)
    if moved.before is None:
        return f"{_name(moved)}: before: not recorded, now {after}"
    return f"{_name(moved)}: {percent(moved.before)} → {after}"


def _venue_trouble(message: PriceTrouble | BrokerTrouble | OrderUntold, reader: Reader) -> Iterator[str]:
    match message:
        case PriceTrouble():
            yield from _price_trouble(message, reader)
        case BrokerTrouble():
            yield from _broker_trouble(message, reader)
        case OrderUntold():
            yield from _order_untold(message, reader)


def _price_trouble(message: PriceTrouble, reader: Reader) -> Iterator[str]:
    match message.what:
        case "unknown":
            yield bold("Price still unknown" if message.again else "Price unknown")
            yield f"{_name(message)} has no price to trust: {foreign(message.why)}"
            if message.others:
                yield f"Nor have: {escape(', '.join(message.others))}"
                yield "Their guards cannot act until there is one. NIJA keeps looking and will tell you."
            else:
                yield "Its guard cannot act until there is one. NIJA keeps looking and will tell you."
            yield _own_app(message.venue)
        case "wide_spread":
            yield bold("Wide spread")
            yield f"{_name(message)}: {foreign(message.why)}"
            yield "It is guarded at mid; a sale may fill lower than the mark."
        case "back":
            yield bold("Price is back")
            yield f"{_name(message)} has a price again; its guard watches."
            if message.others:
                yield f"So have: {escape(', '.join(message.others))}"
    yield _since(message, "Without a price", reader)


def _broker_trouble(message: BrokerTrouble, reader: Reader) -> Iterator[str]:
    label, still = message.venue.label, " still" if message.again else ""
    match message.what:
        case "unreachable":
            yield bold(f"{label}{still} does not answer")
            yield foreign(message.why)
            if message.guarded:
                yield f"Guards at {label} cannot act until it answers. NIJA keeps trying and will tell you."
                yield _own_app(message.venue)
            else:
                yield "Nothing is guarded there. NIJA keeps trying and will tell you."
        case "key_rejected":
            yield bold(f"{label}{still} refuses the key")
            yield foreign(message.why)
            if message.guarded:
                yield f"Guards at {label} cannot act. {_own_app(message.venue)}"
            yield "Check the key and its permissions; nija doctor names them."
        case "back":
            yield bold(f"{label} answers again")
            if message.guarded:
                yield f"Guards at {label} are watched again."
    yield _since(message, "Out of reach", reader)


def _order_untold(message: OrderUntold, reader: Reader) -> Iterator[str]:
    venue, asset = message.venue.label, escape(message.asset)
    if message.over:
        yield bold(f"{venue} tells again whose orders traded {message.asset}")
        if message.guarded:
            yield f"The guard of {asset} follows what is sold and moved there again."
        return
    yield bold(f"{venue}{' still' if message.again else ''} does not tell whose order traded {message.asset}")
    yield foreign(message.why)
    yield f"It may be a sell order of NIJA whose answer was lost and that filled late. All but {asset} is followed."
    if message.guarded:
        yield (
            f"Until {venue} tells, the guard of {asset} watches and sells as before, but what you sell or move of it "
            f"is not taken off it. If you sold or moved some, end the guard with /unguard {asset}."
        )
    yield f"NIJA keeps asking and will tell you. Look at {venue}'s order history for what was traded."
    yield f"Since {reader.clock(message.since)}, {reader.age(message.since)}"


def _own_app(venue: Venue) -> str:
    return f"If you cannot wait, sell in {venue.label}'s own app."


def _since(message: PriceTrouble | BrokerTrouble, over: str, reader: Reader) -> str:
    """Say since when something is so, or was until now."""
    since = reader.clock(message.since)
    return (
        f"{over} from {since} until now."
        if message.what == "back"
        else f"Since {since}, {reader.age(message.since)}"
    )


def _entries_changed(message: EntriesChanged, reader: Reader) -> Iterator[str]:
    if message.halted:
        yield bold("Entries are stopped")
        yield f"nija halt on the server stopped them at {reader.clock(message.at)}."
        yield ONLY_BUYS
    else:
        yield bold("Entries are allowed")
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


def _name(
    about: GuardPaused | GuardResumed | CoinRenamed | GuardReduced | ClosedElsewhere | Moved | PriceTrouble,
) -> str:
    return f"{bold(about.symbol)} on {about.venue.label}"


def _guard_resumed(message: GuardResumed) -> Iterator[str]:
    yield bold("Guarded again")
    yield f"{_name(message)} is back as it was: {full_quantity(message.seen)} there."
    guarded = f"{full_quantity(message.guarded)} guarded at {threshold_percent(message.threshold)}"
    yield escape(f"{guarded}, from what it cost before.")
