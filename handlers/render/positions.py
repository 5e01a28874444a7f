"""The text of /positions."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal

from engine.guards.unwatched import UnwatchedReason
from engine.market.mark import Mark
from engine.model.holdings import Direction, Unsettled
from engine.model.money import ZERO, exact
from engine.model.typed_names import in_capitals
from engine.model.venues import Venue
from engine.portfolio.not_guarded import NotGuarded, why_not_guarded
from engine.portfolio.portfolio import Portfolio, Unread
from engine.portfolio.position import Position
from engine.status import Hindrances
from handlers.render.html import MESSAGE_UNITS, bold, foreign, rows, units
from handlers.render.no_price import unpriced_text
from handlers.render.numbers import money, quantity
from handlers.render.position_figures import is_being_sold, position_figures, shows_net
from handlers.render.sale_figures import usual_fee_note
from handlers.render.screen import Screen, refresh_row
from handlers.render.standing import (
    NO_HINDRANCES,
    position_name,
    says_why_no_price,
    standing_text,
    unwatched_of,
)
from handlers.render.times import Reader

#: What is left out of every table where all of them together do not fit into one message.
_LEFT_OUT = ("Value", "Net if sold now", "Net if closed now", "Guarded since")
#: What no purchase with a known price explains; said once, however many positions it is true of.
_WITHOUT_COST = (
    "Where the cost is not known, it came by a transfer, as a reward, or was bought in another currency."
)
#: Why a guard cannot act although its price is known.
_SEES_PRICES = frozenset({UnwatchedReason.KEY_REFUSED, UnwatchedReason.KEY_UNCERTAIN})
_NOT_LISTED = "not listed there, so it has no price"
_WAITS: Mapping[NotGuarded, str] = {
    NotGuarded.PRICE_UNKNOWN: "waiting for a price",
    NotGuarded.MARKET_CLOSED: "waiting for the market to open",
}


def render_positions(
    portfolio: Portfolio,
    reader: Reader,
    hindrances: Hindrances = NO_HINDRANCES,
    *,
    symbol: str | None = None,
    venue: Venue | None = None,
) -> Screen:
    """Show every position with its result and its guard, or those named; of many of them fewer figures, in the same places."""
    held, name = portfolio.named(symbol, venue), _name(symbol, venue)
    text = _text(held, reader, hindrances, name, left_out=())
    if units(text) > MESSAGE_UNITS:
        text = _text(held, reader, hindrances, name, left_out=_LEFT_OUT)
    named = (one for one in (symbol, venue) if one)
    return Screen(text=text, keyboard=refresh_row("positions", *named))


def _name(symbol: str | None, venue: Venue | None) -> str:
    """Return what was asked for, as in *BTC at Kraken*; empty for everything."""
    held = in_capitals(symbol) if symbol else "positions"
    return f"{held} at {venue.label}" if venue else held if symbol else ""


def _text(
    portfolio: Portfolio, reader: Reader, hindrances: Hindrances, name: str, *, left_out: Sequence[str]
) -> str:
    blocks = ["\n".join(_head(portfolio, reader, hindrances, name))]
    tables = (
        position_figures(position, reader) for position in portfolio.positions if not position.is_unread
    )
    shown = {label for table in tables for label, _ in table}
    if named := ", ".join(label for label in left_out if label in shown):
        blocks.append(f"Left out, because there are so many: {named}.")
    blocks += ["\n".join(_table(position, reader, hindrances, left_out)) for position in portfolio.positions]
    if any(_lacks_cost(position) for position in portfolio.positions):
        blocks.append(_WITHOUT_COST)
    nets = (one for one in portfolio.positions if shows_net(one) and not one.is_fee_own)
    if not left_out and (note := usual_fee_note(one.account.venue for one in nets)):
        blocks.append(note)
    blocks.append(reader.as_of(portfolio.as_of))
    return "\n\n".join(blocks)


def _head(portfolio: Portfolio, reader: Reader, hindrances: Hindrances, name: str) -> Iterator[str]:
    yield bold("Positions")
    if portfolio.positions:
        yield f"{len(portfolio.positions)} held, {_count_guarded(portfolio.positions, hindrances)}."
        yield from _net_of_all(portfolio.positions)
    elif portfolio.unread:
        yield f"No {foreign(name)} is known." if name else "No positions are known."
    elif name:
        yield f"You hold no {foreign(name)}. /positions shows all that you hold."
    else:
        yield "None: everything is cash."
    yield from (_unread(unread, reader) for unread in portfolio.unread)


def _net_of_all(positions: Sequence[Position]) -> Iterator[str]:
    """Sum up what several positions would bring; those whose result is unknown, or in another currency, are counted apart."""
    nets = [one.net_if_sold for one in positions if shows_net(one) and one.currency == "USD"]
    known = [net for net in nets if net is not None]
    if len(known) > 1:
        with exact():
            total = sum(known, ZERO)
        rest = len(positions) - len(known)
        others = f", and {rest} without a figure" if rest else ""
        yield f"Net if sold now, together: {money(total, signed=True)} ({len(known)} positions{others})."


def _unread(unread: Unread, reader: Reader) -> str:
    label = unread.account.venue.label
    why = f" ({foreign(unread.error)})" if unread.error else ""
    at = unread.as_of
    text = f"its positions are as of {reader.clock(at)}" if at else "its positions are not known"
    if unread.is_awaited:
        last = f" (the last time: {foreign(unread.error)})" if unread.error else ""
        return f"No {'newer ' if at else ''}answer from {label} yet{last}; {text}."
    return f"{label} {'did not answer' if unread.error else 'was not read yet'}{why}; {text}."


def _count_guarded(positions: Sequence[Position], hindrances: Hindrances) -> str:
    guards = [(one, one.guard) for one in positions if one.guard is not None]
    manual = sum(guard.is_for_one_sale for _, guard in guards)
    reasons = Counter(why_not_guarded(one) for one, guard in guards if not guard.is_for_one_sale)
    paused = reasons.pop(NotGuarded.PAUSED, 0)
    guarded = reasons.total()
    waiting = [f"{_of(count, guarded)}{_WAITS[why]}" for why, count in reasons.items() if why is not None]
    # Those without a mark are counted by what they wait for.
    unwatched = [unwatched_of(one, hindrances) for one, _ in guards if why_not_guarded(one) is None]
    if blind := sum(one is not None for one in unwatched):
        waiting.append(f"{_of(blind, guarded)}not watched")
    selling = [f"{manual} being sold as you asked"] if manual else ()
    return ", ".join((f"{guarded} guarded", *waiting, *([f"{paused} paused"] if paused else ()), *selling))


def _of(count: int, guarded: int) -> str:
    return "" if count == guarded else f"{count} of them "


def _table(
    position: Position, reader: Reader, hindrances: Hindrances, left_out: Sequence[str]
) -> Iterator[str]:
    yield f"{position_name(position)} · {reader.age(position.as_of)}"
    if position.is_unread:
        yield from _unread_sale(position, reader, hindrances)
        return
    unwatched = unwatched_of(position, hindrances)
    is_confirmed = unwatched is None or unwatched.reason in _SEES_PRICES
    figures = position_figures(position, reader, is_confirmed=is_confirmed)
    yield rows(pair for pair in figures if pair[0] not in left_out)
    yield standing_text(position, reader, hindrances)
    yield from _remarks(position, reader)


def _unread_sale(position: Position, reader: Reader, hindrances: Hindrances) -> Iterator[str]:
    unsettled = position.unsettled
    if unsettled is not None:
        yield f"{_traded(position, unsettled)} at {reader.clock(unsettled.at)}, after this reading."
    yield "What is left, its entry and its PnL are shown once the account is read again."
    if position.guard is not None:
        yield standing_text(position, reader, hindrances)


def _traded(position: Position, unsettled: Unsettled) -> str:
    done = "sold" if position.direction is Direction.LONG else "bought back"
    return f"{quantity(unsettled.quantity)} was {done}"


def _remarks(position: Position, reader: Reader) -> Iterator[str]:
    if not isinstance(position.mark, Mark) and not says_why_no_price(position):
        yield _NOT_LISTED if position.symbol is None else unpriced_text(position.mark, position.account.venue)
    if is_being_sold(position):
        # What the rest cost is worked out again from the fills of the sale.
        return
    if position.fills_pending:
        yield from _pending(position, reader)
        return
    unexplained = _unexplained(position)
    if unexplained > 0 and position.history_incomplete:
        yield f"Older fills of {quantity(unexplained)} are still being read."
    elif unexplained > 0 and position.explained:
        yield (
            f"The entry is of the {quantity(position.explained)} bought here; what the other "
            f"{quantity(unexplained)} cost is not known."
        )


def _unexplained(position: Position) -> Decimal:
    with exact():
        return position.quantity - position.explained


def _lacks_cost(position: Position) -> bool:
    """Return whether what a position cost, or a part of it, will stay unknown."""
    if position.is_unread or position.fills_pending or is_being_sold(position):
        return False
    return _unexplained(position) > 0 and not position.history_incomplete


def _pending(position: Position, reader: Reader) -> Iterator[str]:
    unsettled = position.unsettled
    sold = f"{_traded(position, unsettled)} at {reader.clock(unsettled.at)}. " if unsettled else ""
    yield f"{sold}Its fills are still being read: entry and PnL of what is left are shown after that."
