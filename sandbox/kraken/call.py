"""One authenticated request, with everything its endpoint may look at."""

from collections.abc import Mapping
from dataclasses import dataclass

from sandbox.book import Listing
from sandbox.kraken.account import KrakenAccount
from sandbox.kraken.catalogue import VENUE
from sandbox.kraken.errors import UNKNOWN_PAIR, KrakenError
from sandbox.kraken.names import pair_names
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


def find_pair(market: Market, name: str) -> Listing:
    """The listing with this id, altname or websocket name."""
    for listing in market.listings(VENUE):
        names = pair_names(listing)
        if name in {names.id, names.altname, names.wsname}:
            return listing
    raise KrakenError(UNKNOWN_PAIR)


def named_pairs(market: Market, text: str | None) -> list[Listing]:
    """The listings of a comma separated list; all when there is none."""
    if text is None:
        return market.listings(VENUE)
    return [find_pair(market, name.strip()) for name in text.split(",")]
