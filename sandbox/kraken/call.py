"""One authenticated request, with everything its endpoint may look at."""

from collections.abc import Mapping
from dataclasses import dataclass

from engine.brokers.paper.book import Listing
from sandbox.catalogue import KRAKEN
from sandbox.kraken.account import KrakenAccount
from sandbox.kraken.errors import UNKNOWN_PAIR, KrakenError
from sandbox.kraken.names import asset_class, pair_names
from sandbox.market import Market
from sandbox.pace import Pace


@dataclass(frozen=True, slots=True, kw_only=True)
class PrivateCall:
    """An endpoint's input; what it returns becomes `result`."""

    account: KrakenAccount
    params: Mapping[str, str]
    market: Market
    now: float
    #: how slowly new market orders go; None: they fill at once
    pace: Pace | None = None


def find_pair(market: Market, name: str, wanted: str | None = None) -> Listing:
    """The listing of a class with this id, altname or websocket name."""
    for listing in listings_of(market, wanted):
        names = pair_names(listing)
        if name in {names.id, names.altname, names.wsname}:
            return listing
    raise KrakenError(UNKNOWN_PAIR)


def listings_of(market: Market, wanted: str | None) -> list[Listing]:
    """The listings of one class, coins and currencies unless another is named."""
    return [listing for listing in market.listings(KRAKEN) if asset_class(listing) == (wanted or "currency")]


def named_pairs(market: Market, text: str | None, wanted: str | None = None) -> list[Listing]:
    """The listings of a comma separated list; all when there is none."""
    if text is None:
        return listings_of(market, wanted)
    return [find_pair(market, name.strip(), wanted) for name in text.split(",")]
