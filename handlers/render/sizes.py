"""How large a buy is, and why that large."""

from engine.entries.route import Unsized
from engine.entries.sizing import Size, SizeBasis
from engine.model.money import ZERO
from handlers.render.html import bold, code
from handlers.render.numbers import at_least, full_quantity
from handlers.render.screen import Screen
from handlers.render.times import Reader


def size_text(size: Size) -> str:
    """Say why a buy is as large as it is; a total that lacks something is shown as at least so much."""
    share = f"{full_quantity((size.share or ZERO) * 100)} %"
    equity = at_least(size.equity_usd or ZERO, complete=size.is_equity_complete)
    match size.basis:
        case SizeBasis.AMOUNT:
            return "as you named it"
        case SizeBasis.SHARE | SizeBasis.USUAL:
            return f"{share} of total equity, {equity}"
        case SizeBasis.MOST:
            return "the most that cash and exposure leave"
        case SizeBasis.SMALLEST:
            return (
                f"the smallest that can be bought and sold again; {share} of total equity, {equity}, is less"
            )
        case SizeBasis.CEILING:
            return f"{share} of total equity, {equity}: never more, although the smallest that can be sold is"


def render_unsized(unsized: Unsized, command: str, reader: Reader) -> Screen:
    """Say that no size could be worked out, and what to send instead."""
    base = unsized.symbol.partition("/")[0]
    lines = (
        bold(unsized.symbol),
        "Your total equity is not known now, so no size follows from it. Nothing was ordered.",
        f"Name an amount: {code(f'/{command} {base} 30')}",
        reader.as_of(unsized.at),
    )
    return Screen(text="\n".join(lines))
