"""The text of guarding: the question with its buttons, and what each answer would mean."""

from collections.abc import Iterator
from decimal import Decimal

from engine.alerts.questions import ChoiceKind, Offer, OfferLine, Standing
from engine.guards.rule import trigger_price
from engine.market.mark import Mark
from engine.model.money import ZERO
from engine.portfolio.position import Position
from engine.status import Hindrances
from handlers.render.choice_buttons import choice_keyboard
from handlers.render.guard_standing import guarded_lines, standing_of
from handlers.render.guard_terms import terms
from handlers.render.html import bold, escape, foreign
from handlers.render.locked import locked_label
from handlers.render.numbers import cost_percent, price, quantity
from handlers.render.questions import question_of, unanswered
from handlers.render.sale_figures import sale_at_once, usual_fee_note
from handlers.render.screen import Screen
from handlers.render.standing import (
    NO_HINDRANCES,
    is_locked,
    locked_text,
    position_name,
    way_in,
)
from handlers.render.times import Reader
from handlers.render.why_not import why_not_text

_ONE = Decimal(1)
_FROM_COST = {ChoiceKind.GUARD_ALL_FROM_COST, ChoiceKind.GUARD_FROM_COST}
_FROM_PRICE = {ChoiceKind.GUARD_ALL_FROM_PRICE, ChoiceKind.GUARD_FROM_PRICE}


def render_offer(offer: Offer, reader: Reader, hindrances: Hindrances = NO_HINDRANCES) -> Screen:
    """Ask, with what each answer would mean for each position."""
    title, meaning = question_of(offer)
    blocks = [f"{bold(title)}\n{meaning}"]
    apart = [line for line in offer.lines if _is_apart(line, offer)]
    blocks += [
        "\n".join(
            (*_offer_line(line, reader, hindrances), *_sale_prices(line, offer), *_sale_now(line, offer))
        )
        for line in offer.lines
        if line not in apart
    ]
    if apart:
        blocks.append("\n".join((bold("Cannot be guarded"), *(_apart_line(line, reader) for line in apart))))
    counted = [line.position for line in offer.lines if any(_sale_now(line, offer))]
    note = usual_fee_note(one.account.venue for one in counted if not one.is_fee_own)
    blocks += filter(None, ["\n".join(terms(offer)), note])
    until = f"Open until {reader.clock(offer.expires_at)}, {reader.ahead(offer.expires_at)}"
    blocks.append(f"{reader.as_of(offer.as_of)}\n{until}: {unanswered(offer)}")
    return Screen(text="\n\n".join(blocks), keyboard=choice_keyboard(offer.choices))


def _offer_line(line: OfferLine, reader: Reader, hindrances: Hindrances) -> Iterator[str]:
    position = line.position
    yield f"{position_name(position)} · {quantity(position.quantity)}"
    if position.guard is not None:
        yield from guarded_lines(position.guard, line, reader, hindrances)
        if line.standing is Standing.CANNOT_BE_GUARDED:
            return
    yield standing_of(line, reader, hindrances)
    yield from _priced(line, reader)
    yield from _left_out_part(line)
    if line.no_entry and (why := why_not_text(line)):
        yield foreign(why)


def _priced(line: OfferLine, reader: Reader) -> Iterator[str]:
    """Say by which price a position is judged here, and how old that is."""
    position, mark = line.position, line.position.mark
    if isinstance(mark, Mark) and line.standing is not Standing.CANNOT_BE_GUARDED:
        yield escape(f"Price, {reader.age(mark.at)}: {price(mark.price, position.quoted_in)}")


def _sale_prices(line: OfferLine, offer: Offer) -> Iterator[str]:
    """Say at which price each button would have a position sold: a threshold does not show how far away that is."""
    position, kinds = line.position, {choice.kind for choice in offer.choices}
    if line.standing is Standing.CANNOT_BE_GUARDED:
        return
    is_above = line.standing is Standing.ABOVE_THRESHOLD
    if is_above and kinds & _FROM_COST and position.entry and position.entry > ZERO:
        yield f"From cost: sells at {_sale_price(position, position.entry, position.currency, offer.threshold)}"
    if kinds & _FROM_PRICE and isinstance(position.mark, Mark) and position.mark.price > ZERO:
        at_price = _sale_price(position, position.mark.price, position.quoted_in, offer.threshold)
        yield f"From today's price: sells at {at_price}"


def _sale_now(line: OfferLine, offer: Offer) -> Iterator[str]:
    sells_now = any(choice.kind is ChoiceKind.GUARD_AND_SELL_NOW for choice in offer.choices)
    if sells_now and line.standing is Standing.WOULD_BE_SOLD_NOW and line.position.guard is None:
        yield from sale_at_once(line.position)


def _sale_price(position: Position, entry: Decimal, currency: str, threshold: Decimal) -> str:
    at = trigger_price(quantity=_ONE, cost=entry, threshold=threshold, direction=position.direction)
    text = escape(price(at, currency))
    mark = position.mark
    if not isinstance(mark, Mark) or mark.price <= ZERO or position.quoted_in != currency:
        return text
    away = mark.price - at
    return f"{text}, {cost_percent(abs(away) / mark.price)} {'below' if away > 0 else 'above'} now"


def _is_apart(line: OfferLine, offer: Offer) -> bool:
    """Return whether a position is only in the way of those that something can be decided about."""
    nothing_else = all(one.standing is Standing.CANNOT_BE_GUARDED for one in offer.lines)
    return line.standing is Standing.CANNOT_BE_GUARDED and line.position.guard is None and not nothing_else


def _apart_line(line: OfferLine, reader: Reader) -> str:
    position = line.position
    why = locked_text(position) if is_locked(position) else why_not_text(line)
    end = f": {foreign(why)}{way_in(position, reader)}" if why else ""
    return f"{position_name(position)} · {quantity(position.quantity)}{end}"


def _left_out_part(line: OfferLine) -> Iterator[str]:
    """Return which part of a position no button here guards, and why."""
    position = line.position
    if line.standing is Standing.CANNOT_BE_GUARDED:
        return
    if position.locked:
        label = locked_label(position.account.venue)
        yield f"{quantity(position.locked)} of it is {label} and stays out: {quantity(position.sellable)} can be guarded."
    if line.standing is not Standing.ENTRY_UNKNOWN and ZERO < position.explained < position.sellable:
        yield f"What it cost is known for {quantity(position.explained)}: from cost only these are guarded."
