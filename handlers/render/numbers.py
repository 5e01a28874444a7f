"""Numbers as they are shown: money, prices, percentages and quantities, never rounded into a lie."""

from collections.abc import Iterable
from decimal import ROUND_DOWN, ROUND_HALF_UP, Decimal

from engine.model.money import exact, floor_to

MINUS = "\N{MINUS SIGN}"
_CENTS = 2
_CENT = Decimal("0.01")
_PERCENT_PLACES = 2
#: Enough digits to distinguish prices of small coins: 0.00001234.
_SIGNIFICANT_DIGITS = 6
_QUANTITY_PLACES = 8


def money(amount: Decimal, *, signed: bool = False) -> str:
    """Write dollars: `$1,234.56`, `-$812.00`, and `+$43.00` when `signed`."""
    rounded = _round(amount, _CENTS)
    return f"{_sign(rounded, signed=signed)}${rounded.copy_abs():,.2f}"


def add_rounded(amounts: Iterable[Decimal]) -> Decimal:
    """Add amounts as they are shown, so that a sum is what its reader adds up to the cent."""
    with exact():
        return sum((_round(amount, _CENTS) for amount in amounts), Decimal(0))


def at_least(amount: Decimal, *, complete: bool) -> str:
    """Write dollars, as `≥ $…` when the sum lacks something unknown."""
    return money(amount) if complete else f"≥ {money(amount)}"


def cents_down(amount: Decimal) -> Decimal:
    """Cut what must not look like more than it is to whole cents."""
    return floor_to(amount, _CENT)


def cents_up(amount: Decimal) -> Decimal:
    """Raise what must not look like less than it is to whole cents."""
    return -floor_to(-amount, _CENT)


def in_currency(amount: Decimal, currency: str, *, signed: bool = False) -> str:
    """Write a result or fee in its own currency: `$1.23`, or `1.23 EUR`."""
    if currency == "USD":
        return money(amount, signed=signed)
    rounded = _round(amount, _CENTS)
    return f"{_sign(rounded, signed=signed)}{rounded.copy_abs():,.2f} {currency}"


def price(amount: Decimal, currency: str = "USD") -> str:
    """Write a price per unit with at least six significant digits where it has them: `$64,000.00`, `$0.00001234`."""
    with exact():
        places = max(_CENTS, _SIGNIFICANT_DIGITS - 1 - amount.adjusted()) if amount else _CENTS
    digits = _trimmed(_round(amount, places), at_least=_CENTS)
    return f"${digits}" if currency == "USD" else f"{digits} {currency}"


def charged(fee: Decimal, currency: str = "USD") -> str:
    """Write a fee: dollars in cents, and in full below one cent."""
    return money(fee) if currency == "USD" and abs(fee) >= _CENT else price(fee, currency)


def estimated(cost: Decimal) -> str:
    """Write what something would cost in dollars; digits below a cent would pretend to know them."""
    return money(cost) if cost >= _CENT else f"under {money(_CENT)}"


def charged_from(value: Decimal, fee: Decimal, currency: str) -> str:
    """Write a fee in cents, or with as many digits as it takes to come to the true cent of what it leaves of a value."""
    if currency != "USD" or abs(fee) < _CENT:
        return charged(fee, currency)
    with exact():
        left = _round(value - fee, _CENTS)
        for places in range(_CENTS, _QUANTITY_PLACES):
            shown = _round(fee, places)
            if _round(value - shown, _CENTS) == left:
                return f"{_sign(shown, signed=False)}${shown.copy_abs():,.{places}f}"
    return f"{_sign(fee, signed=False)}${_trimmed(fee.copy_abs(), at_least=_CENTS)}"


def percent(ratio: Decimal, *, signed: bool = True) -> str:
    """Write a fraction as percent: `+1.25 %`, `-1.50 %`."""
    return _percent(ratio, _PERCENT_PLACES, signed=signed)


def cost_percent(ratio: Decimal) -> str:
    """Write a cost or target as percent, unsigned unless negative: `0.62 %`."""
    return percent(ratio, signed=False)


def threshold_percent(ratio: Decimal) -> str:
    """Write a threshold in full: `-1.00 %`, and `-0.125 %` when two places do not hold it."""
    return _percent(ratio, _places(ratio), signed=True)


def target_percent(ratio: Decimal) -> str:
    """Write a profit target in full: `+2.00 %`."""
    return _percent(ratio, _places(ratio), signed=True)


def loss_percent(threshold: Decimal) -> str:
    """Write the loss at a threshold in full, as what is lost: `1.00 %`."""
    return _percent(abs(threshold), _places(threshold), signed=False)


def _places(ratio: Decimal) -> int:
    with exact():
        exponent = (ratio * 100).normalize().as_tuple().exponent
    places = -exponent if isinstance(exponent, int) else _PERCENT_PLACES
    return max(_PERCENT_PLACES, places)


def percent_beside(ratio: Decimal, threshold: Decimal) -> str:
    """Write a result so that it never reads as past a threshold it is not past: `-0.9996 %`."""
    for places in range(_PERCENT_PLACES, _QUANTITY_PLACES):
        with exact():
            rounded = _round(ratio * 100, places) / 100
        if (rounded <= threshold) == (ratio <= threshold):
            return _percent(ratio, places, signed=True)
    return _percent(ratio, _QUANTITY_PLACES, signed=True)


def quantity(amount: Decimal) -> str:
    """Write a quantity without trailing zeros, cut after eight decimals if something is left: `0.12`, `1,234.5`."""
    with exact():
        cut = amount.quantize(Decimal(1).scaleb(-_QUANTITY_PLACES), ROUND_DOWN)
    return _trimmed(cut or amount, at_least=0)


def full_quantity(amount: Decimal) -> str:
    """Write a quantity with every digit it has."""
    return _trimmed(amount, at_least=0)


def _percent(ratio: Decimal, places: int, *, signed: bool) -> str:
    with exact():
        rounded = _round(ratio * 100, places)
    return f"{_sign(rounded, signed=signed)}{rounded.copy_abs():,.{places}f} %"


def _sign(rounded: Decimal, *, signed: bool) -> str:
    # A zero carries no minus: what rounds to nothing is neither won nor lost.
    if rounded < 0:
        return MINUS
    return "+" if signed and rounded > 0 else ""


def _round(amount: Decimal, places: int) -> Decimal:
    with exact():
        return amount.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)


def _trimmed(amount: Decimal, *, at_least: int) -> str:
    """Drop zeros at the end, keeping at least some decimals."""
    with exact():
        digits = f"{amount.copy_abs():,f}"
    whole, _, decimals = digits.partition(".")
    decimals = decimals.rstrip("0").ljust(at_least, "0")
    sign = MINUS if amount < 0 else ""
    return f"{sign}{whole}.{decimals}" if decimals else f"{sign}{whole}"
