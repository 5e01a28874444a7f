"""How large a buy is, and why that large."""

from collections.abc import Mapping
from types import MappingProxyType

from engine.entries.route import Unsized
from engine.entries.sizing import Size, SizeBasis, SizeUnknown
from engine.model.money import ZERO
from handlers.render.html import bold, code
from handlers.render.numbers import at_least, full_quantity
from handlers.render.screen import Screen
from handlers.render.times import Reader

_UNKNOWN: Mapping[SizeUnknown, str] = MappingProxyType(
    {
        SizeUnknown.EQUITY: "your total equity is not known now",
        SizeUnknown.CASH: "the free cash of no broker is known now",
        SizeUnknown.EXPOSURE: "what your guarded positions are worth is not known now",
    }
)


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


def unknown_size_text(unknown: SizeUnknown) -> str:
    """Say what is not known and keeps a buy from having a size."""
    return f"No size: {_UNKNOWN[unknown]}."


def render_unsized(unsized: Unsized, command: str, reader: Reader) -> Screen:
    """Say that no size could be worked out, and what to send instead."""
    base = unsized.symbol.partition("/")[0]
    lines = (
        bold(unsized.symbol),
        f"{unknown_size_text(unsized.unknown)} Nothing was ordered.",
        f"Name an amount: {code(f'/{command} {base} 30')}",
        reader.as_of(unsized.at),
    )
    return Screen(text="\n".join(lines))
