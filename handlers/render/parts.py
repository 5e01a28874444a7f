"""The text of /sell without a part: what each part would bring, with a button for each."""

from collections.abc import Iterator, Sequence
from datetime import datetime

from engine.model.holdings import Direction
from engine.offers.closing_preview import CloseLine, PartChoice, PartsPreview
from handlers.render.closing import closing_blocks, name_of, stays_text
from handlers.render.html import bold, foreign
from handlers.render.numbers import full_quantity, in_currency
from handlers.render.sale_figures import net_label
from handlers.render.screen import KEEP, SELL_PART, Screen, ScreenButton, Tone
from handlers.render.times import Reader
from handlers.render.why_not import obstacle_text

_WHOLE = 100


def render_parts(preview: PartsPreview, reader: Reader, *, sent_at: datetime | None = None) -> Screen:
    """Show all of it with its figures, and what of these each smaller part would be."""
    whole = preview.whole
    blocks = ["\n".join(_head(preview, reader, sent_at)), *closing_blocks(whole, reader)]
    if whole.confirmation_id is not None:
        blocks += ["\n".join(_choice(one)) for one in preview.choices if one.percent < _WHOLE]
    end = reader.as_of(whole.as_of)
    if whole.confirmation_id is not None:
        end += f"\nOne button counts, once, until {reader.clock(whole.expires_at)}"
    return Screen(text="\n\n".join((*blocks, end)), keyboard=_keyboard(preview))


def _head(preview: PartsPreview, reader: Reader, sent_at: datetime | None) -> Iterator[str]:
    if preview.whole.confirmation_id is None:
        yield bold("Nothing can be sold now")
        return
    yield bold("Sell how much now?")
    if sent_at is not None:
        yield f"You sent this {reader.age(sent_at)}, while NIJA could not answer. These are the prices of now."
    yield "At market, so the fill may differ from these prices. Nothing is sold without a button."
    yield "The figures are of all of it, and of each smaller part below."


def _choice(choice: PartChoice) -> Iterator[str]:
    yield bold(f"{choice.percent} %")
    yield from (_part(line, several=len(choice.lines) > 1) for line in choice.lines)


def _part(line: CloseLine, *, several: bool) -> str:
    where = f"{name_of(line)}: " if several else ""
    if line.obstacle is not None:
        return f"{where}cannot be sold: {foreign(obstacle_text(line, line.obstacle))}"
    return f"{where}{', '.join(_figures(line))}. {stays_text(line.stays) if line.stays else ''}".rstrip()


def _figures(line: CloseLine) -> Iterator[str]:
    yield full_quantity(line.quantity)
    if line.value is not None:
        yield f"worth {in_currency(line.value, line.currency)}"
    if line.result is not None:
        label = net_label(line.direction).lower()
        yield f"{label} {in_currency(line.result, line.currency, signed=True)}"


def _keyboard(preview: PartsPreview) -> tuple[tuple[ScreenButton, ...], ...]:
    confirmation_id = preview.whole.confirmation_id
    if confirmation_id is None:
        return ()
    parts = tuple(
        ScreenButton(
            label=f"{_verb(choice.sellable)} {choice.percent} %",
            data=f"{SELL_PART}{choice.percent}:{confirmation_id}",
            tone=Tone.DANGER,
        )
        for choice in preview.choices
        if choice.sellable
    )
    return (parts, (ScreenButton(label="Leave alone", data=f"{KEEP}:{confirmation_id}"),))


def _verb(lines: Sequence[CloseLine]) -> str:
    return "Buy back" if all(line.direction is Direction.SHORT for line in lines) else "Sell"
