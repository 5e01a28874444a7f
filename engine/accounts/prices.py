"""The dollar prices of what an account holds; without any the holdings are known all the same."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from engine.accounts.valuation import Prices
from engine.brokers.defects import no_defect_escapes
from engine.market.feed import QUOTE_MAX_AGE_S, VenueMarket
from engine.market.pricing import plan_symbols, value_in_usd
from engine.model.errors import BrokerError, TryLaterError
from engine.model.holdings import AccountReport
from engine.model.instruments import AssetClass, Instrument
from engine.model.money import is_at_par
from engine.model.quotes import Quote
from engine.model.venues import Venue

#: What is held is not kept waiting longer than this for what it is worth.
PRICES_BUDGET_S = 10.0

_ONE = Decimal(1)


@dataclass(frozen=True, slots=True, kw_only=True)
class PriceReading:
    """Prices of an account's holdings as a venue reported them."""

    prices: Prices
    #: Why it reported none; None where it did, or none was needed.
    error: BrokerError | None = None


async def fetch_prices(market: VenueMarket, report: AccountReport) -> PriceReading:
    """Return the price of everything held, or the prices known without the venue, and why it reported none."""
    venue = report.account.venue
    assets = {holding.asset for holding in report.holdings if holding.total}
    at_par: Prices = {asset: _ONE for asset in assets if is_at_par(asset, venue)}
    others = assets - at_par.keys()
    if not others:
        return PriceReading(prices=at_par)
    try:
        async with asyncio.timeout(PRICES_BUDGET_S):
            with no_defect_escapes(venue):
                return PriceReading(prices={**at_par, **await _ask(market, others)})
    except BrokerError as e:
        return PriceReading(prices=at_par, error=e)
    except TimeoutError:
        return PriceReading(prices=at_par, error=_silence(venue))


async def _ask(market: VenueMarket, assets: set[str]) -> Prices:
    instruments = await market.instruments()
    symbols = plan_symbols(assets, instruments)
    symbols -= await _shut(market, [instruments[symbol] for symbol in symbols])
    quotes: Mapping[str, Quote] = await market.quotes(symbols, max_age_s=QUOTE_MAX_AGE_S) if symbols else {}
    return {asset: value_in_usd(asset, instruments, quotes) for asset in assets}


async def _shut(market: VenueMarket, instruments: Sequence[Instrument]) -> set[str]:
    """Return what does not trade now: the quotes that a closed market shows are its last ones."""
    stocks = [one for one in instruments if one.asset_class is AssetClass.STOCK]
    try:
        # All stocks of a venue share its session.
        return set() if not stocks or await market.in_session(stocks[0]) else {one.symbol for one in stocks}
    except BrokerError:
        # Balances do not wait for the listings, which only name prices.
        return set()


def _silence(venue: Venue) -> BrokerError:
    return TryLaterError(venue, f"no prices within {PRICES_BUDGET_S:g} s")
