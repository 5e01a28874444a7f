"""The text of /paper reset: the preview with its button, and what came of the press."""

from collections.abc import Iterator, Sequence

from engine.guards.guard import Guard
from engine.model.venues import Venue
from engine.offers.paper_reset import NotOnPaper, OrdersUnderWay, ResetDone, ResetPreview
from handlers.render.html import bold, escape
from handlers.render.numbers import money
from handlers.render.screen import PAPER_RESET, Screen, ScreenButton, Tone
from handlers.render.times import Reader

_NOT_ON_PAPER = (
    "There is no account on paper to reset; nothing was changed. NIJA_MODE=paper in the settings of the server "
    "trades on paper."
)


def render_reset_offer(offered: ResetPreview | NotOnPaper | OrdersUnderWay, reader: Reader) -> Screen:
    """Show what would begin anew, or why nothing can."""
    match offered:
        case ResetPreview():
            return _preview(offered, reader)
        case NotOnPaper():
            return Screen(text=_NOT_ON_PAPER)
        case OrdersUnderWay():
            return render_reset_outcome(offered)


def render_reset_outcome(outcome: ResetDone | OrdersUnderWay) -> Screen:
    """Say what began anew and which guards that ended, or what is in the way."""
    if isinstance(outcome, OrdersUnderWay):
        where = _names(outcome.venues)
        text = f"Orders at {where} are not over; nothing was reset. /status shows them; send it again afterwards."
        return Screen(text=text)
    lines = [bold("Reset"), f"{_names(outcome.venues)}: {_each(outcome.venues)} {money(outcome.usd)} now."]
    return Screen(text="\n".join((*lines, *_ended(outcome.guards, "Guards that ended with it"))))


def _preview(preview: ResetPreview, reader: Reader) -> Screen:
    lines = (
        bold("Reset?"),
        f"{_names(preview.venues)}: what is held there on paper goes, and {_each(preview.venues)} {money(preview.usd)}.",
        *_ended(preview.guards, "Guards that end with it"),
        "What was traded stays in /history. Nothing is changed without the button.",
        f"The button counts once, until {reader.clock(preview.expires_at)}",
    )
    button = ScreenButton(
        label=f"Reset to {money(preview.usd)}",
        data=f"{PAPER_RESET}:{preview.confirmation_id}",
        tone=Tone.DANGER,
    )
    return Screen(text="\n".join(lines), keyboard=((button,),))


def _names(venues: Sequence[Venue]) -> str:
    return ", ".join(venue.label for venue in venues)


def _each(venues: Sequence[Venue]) -> str:
    return "each has" if len(venues) > 1 else "it has"


def _ended(guards: Sequence[Guard], what: str) -> Iterator[str]:
    if guards:
        yield f"{what}: {escape(', '.join(f'{one.symbol} at {one.venue.label}' for one in guards))}."
