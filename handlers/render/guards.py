"""The text of guarding: the question with its buttons, and what came of the answer."""

from collections.abc import Iterator, Sequence
from decimal import Decimal

from engine.alerts.questions import Choice, ChoiceKind, Offer, OfferLine, Standing, TradingCost
from engine.guards.guard import Guard, GuardState
from engine.guards.rule import trigger_price
from engine.market.mark import Mark
from engine.model.holdings import Direction
from engine.model.money import ZERO, exact
from engine.offers.arming import Exclusion
from engine.portfolio.view import PositionView
from handlers.render.html import bold, escape, foreign
from handlers.render.locked import locked_label
from handlers.render.numbers import cost_percent, percent_beside, price, quantity, threshold_percent
from handlers.render.positions import guard_trigger, guarded_from, is_guarded_from_elsewhere, result_text
from handlers.render.questions import question_of, unanswered
from handlers.render.sale_figures import sale_at_once, usual_fee_note
from handlers.render.screen import Screen, ScreenButton, Tone, choice_data
from handlers.render.standing import (
    SOLD_ON_REQUEST,
    command_name,
    is_locked,
    locked_text,
    position_name,
    way_in,
)
from handlers.render.times import Reader

#: Telegram takes no more buttons below one message.
_MOST_BUTTONS = 100
_ONE = Decimal(1)

_LABELS = {
    ChoiceKind.GUARD_ALL_FROM_COST: "Guard all from cost",
    ChoiceKind.GUARD_ALL_FROM_PRICE: "Guard all from today's price",
    ChoiceKind.CHOOSE: "Choose",
    ChoiceKind.LEAVE_ALONE: "Leave alone",
    ChoiceKind.GUARD_FROM_COST: "Guard {}from cost",
    ChoiceKind.GUARD_FROM_PRICE: "Guard {}from today's price",
    ChoiceKind.GUARD_AND_SELL_NOW: "Guard {}and sell now",
    ChoiceKind.UNGUARD: "Stop guarding {}",
    ChoiceKind.RESUME_GUARD: "Guard {}again",
    ChoiceKind.GUARD_HERE: "Only this one runs: guard here",
    ChoiceKind.CANCEL: "Cancel",
}
#: Beside a name the usual label is too long for a phone.
_SHORT_LABELS = {ChoiceKind.GUARD_FROM_PRICE: "{}from today's price"}
_FROM_COST = {ChoiceKind.GUARD_ALL_FROM_COST, ChoiceKind.GUARD_FROM_COST}
_FROM_PRICE = {ChoiceKind.GUARD_ALL_FROM_PRICE, ChoiceKind.GUARD_FROM_PRICE}


def render_offer(offer: Offer, reader: Reader) -> Screen:
    """Ask, with what each answer would mean for each position."""
    title, meaning = question_of(offer)
    blocks = [f"{bold(title)}\n{meaning}"]
    apart = [line for line in offer.lines if _is_apart(line, offer)]
    blocks += [
        "\n".join((*_offer_line(line, reader), *_sale_prices(line, offer), *_sale_now(line, offer)))
        for line in offer.lines
        if line not in apart
    ]
    if apart:
        blocks.append("\n".join((bold("Cannot be guarded"), *(_apart_line(line, reader) for line in apart))))
    counted = [line.position for line in offer.lines if any(_sale_now(line, offer))]
    note = usual_fee_note(one.account.venue for one in counted if not one.is_fee_own)
    blocks += filter(None, ["\n".join(_terms(offer)), note])
    until = f"Open until {reader.clock(offer.expires_at)}, {reader.ahead(offer.expires_at)}"
    blocks.append(f"{reader.as_of(offer.as_of)}\n{until}: {unanswered(offer)}")
    return Screen(text="\n\n".join(blocks), keyboard=choice_keyboard(offer.choices))


def choice_keyboard(choices: Sequence[Choice]) -> tuple[tuple[ScreenButton, ...], ...]:
    """Return one row a choice; when there are too many, the last one (Cancel) stays."""
    offered = choices if len(choices) <= _MOST_BUTTONS else (*choices[: _MOST_BUTTONS - 1], choices[-1])
    return tuple((_button(choice),) for choice in offered)


def _button(choice: Choice) -> ScreenButton:
    subject = f"{choice.subject} " if choice.subject else ""
    short = _SHORT_LABELS.get(choice.kind) if choice.subject else None
    label = (short or _LABELS[choice.kind]).format(subject).strip()
    tone = Tone.DANGER if choice.kind is ChoiceKind.GUARD_AND_SELL_NOW else Tone.PLAIN
    return ScreenButton(label=label, data=choice_data(choice.confirmation_id), tone=tone)


def _offer_line(line: OfferLine, reader: Reader) -> Iterator[str]:
    position = line.position
    yield f"{position_name(position)} · {quantity(position.quantity)}"
    if position.guard is not None:
        yield from _guarded(position.guard, line)
        if line.standing is Standing.CANNOT_BE_GUARDED:
            return
    yield standing_of(line, reader)
    yield from _priced(line, reader)
    yield from _left_out_part(line)
    if line.why_not and line.standing is not Standing.CANNOT_BE_GUARDED:
        yield foreign(line.why_not)


def _priced(line: OfferLine, reader: Reader) -> Iterator[str]:
    """Say by which price a position is judged here, and how old that is."""
    position, mark = line.position, line.position.mark
    if isinstance(mark, Mark) and line.standing is not Standing.CANNOT_BE_GUARDED:
        currency = (position.symbol or "").partition("/")[2] or position.currency
        yield escape(f"Price, {reader.age(mark.at)}: {price(mark.price, currency)}")


def _sale_prices(line: OfferLine, offer: Offer) -> Iterator[str]:
    """Say at which price each button would have a position sold: a threshold does not show how far away that is."""
    position, kinds = line.position, {choice.kind for choice in offer.choices}
    if line.standing is Standing.CANNOT_BE_GUARDED:
        return
    is_above = line.standing is Standing.ABOVE_THRESHOLD
    if is_above and kinds & _FROM_COST and position.entry and position.entry > ZERO:
        yield f"From cost: sells at {_sale_price(position, position.entry, position.currency, offer.threshold)}"
    if kinds & _FROM_PRICE and isinstance(position.mark, Mark) and position.mark.price > ZERO:
        quoted_in = (position.symbol or "").partition("/")[2] or position.currency
        yield f"From today's price: sells at {_sale_price(position, position.mark.price, quoted_in, offer.threshold)}"


def _sale_now(line: OfferLine, offer: Offer) -> Iterator[str]:
    sells_now = any(choice.kind is ChoiceKind.GUARD_AND_SELL_NOW for choice in offer.choices)
    if sells_now and line.standing is Standing.WOULD_BE_SOLD_NOW and line.position.guard is None:
        yield from sale_at_once(line.position)


def _sale_price(position: PositionView, entry: Decimal, currency: str, threshold: Decimal) -> str:
    at = trigger_price(quantity=_ONE, cost=entry, threshold=threshold, direction=position.direction)
    text = escape(price(at, currency))
    mark, quoted_in = position.mark, (position.symbol or "").partition("/")[2] or position.currency
    if not isinstance(mark, Mark) or mark.price <= ZERO or quoted_in != currency:
        return text
    away = mark.price - at
    return f"{text}, {cost_percent(abs(away) / mark.price)} {'below' if away > 0 else 'above'} now"


def _is_apart(line: OfferLine, offer: Offer) -> bool:
    """Return whether a position is only in the way of those that something can be decided about."""
    nothing_else = all(one.standing is Standing.CANNOT_BE_GUARDED for one in offer.lines)
    return line.standing is Standing.CANNOT_BE_GUARDED and line.position.guard is None and not nothing_else


def _apart_line(line: OfferLine, reader: Reader) -> str:
    position = line.position
    why = locked_text(position) if is_locked(position) else line.why_not
    end = f": {foreign(why)}{way_in(position, reader)}" if why else ""
    return f"{position_name(position)} · {quantity(position.quantity)}{end}"


def _left_out_part(line: OfferLine) -> Iterator[str]:
    """Return which part of a position no button here guards, and why."""
    position = line.position
    if line.standing is Standing.CANNOT_BE_GUARDED:
        return
    with exact():
        sellable = position.quantity - position.locked
    if position.locked:
        label = locked_label(position.account.venue)
        yield f"{quantity(position.locked)} of it is {label} and stays out: {quantity(sellable)} can be guarded."
    if line.standing is not Standing.ENTRY_UNKNOWN and ZERO < position.explained < sellable:
        yield f"What it cost is known for {quantity(position.explained)}: from cost only these are guarded."


def _guarded(guard: Guard, line: OfferLine) -> Iterator[str]:
    """Return how a guard stands; beside its threshold stands only what it judges by."""
    position, amount = line.position, quantity(guard.quantity)
    if guard.state is GuardState.PAUSED:
        yield f"its guard of {amount} is paused"
        return
    at = f"{amount} of it guarded at {threshold_percent(guard.threshold)}"
    if guard.is_for_one_sale:
        yield f"{amount} of it {SOLD_ON_REQUEST}"
        return
    if guard.state is GuardState.CLOSING:
        yield f"{at}, being sold now"
        return
    is_long = guard.direction is Direction.LONG
    sold, side = ("sold", "less") if is_long else ("bought back", "more")
    yield escape(f"{at}, {_judged(position, guard)}{sold} at {guard_trigger(guard)} or {side}")
    if line.standing is Standing.CANNOT_BE_GUARDED and is_guarded_from_elsewhere(position):
        yield f"{escape(result_text(position.pnl_ratio, position.pnl, position.currency))}{_from_cost(position)}"


def _judged(position: PositionView, guard: Guard) -> str:
    if position.guard_ratio is None:
        why = (
            "price unknown"
            if isinstance(position.mark, Mark)
            else position.mark.why_at(position.account.venue)
        )
        return f"{why}; "
    return f"now {percent_beside(position.guard_ratio, guard.threshold)} against {guarded_from(guard)}, "


def standing_of(line: OfferLine, reader: Reader) -> str:
    """Return how a position would stand the moment it were guarded."""
    position = line.position
    result = escape(result_text(line.pnl_ratio, line.pnl, position.currency))
    match line.standing:
        case Standing.ABOVE_THRESHOLD:
            return f"{_of(line, position.explained)}{result}{_from_cost(position)}"
        case Standing.WOULD_BE_SOLD_NOW:
            with exact():
                sold = min(position.quantity - position.locked, position.explained)
            return f"{bold('would be sold now')}: {_of(line, sold)}{result}{_from_cost(position)}"
        case Standing.ENTRY_UNKNOWN:
            return "entry unknown: can be guarded from today's price only"
        case Standing.CANNOT_BE_GUARDED:
            return _why_not(line, reader)


def _from_cost(position: PositionView) -> str:
    return f" from cost {escape(price(position.entry, position.currency))}" if position.entry else ""


def _of(line: OfferLine, counted: Decimal) -> str:
    """Name the quantity a result is of where that is not all that is held."""
    position = line.position
    if position.guard is not None or not ZERO < counted < position.quantity:
        return ""
    return f"{quantity(counted)} of it "


def _why_not(line: OfferLine, reader: Reader) -> str:
    position = line.position
    guard = position.guard
    if guard is not None and guard.is_for_one_sale:
        return SOLD_ON_REQUEST
    if is_guarded(line) and guard is not None:
        selling = ", being sold now" if guard.state is GuardState.CLOSING else ""
        return f"already guarded at {threshold_percent(guard.threshold)}{selling}"
    if guard is not None and guard.state is GuardState.PAUSED and position.quantity == ZERO:
        return f"none there; its guard is paused; /unguard {command_name(position)} ends it"
    if not is_locked(position) and line.why_not == Exclusion.PRICE_UNKNOWN:
        return f"cannot be guarded: {foreign(_why_no_price(line))}"
    why = locked_text(position) if is_locked(position) else line.why_not
    return f"cannot be guarded: {foreign(why)}{way_in(position, reader)}" if why else "cannot be guarded"


def _why_no_price(line: OfferLine) -> str:
    """Return why there is no price and what to do, as far as it will be otherwise one day."""
    position, mark = line.position, line.position.mark
    label, again = position.account.venue.label, f"send /guard {command_name(position)} again when"
    if line.trouble:
        return f"{line.trouble}; {again} {label} answers"
    if isinstance(mark, Mark):
        return f"{line.why_not}; {again} there is one"
    return f"{mark.why_at(position.account.venue)}; {again} there is one"


def _terms(offer: Offer) -> Iterator[str]:
    if offer.about != "unguard":
        at = threshold_percent(offer.threshold)
        yield f"Guarded means: sold at market as soon as the loss reaches {at}."
        yield from _all_leaves_out(offer)
        yield from (_costly(one, offer) for one in offer.costly_at)
    if len(offer.choices) > _MOST_BUTTONS:
        yield "Not every position has a button here; /guard SYMBOL does the others."


def _costly(cost: TradingCost, offer: Offer) -> str:
    with exact():
        loss = offer.threshold - cost.fees
    usual = "" if cost.is_own else ", the usual ones, as your account's own are not known"
    return (
        f"The fees for buying and selling at {cost.venue.label} are {cost_percent(cost.fees)} together{usual}, the spread not "
        f"counted: more than this threshold. "
        f"A sale at {threshold_percent(offer.threshold)} loses about {cost_percent(abs(loss))} with the fees."
    )


def _all_leaves_out(offer: Offer) -> Iterator[str]:
    """Name what the buttons about everything do not guard, before one is pressed."""
    kinds = {choice.kind for choice in offer.choices}
    if ChoiceKind.GUARD_ALL_FROM_COST in kinds:
        names = [_with_reason(line, offer) for line in offer.lines if line.standing is Standing.ENTRY_UNKNOWN]
        if names:
            yield f"“{_LABELS[ChoiceKind.GUARD_ALL_FROM_COST]}” leaves out {', '.join(names)}."
        apart = [line for line in offer.lines if line.standing is Standing.WOULD_BE_SOLD_NOW]
        if apart:
            yield f"It asks again before it sells {', '.join(_short_name(line, offer) for line in apart)}."


def _with_reason(line: OfferLine, offer: Offer) -> str:
    why = line.why_not or Standing.ENTRY_UNKNOWN.value
    return f"{_short_name(line, offer)} ({foreign(why)})"


def _short_name(line: OfferLine, offer: Offer) -> str:
    venue, name = line.position.account.venue, escape(line.position.symbol or line.position.asset)
    is_alone = all(one.position.account.venue is venue for one in offer.lines)
    return name if is_alone else f"{name} at {venue.label}"


def is_guarded(line: OfferLine) -> bool:
    """Return whether a position was left out because it has a guard."""
    guard = line.position.guard
    return line.why_not == Exclusion.ALREADY_GUARDED and guard is not None and not guard.is_for_one_sale
