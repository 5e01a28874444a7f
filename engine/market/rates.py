"""What the money of past purchases was worth in dollars, by the venue's own prices of those moments."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from engine.clock import Clock
from engine.market.feed import Markets, VenueMarket
from engine.market.pricing import plan_price_path, value_in_usd
from engine.model.errors import BrokerError, RefusedError
from engine.model.quotes import Quote
from engine.model.venues import Account

#: Rates requested per account and turn; the rest follows on the next ones.
RATES_A_TURN = 5

#: Between two of them: today's prices are requested at the same address, and guards live on those.
PAUSE_S = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Payment:
    """What a fill was paid with, and when."""

    trade_id: str
    currency: str
    at: datetime


class PastRates:
    """Fetches a few rates at a time; one that a venue does not have is not requested again by this process."""

    def __init__(self, *, markets: Markets, clock: Clock) -> None:
        self._markets = markets
        self._clock = clock
        self._hopeless: set[tuple[str, str]] = set()

    def open(self, account: Account, payments: Iterable[Payment]) -> tuple[Payment, ...]:
        """Return the payments whose rate may still be found."""
        account_id = account.account_id
        return tuple(each for each in payments if (account_id, each.trade_id) not in self._hopeless)

    async def fetch(self, account: Account, payments: Iterable[Payment]) -> dict[str, Decimal]:
        """Return USD for one unit of what was paid with, by trade id.

        A venue that does not answer for a currency may still have a price: its payments stay open.
        """
        market = self._markets[account.venue]
        rates: dict[str, Decimal] = {}
        failed, fetched = set[str](), 0
        for (currency, minute), trade_ids in _by_minute(self.open(account, payments)).items():
            if currency in failed or fetched == RATES_A_TURN:
                continue
            if fetched:
                await self._clock.sleep(PAUSE_S)
            fetched += 1
            try:
                rate = await fetch_usd_rate(market, currency, minute)
            except BrokerError:
                failed.add(currency)
                continue
            if rate is None:
                self._hopeless.update((account.account_id, trade_id) for trade_id in trade_ids)
            else:
                rates |= dict.fromkeys(trade_ids, rate)
        return rates


def _by_minute(payments: Iterable[Payment]) -> dict[tuple[str, datetime], list[str]]:
    """Put together what one price answers for: no candle is finer than a minute."""
    together: dict[tuple[str, datetime], list[str]] = defaultdict(list)
    for payment in payments:
        minute = payment.at.replace(second=0, microsecond=0)
        together[payment.currency, minute].append(payment.trade_id)
    return together


async def fetch_usd_rate(market: VenueMarket, currency: str, at: datetime) -> Decimal | None:
    """Return USD for one unit of a currency at a past moment; None when the venue has no price of then.

    Raises:
        BrokerError: the venue does not answer.

    """
    instruments = await market.instruments()
    quotes: dict[str, Quote] = {}
    for symbol in plan_price_path(currency, instruments):
        try:
            close = await market.data.fetch_close(symbol, at)
        except RefusedError:
            return None
        if close is None:
            return None
        # A past price has no spread: it stands for both sides.
        quotes[symbol] = Quote(symbol=symbol, bid=close, ask=close, at=at)
    return value_in_usd(currency, instruments, quotes)
