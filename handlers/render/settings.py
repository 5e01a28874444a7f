"""The text of /settings."""

from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal

from engine.entries.preferences import OutOfRange
from engine.entries.rules import LARGEST_SHARE, SMALLEST_SHARE, EntryRules
from handlers.arguments import Misread
from handlers.render.halt import ONLY_CONFIRMED
from handlers.render.html import bold, code
from handlers.render.numbers import full_quantity, money
from handlers.render.problems import render_misread
from handlers.render.screen import Screen
from handlers.render.times import Reader


def render_settings(rules: EntryRules, reader: Reader, *, sent_at: datetime | None = None) -> Screen:
    """Show the settings of buys and how to change each; `sent_at` is given for changes that came too late."""
    return Screen(text="\n".join((*_lines(rules, reader, sent_at), "", reader.as_of(reader.now))))


def render_out_of_range(found: OutOfRange) -> Screen:
    """Say what the usual size may be set to."""
    bounds = f"{_share(found.smallest)} to {_share(found.largest)}"
    why = f"The usual size can be {bounds} of total equity. Nothing was changed."
    return render_misread(Misread(why=why, example="/settings size 5%"))


def _lines(rules: EntryRules, reader: Reader, sent_at: datetime | None) -> Iterator[str]:
    yield f"{bold('Settings')}\n{ONLY_CONFIRMED}"
    bounds = f"{_share(SMALLEST_SHARE)} to {_share(LARGEST_SHARE)}"
    yield f"Size of a buy without an amount: {_share(rules.share)} of total equity."
    yield f"{code('/settings size 5%')} changes it, {bounds}; {code('/settings size usual')} sets it back."
    limit = "off" if rules.daily_loss_usd is None else f"{money(rules.daily_loss_usd)} a day, UTC"
    yield f"Daily loss limit: {limit}."
    yield (
        f"{code('/settings loss 50')} keeps buys back once $50 are lost in a day, {code('/settings loss off')} "
        "does not. What counts is realised today, and each open loss of what is guarded; open gains do not. "
        "Guards sell either way."
    )
    if sent_at is not None:
        yield (
            f"You sent this {reader.age(sent_at)}, while NIJA could not answer, so nothing was changed. "
            "Send it again if you still want it."
        )


def _share(ratio: Decimal) -> str:
    return f"{full_quantity(ratio * 100)} %"
