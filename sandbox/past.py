"""What everything was worth when: the last price of every minute, and the candles drawn from it."""

from bisect import bisect_left, bisect_right
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from math import ceil

MINUTE_S = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Candle:
    """One stretch of time; how far the price strayed between its ends is not kept."""

    start: int
    open: Decimal
    close: Decimal

    @property
    def high(self) -> Decimal:
        """The higher end."""
        return max(self.open, self.close)

    @property
    def low(self) -> Decimal:
        """The lower end."""
        return min(self.open, self.close)


class Past:
    """Every asset's last price of each minute in which it was set; it holds until the next one."""

    def __init__(self) -> None:
        self._closes: dict[str, list[tuple[int, Decimal | None]]] = {}

    def note(self, asset: str, usd: Decimal | None, at: float) -> None:
        """Keep a price; None: nobody priced it from then on."""
        closes, minute = self._closes.setdefault(asset, []), int(at // MINUTE_S)
        place = bisect_left(closes, minute, key=_minute)
        is_known = place < len(closes) and closes[place][0] == minute
        closes[place : place + is_known] = [(minute, usd)]

    def price(self, asset: str, at: float) -> Decimal | None:
        """The price then; what came before the first known price was the same."""
        closes = self._closes.get(asset)
        if not closes:
            return None
        place = bisect_right(closes, int(at // MINUTE_S), key=_minute)
        return closes[max(place - 1, 0)][1]


def draw(
    price_at: Callable[[float], Decimal | None], *, width_s: int, first: float, last: float
) -> list[Candle]:
    """The candles that start within these bounds, oldest first; without a price there is none."""
    starts = range(ceil(first / width_s) * width_s, int(last) + 1, width_s)
    drawn = (_candle(price_at, start, width_s) for start in starts)
    return [candle for candle in drawn if candle is not None]


def _candle(price_at: Callable[[float], Decimal | None], start: int, width_s: int) -> Candle | None:
    close = price_at(start + width_s - 1)
    if close is None:
        return None
    return Candle(start=start, open=price_at(start - 1) or close, close=close)


def _minute(entry: tuple[int, Decimal | None]) -> int:
    return entry[0]
