"""How Alpaca names what it lists: BTC/USD as an order's symbol, BTCUSD as a position's, AAPL as both."""

import uuid
from collections.abc import Iterable

from engine.brokers.paper.book import Listing
from sandbox.catalogue import ALPACA
from sandbox.market import Market

CRYPTO = "crypto"
EQUITY = "us_equity"
DOLLAR = "USD"
SHARE = ".US"


def is_crypto(listing: Listing) -> bool:
    """Whether it trades around the clock, in fractions of anything, for a fee."""
    return listing.asset_class == CRYPTO


def class_of(listing: Listing) -> str:
    """The asset class in the venue's words."""
    return CRYPTO if is_crypto(listing) else EQUITY


def symbol_of(listing: Listing) -> str:
    """The symbol in orders, assets and market data."""
    return listing.symbol if is_crypto(listing) else _ticker(listing)


def position_symbol(listing: Listing) -> str:
    """The symbol in positions."""
    return listing.symbol.replace("/", "") if is_crypto(listing) else _ticker(listing)


def exchange_of(listing: Listing) -> str:
    """Where it trades."""
    return "CRYPTO" if is_crypto(listing) else "NASDAQ"


def asset_id(listing: Listing) -> str:
    """The venue's uuid of what it lists."""
    return str(uuid.uuid5(uuid.NAMESPACE_OID, f"{ALPACA} {listing.symbol}"))


def find_listing(market: Market, name: str) -> Listing | None:
    """The listing a client means by BTC/USD, BTCUSD, AAPL or an asset id."""
    return next((each for each in market.listings(ALPACA) if name in _names(each)), None)


def dollar_listing(market: Market, asset: str) -> Listing | None:
    """The pair through which an asset is held and valued."""
    return next(
        (each for each in market.listings(ALPACA) if each.base == asset and each.quote == DOLLAR), None
    )


def _ticker(listing: Listing) -> str:
    """What a share trades as: a ledger keeps one that is called like money or a coin under a name of its own."""
    return listing.base.removesuffix(SHARE)


def _names(listing: Listing) -> Iterable[str]:
    return symbol_of(listing), position_symbol(listing), asset_id(listing)
