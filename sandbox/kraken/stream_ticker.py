"""A row of the stream's ticker: amounts as numbers, of which whole ones have no point; pure."""

from collections.abc import Iterable, Mapping
from decimal import Decimal

from engine.brokers.paper.book import Level, Listing
from engine.model.money import ZERO
from sandbox.kraken.figures import written
from sandbox.kraken.public import quote_decimals

QUANTITY_DECIMALS = 8

Top = tuple[Level | None, Level | None]
Json = Mapping[str, object]


def is_changed(before: Top, now: Top) -> bool:
    """Whether a best price is another: quantities alone move nothing."""
    return [_price_of(level) for level in before] != [_price_of(level) for level in now]


def _price_of(level: Level | None) -> str:
    return "" if level is None else str(level.price)


def ticker(listing: Listing, top: Top) -> Json:
    """The figures of a pair."""
    bid, ask = top
    decimals = quote_decimals(listing)
    last = _number(next((level.price for level in (ask, bid) if level), ZERO), decimals)
    day = dict.fromkeys(("vwap", "low", "high"), last)
    return {
        **dict(_side("bid", bid, decimals)),
        **dict(_side("ask", ask, decimals)),
        "last": last,
        "volume": Decimal("1000.00000000"),
        **day,
        "change": 0,
        "change_pct": 0,
    }


def _side(name: str, level: Level | None, decimals: int) -> Iterable[tuple[str, object]]:
    yield name, None if level is None else _number(level.price, decimals)
    yield f"{name}_qty", None if level is None else _number(level.size, QUANTITY_DECIMALS)


def _number(value: Decimal, decimals: int) -> Decimal | int:
    """A price as the venue's REST cuts it off; a whole one has no point, as some tokens of the stream have none."""
    cut = Decimal(written(value, decimals))
    whole = cut.to_integral_value() if cut.is_finite() else cut
    return int(whole) if whole == cut and cut.is_finite() else cut
