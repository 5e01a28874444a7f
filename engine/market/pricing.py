"""Pure pricing: which pairs at a venue value an asset in dollars, and the value they give."""

from collections.abc import Mapping
from decimal import Decimal

from engine.model.currencies import CURRENCIES
from engine.model.instruments import Instrument
from engine.model.money import EUR_STABLECOINS, FIAT, USD_STABLECOINS, ZERO, exact, is_at_par
from engine.model.quotes import Quote
from engine.model.venues import Venue

#: Tried in this order when an asset is not traded against the dollar itself.
_BRIDGES = ("USDC", "USDT", "USDG", "EUR", "GBP", "BTC", "ETH")
#: What else a coin may be quoted in: other stablecoins and national money.
_OTHER_MONEY = tuple(sorted((USD_STABLECOINS | EUR_STABLECOINS | CURRENCIES) - {"USD", *_BRIDGES}))
#: More conversions than this add up to no price that a sale would bring.
_MOST_CONVERSIONS = 3
#: What a sale may bring, the best first.
_EXIT_QUOTES = (
    "USD",
    *sorted(USD_STABLECOINS),
    *("EUR", "GBP", *sorted(FIAT - {"USD", "EUR", "GBP"})),
    *sorted(EUR_STABLECOINS),
    *sorted(CURRENCIES - FIAT),
    *("BTC", "ETH"),
)

_ONE = Decimal(1)


def plan_price_path(asset: str, instruments: Mapping[str, Instrument]) -> tuple[str, ...]:
    """Return the symbols whose quotes, multiplied, value `asset` in USD; empty when none do.

    The first symbol may be inverted (USD/JPY for JPY), which `value_in_usd` knows.
    """
    for conversions in range(_MOST_CONVERSIONS + 1):
        path = _path(asset, instruments, conversions)
        if path is not None:
            return path
    return ()


def _path(asset: str, instruments: Mapping[str, Instrument], most: int) -> tuple[str, ...] | None:
    if is_at_par(asset, _venue(instruments)):
        return ()
    if most == 0:
        return None
    direct = _pair(asset, "USD", instruments)
    if direct is not None:
        return (direct,)
    for bridge in (*_BRIDGES, *_OTHER_MONEY):
        first = _pair(asset, bridge, instruments) if bridge != asset else None
        rest = _path(bridge, instruments, most - 1) if first is not None else None
        if first is not None and rest is not None:
            return (first, *rest)
    return None


def plan_symbols(assets: set[str], instruments: Mapping[str, Instrument]) -> set[str]:
    """Return every symbol that must be quoted to value `assets`."""
    return {symbol for asset in assets for symbol in plan_price_path(asset, instruments)}


def value_in_usd(
    asset: str, instruments: Mapping[str, Instrument], quotes: Mapping[str, Quote]
) -> Decimal | None:
    """Return the dollar price of one unit at the venue's own rate; None when it is unknown.

    Longs are valued at the bid: what selling would bring. What the venue itself converts one for one is worth a
    dollar there; any other stablecoin that it trades against nothing else is unknown too.
    """
    if is_at_par(asset, _venue(instruments)):
        return _ONE
    price, held = _ONE, asset
    path = plan_price_path(asset, instruments)
    for symbol in path:
        rate = _rate(held, instruments[symbol], quotes.get(symbol))
        if rate is None:
            return None
        instrument = instruments[symbol]
        held = instrument.quote if held == instrument.base else instrument.base
        with exact():
            price = price * rate
    return price if path else None


def choose_exit_symbol(asset: str, currency: str | None, instruments: Mapping[str, Instrument]) -> str | None:
    """Return the pair an asset would be sold through: its entry's currency first, then the dollar."""
    return next(iter(pairs_for_exit(asset, currency, instruments)), None)


def pairs_for_exit(
    asset: str, currency: str | None, instruments: Mapping[str, Instrument]
) -> tuple[str, ...]:
    """Return every pair an asset could be sold through, the best first."""
    symbols = dict.fromkeys(f"{asset}/{quote}" for quote in (currency, *_EXIT_QUOTES) if quote is not None)
    return tuple(symbol for symbol in symbols if symbol in instruments)


def choose_entry_symbol(
    asset: str, quote: str | None, instruments: Mapping[str, Instrument], cash: Mapping[str, Decimal]
) -> str | None:
    """Return the pair an asset would be bought through: the named one, else dollars, else where cash lies.

    What an earlier listing alone has can be sold through, and not bought.
    """
    quotes = ("USD", *sorted(USD_STABLECOINS), "EUR", "GBP") if quote is None else (quote,)
    pairs = {q: instruments.get(f"{asset}/{q}") for q in quotes}
    listed = [q for q, pair in pairs.items() if pair is not None and pair.is_listed]
    # Of several with cash, or of none, the first.
    chosen = max(listed, key=lambda q: cash.get(q, ZERO) > ZERO, default=None)
    return f"{asset}/{chosen}" if chosen else None


def _venue(instruments: Mapping[str, Instrument]) -> Venue | None:
    return next((instrument.venue for instrument in instruments.values()), None)


def _pair(base: str, quote: str, instruments: Mapping[str, Instrument]) -> str | None:
    for symbol in (f"{base}/{quote}", f"{quote}/{base}"):
        if symbol in instruments:
            return symbol
    return None


def _rate(held: str, instrument: Instrument, quote: Quote | None) -> Decimal | None:
    if quote is None or quote.sides is None:
        return None
    bid, ask = quote.sides
    # Selling the quote currency means buying the base at the ask.
    return bid if held == instrument.base else _ONE / ask
