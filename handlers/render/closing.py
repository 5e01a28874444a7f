"""The text of manual closes: the preview with its button, and what came of the press."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from decimal import Decimal

from engine.exits.manual_close import MANUAL_CLOSE_VALID
from engine.model.holdings import Direction
from engine.model.instruments import base_of
from engine.model.money import exact
from engine.offers.closing_preview import CloseLine, ClosePreview, Obstacle, ObstacleKind, Selling, Stays
from handlers.render.cancelled_orders import cancelled_lines
from handlers.render.html import bold, escape, foreign, rows
from handlers.render.locked import locked_label, locked_sentence
from handlers.render.numbers import add_rounded, full_quantity, in_currency, price, quantity
from handlers.render.sale_figures import against_guard_lines, net_label, received_label, usual_fee_note
from handlers.render.screen import KEEP, SELL, Screen, ScreenButton, Tone
from handlers.render.times import Reader
from handlers.render.why_not import obstacle_text, shown_again_text

_CONTRADICTED = "Contradictory prices: ticker and order book differ. This is the worse of the two."
_NEXT_START = (
    f"NIJA is stopping. If it runs again within {MANUAL_CLOSE_VALID.seconds} s of your yes, it sells this then; later it sells "
    "nothing and tells you so. Do not sell it yourself meanwhile, or stop NIJA from starting first."
)
_THIN = "The market shows buyers for a part of it only now: it may bring less, or leave something."


def render_close(
    outcome: ClosePreview | Selling,
    reader: Reader,
    *,
    sent_at: datetime | None = None,
    by_button: bool = True,
) -> Screen:
    """Show a preview, or say what is being sold; `sent_at` is given for commands that came too late to act."""
    if isinstance(outcome, Selling):
        return _selling(outcome, reader)
    return _preview(outcome, reader, sent_at, by_button=by_button)


def render_kept(reader: Reader) -> Screen:
    """Say that nothing was sold."""
    return Screen(text=f"Left alone: nothing was sold.\n{reader.as_of(reader.now)}")


def _preview(preview: ClosePreview, reader: Reader, sent_at: datetime | None, *, by_button: bool) -> Screen:
    answer = "the button" if by_button else "your yes"
    blocks = ["\n".join(_head(preview, reader, sent_at, by_button=by_button))]
    blocks += closing_blocks(preview, reader)
    end = reader.as_of(preview.as_of)
    if preview.confirmation_id:
        end += f"\n{answer.capitalize()} counts once, until {reader.clock(preview.expires_at)}"
    return Screen(text="\n\n".join((*blocks, end)), keyboard=_keyboard(preview))


def closing_blocks(preview: ClosePreview, reader: Reader) -> list[str]:
    """Return what each sale would bring, and what cannot be sold now."""
    sellable = preview.sellable
    apart = [line for line in preview.lines if line.obstacle and not line.unreadable] if sellable else []
    blocks = ["\n".join(_line(line, reader)) for line in preview.lines if line not in apart]
    if len(sellable) > 1:
        blocks += ["\n".join(_together(sellable))]
    if apart:
        blocks.append(
            "\n".join(
                (bold("Stays, because it cannot be sold now"), *(_apart_line(line, reader) for line in apart))
            )
        )
    if note := usual_fee_note(line.venue for line in sellable if not line.is_fee_own):
        blocks.append(note)
    return blocks


def _head(
    preview: ClosePreview, reader: Reader, sent_at: datetime | None, *, by_button: bool
) -> Iterator[str]:
    if preview.confirmation_id is None:
        yield bold("Nothing can be sold now")
    else:
        yield bold("Sell now?")
    if preview.again is not None:
        yield f"{foreign(shown_again_text(preview.again))}: nothing was sold."
    if sent_at is not None:
        yield f"You sent this {reader.age(sent_at)}, while NIJA could not answer. These are the prices of now."
    if preview.confirmation_id:
        yield "At market, so the fill may differ from these prices."
        yield f"Nothing is sold without {'the button' if by_button else 'your yes'}."
        yield from _one_of_several(preview.sellable, by_button=by_button)


def _one_of_several(lines: Sequence[CloseLine], *, by_button: bool) -> Iterator[str]:
    """Return how to sell at one broker where the same is held at several."""
    names = {base_of(line.symbol) for line in lines}
    venues = [line.venue for line in lines]
    if len(names) == 1 and len(set(venues)) > 1:
        if any(line.stays for line in lines):
            yield "Held at several brokers: name one to sell there only."
            return
        name = escape(names.pop())
        command = f"/close {name} {venues[0]}" if by_button else f"nija close {name} --broker {venues[0]}"
        yield f"Held at several brokers: {command} sells at one of them."


def _line(line: CloseLine, reader: Reader) -> Iterator[str]:
    if line.obstacle is not None:
        yield f"{name_of(line)} · {quantity(line.quantity)} · {reader.age(line.read_at)}"
        first, *others = _why_not(line, line.obstacle, reader)
        yield f"cannot be sold now: {first}"
        yield from others
        yield from _unreadable(line)
        return
    yield name_of(line)
    yield rows(_figures(line, reader))
    yield from _against_guard(line)
    if line.stays is not None:
        yield stays_text(line.stays)
    if line.locked:
        yield f"{locked_label(line.venue).capitalize()}, stays: {quantity(line.locked)}"
    if line.contradicted:
        yield _CONTRADICTED
    if line.thin:
        yield _THIN
    if line.cancels:
        yield "Cancelled first, because it holds what would be sold:"
        yield from cancelled_lines(line.cancels, line.symbol)
    yield from _unreadable(line)


def _against_guard(line: CloseLine) -> Iterator[str]:
    return against_guard_lines(
        line.against_guard, entry=line.entry, of_quantity=line.quantity, currency=line.currency
    )


def _apart_line(line: CloseLine, reader: Reader) -> str:
    why = "; ".join(_why_not(line, line.obstacle, reader)) if line.obstacle else ""
    return f"{name_of(line)} · {quantity(line.quantity)}: {why}"


def _unreadable(line: CloseLine) -> Iterator[str]:
    if line.unreadable:
        yield (
            f"{escape(line.venue.label)} also lists open orders that NIJA cannot read and does not cancel. "
            "They may hold some of it; if so, cancel them there yourself:"
        )
        yield from (foreign(order) for order in line.unreadable)


def _why_not(line: CloseLine, obstacle: Obstacle, reader: Reader) -> Iterator[str]:
    if not line.locked:
        yield f"{foreign(obstacle_text(line, obstacle))}{_way_out(line, reader)}"
        return
    yield locked_sentence(line.locked, line.venue)
    with exact():
        rest = line.quantity - line.locked
    if rest > 0:
        yield f"the other {quantity(rest)}: {foreign(obstacle_text(line, obstacle))}"
    elif obstacle.kind is not ObstacleKind.LOCKED:
        yield f"besides: {foreign(obstacle_text(line, obstacle))}"


def _way_out(line: CloseLine, reader: Reader) -> str:
    if line.opens_at is None:
        return ""
    name = f"{escape(base_of(line.symbol))} {line.venue.value}"
    return f", opens {reader.clock(line.opens_at)}, {reader.ahead(line.opens_at)}; send /close {name} then"


def _figures(line: CloseLine, reader: Reader) -> Iterator[tuple[str, str]]:
    yield f"Quantity, {reader.age(line.read_at)}", full_quantity(line.quantity)
    if line.price is not None and line.price_at is not None:
        yield f"Price, {reader.age(line.price_at)}", price(line.price, line.currency)
    yield from _sums((line,))


def _sums(lines: Sequence[CloseLine]) -> Iterator[tuple[str, str]]:
    currency, directions = lines[0].currency, [line.direction for line in lines]
    yield "Value", _total([line.value for line in lines], currency)
    yield "Fee", _total([line.fee for line in lines], currency)
    received, net = received_label(directions), net_label(*directions)
    if received is not None:
        yield received, _total([_after_fee(line) for line in lines], currency)
    known = [line.result for line in lines if line.result is not None]
    if known:
        label = net if len(known) == len(lines) else f"{net}, {len(known)} of {len(lines)}"
        yield label, _total(known, currency, signed=True)
    if len(known) < len(lines):
        yield "The others" if known else net, "unknown, no entry"


def _after_fee(line: CloseLine) -> Decimal | None:
    """Return what reaches the account, or leaves it, as its reader works it out from the figures above it."""
    if line.value is None or line.fee is None:
        return None
    return add_rounded((line.value, -line.fee if line.direction is Direction.LONG else line.fee))


def _together(lines: Sequence[CloseLine]) -> Iterator[str]:
    for currency in sorted({line.currency for line in lines}):
        yield bold(f"Together, in {currency}")
        ones = [line for line in lines if line.currency == currency]
        yield rows(_sums(ones))
        if any(line.result is not None and any(_against_guard(line)) for line in ones):
            yield f"{net_label(*(line.direction for line in ones))} counts from what was paid."


def _total(amounts: Sequence[Decimal | None], currency: str, *, signed: bool = False) -> str:
    known = [amount for amount in amounts if amount is not None]
    if len(known) < len(amounts):
        return "unknown"
    return in_currency(add_rounded(known), currency, signed=signed)


def _keyboard(preview: ClosePreview) -> tuple[tuple[ScreenButton, ...], ...]:
    if preview.confirmation_id is None:
        return ()
    sell = ScreenButton(
        label=_label(preview.sellable), data=f"{SELL}:{preview.confirmation_id}", tone=Tone.DANGER
    )
    return ((sell,), (ScreenButton(label="Leave alone", data=f"{KEEP}:{preview.confirmation_id}"),))


def _label(lines: Sequence[CloseLine]) -> str:
    if len(lines) > 1:
        return f"Sell all {len(lines)} now"
    line = lines[0]
    verb = "Sell" if line.direction is Direction.LONG else "Buy back"
    return f"{verb} {quantity(line.quantity)} {line.symbol} now"


def _selling(selling: Selling, reader: Reader) -> Screen:
    return Screen(text="\n\n".join((*selling_blocks(selling), reader.as_of(reader.now))))


def selling_blocks(selling: Selling) -> list[str]:
    """Return what is being sold, what is written down to be, and what is not."""
    blocks = []
    if selling.lines:
        begun = [f"{name_of(line)} · {full_quantity(line.quantity)}" for line in selling.lines]
        blocks.append("\n".join((bold("Selling now"), *begun)))
        blocks.append("The alert with the exact fill follows. /history shows every step.")
    else:
        blocks.append(bold("Nothing is being sold" if not selling.written_down else "Not sold yet"))
    if selling.written_down:
        waiting = [f"{name_of(line)} · {full_quantity(line.quantity)}" for line in selling.written_down]
        blocks.append("\n".join((bold("Written down for the next start"), *waiting)))
        blocks.append(_NEXT_START)
    if selling.left_out:
        left = [
            f"{name_of(line)}: {foreign(obstacle_text(line, line.obstacle))}"
            for line in selling.left_out
            if line.obstacle
        ]
        blocks.append("\n".join((bold("Not begun"), *left)))
    return blocks


def stays_text(stays: Stays) -> str:
    """Say what the sale of a part leaves, and how much of it stays guarded."""
    left = f"Stays: {full_quantity(stays.quantity)}"
    if stays.too_small:
        return f"{left}, not guarded any more: {escape(stays.too_small)}."
    if not stays.guarded:
        return f"{left}, not guarded."
    part = "" if stays.guarded == stays.quantity else f"{full_quantity(stays.guarded)} of it "
    return f"{left}, {part}guarded as before."


def name_of(line: CloseLine) -> str:
    """Name the position of a line and its broker."""
    short = " short" if line.direction is Direction.SHORT else ""
    return f"{bold(line.symbol + short)} · {escape(line.venue.label)}"
