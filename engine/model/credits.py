"""What venues list among balances that is no asset: it has no price, and no total lacks anything without one."""

from collections.abc import Iterable, Mapping

from engine.model.holdings import Holding
from engine.model.venues import Venue

#: Under our names. Kraken's fee credits pay trading fees there and nothing else, and are traded nowhere:
#: https://support.kraken.com/articles/206161678 and https://support.kraken.com/articles/205988747; Assets lists them
#: as KFEE with the other name FEE. Coinbase's accounts (https://docs.cdp.coinbase.com/advanced-trade/reference) and
#: Alpaca's positions (https://docs.alpaca.markets/reference/getallopenpositions) hold nothing of the kind.
_CREDITS: Mapping[Venue, frozenset[str]] = {
    Venue.KRAKEN: frozenset({"KFEE"}),
    Venue.COINBASE: frozenset(),
    Venue.ALPACA: frozenset(),
}


def split_credits(
    venue: Venue, holdings: Iterable[Holding]
) -> tuple[tuple[Holding, ...], tuple[Holding, ...]]:
    """Return the assets among balances, and what only looks like one."""
    holdings = tuple(holdings)
    return (
        tuple(holding for holding in holdings if holding.asset not in _CREDITS[venue]),
        tuple(holding for holding in holdings if holding.asset in _CREDITS[venue]),
    )
