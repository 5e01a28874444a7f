"""The text of /panic: the preview with its button, what came of the press, and what a restart made of it."""

from collections.abc import Iterator, Sequence
from datetime import datetime

from engine.alerts.messages import PanicInterrupted
from engine.exits.manual_close import MANUAL_CLOSE_VALID
from engine.offers.panic_preview import PanicBegun, PanicPreview
from handlers.render.closing import closing_blocks, selling_blocks
from handlers.render.html import bold, escape, foreign
from handlers.render.screen import KEEP, PANIC, Screen, ScreenButton, Tone
from handlers.render.times import Reader

_STOPPED = "Buys are stopped; /resume allows them again."
_UNREAD = "What is held there now is not known, and not sold. If you cannot wait, use the broker's own app."


def render_panic(preview: PanicPreview, reader: Reader, *, sent_at: datetime | None = None) -> Screen:
    """Show what the button halts and sells; `sent_at` is given for commands that came too late to act."""
    closing = preview.closing
    blocks = ["\n".join(_head(preview, reader, sent_at)), *closing_blocks(closing, reader)]
    if preview.unread:
        blocks.append("\n".join(_unread(preview.unread)))
    end = f"{reader.as_of(closing.as_of)}\nThe button counts once, until {reader.clock(closing.expires_at)}"
    return Screen(text="\n\n".join((*blocks, end)), keyboard=_keyboard(preview))


def render_panic_begun(begun: PanicBegun, reader: Reader) -> Screen:
    """Say that buys are stopped, what is being sold and what is not."""
    selling = begun.selling
    is_nothing = not (selling.lines or selling.written_down or selling.left_out or begun.unread or begun.buys)
    blocks = ["\n".join((bold("Panic: buys are stopped"), _STOPPED))]
    blocks += ["No position is held."] if is_nothing else selling_blocks(selling)
    if selling.left_out:
        blocks.append("What was guarded of it still is. /panic or /closeall asks again.")
    if begun.buys:
        blocks.append(
            f"Sent before, and may still fill: {escape(', '.join(begun.buys))}. What that buys is guarded; /panic again sells it."
        )
    if begun.unread:
        blocks.append("\n".join(_unread(begun.unread)))
    if begun.goes_on_until:
        until = reader.clock(begun.goes_on_until)
        blocks.append(
            f"NIJA goes on trying what was not read or begun until {until}, then says what came of it."
        )
    return Screen(text="\n\n".join((*blocks, reader.as_of(reader.now))))


def panic_interrupted_lines(message: PanicInterrupted, reader: Reader) -> Iterator[str]:
    """Say what became of a panic whose sales could not all begin with its press."""
    at = reader.clock(message.at)
    if not message.was_stopped:
        yield bold("Panic: what came of the rest")
        yield f"Not everything could be read or sold at once at your panic at {at}, so NIJA went on trying."
        yield from _came_of(message)
    elif not message.in_time:
        yield bold("Panic was cut off")
        yield f"NIJA stopped just after your panic at {at} and was away for longer than {MANUAL_CLOSE_VALID.seconds} s."
        yield "What was not being sold by then is not sold now. /panic or /closeall asks again."
    else:
        yield bold("Panic goes on")
        yield f"NIJA stopped just after your panic at {at} and has started again."
        yield from _came_of(message)
    yield _STOPPED


def _came_of(message: PanicInterrupted) -> Iterator[str]:
    if message.selling:
        yield f"Being sold: {escape(', '.join(message.selling))}. The alert of each fill follows."
    if message.left:
        yield f"Cannot be sold now: {escape(', '.join(message.left))}. /closeall says why."
    if message.unread:
        yield from _unread(message.unread)
    if not message.in_time:
        yield "What was not being sold by then is not sold now. /panic or /closeall asks again."
    elif not (message.selling or message.left or message.unread):
        yield "Nothing more was to be sold."


def _head(preview: PanicPreview, reader: Reader, sent_at: datetime | None) -> Iterator[str]:
    count = len(preview.closing.sellable)
    yield bold("Panic?")
    if sent_at is not None:
        yield f"You sent this {reader.age(sent_at)}, while NIJA could not answer. These are the prices of now."
    if count:
        what = "the position" if count == 1 else f"all {count} positions"
        yield f"One press stops buys and sells {what} below at market, at whatever price there is by then."
    else:
        yield "One press stops buys. Nothing can be sold now; what can be by then is sold."
    yield "Nothing is stopped or sold without the button."


def _unread(troubles: Sequence[str]) -> Iterator[str]:
    yield bold("Not read")
    yield from (foreign(trouble) for trouble in troubles)
    yield _UNREAD


def _keyboard(preview: PanicPreview) -> tuple[tuple[ScreenButton, ...], ...]:
    confirmation_id = preview.closing.confirmation_id
    panic = ScreenButton(label=_label(preview), data=f"{PANIC}:{confirmation_id}", tone=Tone.DANGER)
    return ((panic,), (ScreenButton(label="Leave alone", data=f"{KEEP}:{confirmation_id}"),))


def _label(preview: PanicPreview) -> str:
    count = len(preview.closing.sellable)
    if not count:
        return "Panic: stop buys"
    return f"Panic: stop buys and sell {'it' if count == 1 else f'all {count}'} now"
