"""Exact decimal money: how amounts enter, how they are rounded, and what counts as cash."""

from collections.abc import Mapping
from contextlib import AbstractContextManager
from decimal import ROUND_FLOOR, Context, Decimal, InvalidOperation, localcontext

from engine.model.venues import Venue

ZERO = Decimal(0)

#: Digits kept while deciding; products of two venue amounts (18 + 18 decimals) stay exact.
EXACT_DIGITS = 120

#: Below this dollar rate a stablecoin is named with its rate wherever it is counted.
DEPEGGED_BELOW_USD = Decimal("0.985")

#: No amount of any venue has more digits before or after its point; sums of larger ones would overflow.
_LARGEST_EXPONENT = 40

FIAT = frozenset({"USD", "EUR", "GBP", "CAD", "CHF", "AUD", "JPY"})
#: Issued at one dollar each and traded at one of the venues: USDC, USDT and USDG at Alpaca
#: (https://alpaca.markets/support/what-cryptocurrencies-does-alpaca-currently-support/), the others at Kraken or Coinbase.
#: Look them up at https://api.kraken.com/0/public/AssetPairs and https://api.coinbase.com/api/v3/brokerage/market/products.
#: Synthetic dollars (USDE, USDD) and what lost its peg for good (UST) are positions.
USD_STABLECOINS = frozenset(
    {"USDC", "USDT", "USDG", "PYUSD", "DAI", "RLUSD", "TUSD", "FDUSD", "USDS", "USD1", "USDQ", "USDR"}
)
#: Issued at one euro each and traded at Kraken, EURC at Coinbase too: cash as well, at the venue's own rate.
EUR_STABLECOINS = frozenset({"EURC", "EURQ", "EURR"})

#: What a venue converts into dollars and back one for one, at once and free of charge; there it is worth a dollar,
#: whatever it is quoted at elsewhere. Kraken and Alpaca trade stablecoins against the dollar at a market price.
#: Coinbase: https://docs.cdp.coinbase.com/prime/concepts/stablecoins/conversions and
#: https://docs.cdp.coinbase.com/api-reference/advanced-trade-api/rest-api/convert/create-convert-quote
CONVERTED_AT_PAR: Mapping[Venue, frozenset[str]] = {Venue.COINBASE: frozenset({"USDC", "PYUSD"})}
#: What orders in dollar pairs spend like dollars. Coinbase's USD and USDC order books are one:
#: https://docs.cdp.coinbase.com/prime/concepts/stablecoins/usdc-settlement
SPENT_AS_DOLLARS: Mapping[Venue, frozenset[str]] = {Venue.COINBASE: frozenset({"USDC"})}


class InvalidNumberError(ValueError):
    """A value that should be an amount is missing, not finite or not a number."""


def exact() -> AbstractContextManager[Context]:
    """Open a decimal context wide enough that sums and products are not rounded."""
    return localcontext(Context(prec=EXACT_DIGITS))


def parse_decimal(value: object) -> Decimal:
    """Read an amount from a venue's text or integer; floats, NaN and infinities are refused.

    Raises:
        InvalidNumberError: `value` is not a finite number in text, integer or Decimal form.

    """
    if isinstance(value, bool) or not isinstance(value, str | int | Decimal):
        message = f"{value!r} is not an exact number"
        raise InvalidNumberError(message)
    try:
        number = Decimal(value)
    except InvalidOperation as e:
        message = f"{value!r} is not a number"
        raise InvalidNumberError(message) from e
    if not number.is_finite():
        message = f"{value!r} is not finite"
        raise InvalidNumberError(message)
    text = str(number)
    # Most amounts are short, and a short one without an exponent has few digits: to take it apart takes longer.
    if len(text) > _LARGEST_EXPONENT or "E" in text:
        _check_size(number)
    return number


def _check_size(number: Decimal) -> None:
    _, digits, exponent = number.as_tuple()
    if len(digits) > _LARGEST_EXPONENT or abs(int(exponent)) > _LARGEST_EXPONENT:
        message = f"a number of {len(digits)} digits and exponent {exponent} is not an amount"
        raise InvalidNumberError(message)


def floor_to(quantity: Decimal, step: Decimal) -> Decimal:
    """Round `quantity` down to a whole number of `step`s."""
    if step <= ZERO:
        message = f"step must be positive, not {step}"
        raise InvalidNumberError(message)
    with exact():
        return (quantity / step).to_integral_value(ROUND_FLOOR) * step


def is_cash(asset: str) -> bool:
    """Return whether `asset` is fiat money or a stablecoin of it; all else is a position."""
    return asset in FIAT or asset in USD_STABLECOINS or asset in EUR_STABLECOINS


def is_at_par(asset: str, venue: Venue | None) -> bool:
    """Return whether a venue gives a dollar for one unit of an asset."""
    return asset == "USD" or (venue is not None and asset in CONVERTED_AT_PAR.get(venue, frozenset()))


def cash_for(currency: str, venue: Venue) -> tuple[str, ...]:
    """Return the currencies that a pair quoted in `currency` can spend at a venue."""
    others = SPENT_AS_DOLLARS.get(venue, frozenset()) if currency == "USD" else frozenset()
    return (currency, *sorted(others))
