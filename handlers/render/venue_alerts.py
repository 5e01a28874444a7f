"""The text of alerts about prices and brokers."""

from collections.abc import Iterator

from engine.alerts.messages import (
    BrokerTrouble,
    PriceTrouble,
    TradeUnattributed,
)
from engine.model.venues import Venue
from handlers.render.alert_subject import subject_of
from handlers.render.at_stake import at_stake_lines
from handlers.render.html import bold, escape, foreign
from handlers.render.no_price import problem_text
from handlers.render.times import Reader


def venue_trouble_lines(
    message: PriceTrouble | BrokerTrouble | TradeUnattributed, reader: Reader
) -> Iterator[str]:
    """Return what a venue does not report, or reports again."""
    match message:
        case PriceTrouble():
            yield from _price_trouble(message, reader)
        case BrokerTrouble():
            yield from _broker_trouble(message, reader)
        case TradeUnattributed():
            yield from _trade_unattributed(message, reader)


def _price_trouble(message: PriceTrouble, reader: Reader) -> Iterator[str]:
    match message.what:
        case "unknown":
            yield bold("Price still unknown" if message.again else "Price unknown")
            yield f"{subject_of(message)} has no price to trust: {foreign(problem_text(message.why, message.venue.label))}"
            yield from at_stake_lines(message.at_stake, reader)
            listed = {stake.symbol for stake in message.at_stake}
            if unlisted := [symbol for symbol in message.others if symbol not in listed]:
                yield f"Without a price too: {escape(', '.join(unlisted))}"
            if message.others:
                yield "Their guards cannot act until there is one. NIJA keeps looking and will tell you."
            else:
                yield "Its guard cannot act until there is one. NIJA keeps looking and will tell you."
            yield _own_app(message.venue)
        case "wide_spread":
            yield bold("Wide spread")
            yield f"{subject_of(message)}: bid and ask are too far apart to sell by either."
            yield from at_stake_lines(message.at_stake, reader, by="mid")
            yield "It is guarded at mid; a sale may fill lower than the mark."
        case "back":
            yield bold("Price is back")
            yield f"{subject_of(message)} has a price again; its guard watches."
            if message.others:
                yield f"So have: {escape(', '.join(message.others))}"
        case "narrow_spread":
            yield bold("Spread is small again")
            yield f"{subject_of(message)} is not guarded at mid any more, but at the price it can be closed at."
    over = "Wide" if message.what == "narrow_spread" else "Without a price"
    yield _since(message, over, reader)


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
        case "unpriced":
            yield bold(f"{label}{still} reports no prices")
            yield foreign(message.why)
            yield (
                "Your balances there are read, but what you hold counts as unknown, not as nothing. "
                "NIJA keeps asking and will tell you."
            )
            if message.guarded:
                yield f"A guard without a price is named in /status. {_own_app(message.venue)}"
        case "priced":
            yield bold(f"{label} reports prices again")
    over = "Without prices" if message.what in {"unpriced", "priced"} else "Out of reach"
    yield _since(message, over, reader)


def _trade_unattributed(message: TradeUnattributed, reader: Reader) -> Iterator[str]:
    venue, asset = message.venue.label, escape(message.asset)
    if message.over:
        yield bold(f"{venue} reports again whose orders traded {message.asset}")
        if message.guarded:
            yield f"The guard of {asset} follows what is sold and moved there again."
        return
    yield bold(
        f"{venue}{' still' if message.again else ''} does not report whose order traded {message.asset}"
    )
    yield foreign(message.why)
    yield f"It may be a sell order of NIJA whose answer was lost and that filled late. All but {asset} is followed."
    if message.guarded:
        yield (
            f"Until {venue} reports it, the guard of {asset} watches and sells as before, but what you sell or move of it "
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
        if message.what in {"back", "priced", "narrow_spread"}
        else f"Since {since}, {reader.age(message.since)}"
    )
