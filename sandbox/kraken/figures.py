"""Numbers and flags as Kraken writes and reads them; pure."""

from collections.abc import Mapping
from decimal import ROUND_DOWN, Decimal

from sandbox.kraken.errors import invalid


def written(value: Decimal, decimals: int) -> str:
    """A number with fixed decimals, cut off as Kraken does; garbage is passed on as it is."""
    if not value.is_finite():
        return str(value)
    return f"{value.quantize(Decimal(1).scaleb(-decimals), ROUND_DOWN):f}"


def flag(params: Mapping[str, str], name: str) -> bool:
    """A boolean parameter: true, True and 1 are yes."""
    return params.get(name, "").lower() in {"true", "1"}


def number(params: Mapping[str, str], name: str) -> Decimal | None:
    """A decimal parameter, None if absent; anything else is refused."""
    text = params.get(name)
    if text is None:
        return None
    if not text.replace(".", "", 1).isdecimal() or not text.isascii():
        raise invalid(name)
    return Decimal(text)


def whole(params: Mapping[str, str], name: str, default: int | None = None) -> int | None:
    """An integer parameter."""
    text = params.get(name)
    if text is None:
        return default
    try:
        return int(text)
    except ValueError:
        raise invalid(name) from None
