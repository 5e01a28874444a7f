"""Kraken's own names: XXBT for BTC, ZUSD for USD, XXBTZUSD for BTC/USD, XBT.M for staked BTC."""

from dataclasses import dataclass
from decimal import Decimal

from engine.brokers.paper.book import Listing

# Assets listed before 2017 or so carry an X (coins) or Z (fiat) before their alternative name.
_LEGACY = {
    "BTC": ("XXBT", "XBT"),
    "ETH": ("XETH", "ETH"),
    "LTC": ("XLTC", "LTC"),
    "XRP": ("XXRP", "XRP"),
    "DOGE": ("XXDG", "XDG"),
    "USD": ("ZUSD", "USD"),
    "EUR": ("ZEUR", "EUR"),
    "GBP": ("ZGBP", "GBP"),
}
#: How the balance of a tokenized stock ends.
TOKENIZED = ".T"
_FIAT = frozenset({"USD", "EUR", "GBP"})
# Pairs whose id follows no rule.
_PAIR_IDS = {"USDT/USD": "USDTZUSD", "DOGE/USD": "XDGUSD", "DOGE/BTC": "XXDGXXBT"}


@dataclass(frozen=True, slots=True, kw_only=True)
class PairNames:
    """The three names a pair answers to."""

    id: str
    altname: str
    wsname: str


def asset_altname(asset: str) -> str:
    """XBT for BTC, XBT.M for BTC.M, USDT.F for USDT.F."""
    base, dot, suffix = asset.partition(".")
    return _LEGACY.get(base, (base, base))[1] + dot + suffix


def asset_id(asset: str) -> str:
    """XXBT for BTC; an asset with a suffix has no X or Z."""
    return asset_altname(asset) if "." in asset else _LEGACY.get(asset, (asset, asset))[0]


def asset_decimals(asset: str) -> int:
    """Decimals of balances: 4 for fiat, 10 for the old coins, 8 otherwise."""
    base = asset.partition(".")[0]
    if base in _FIAT:
        return 4
    return 10 if base in _LEGACY else 8


def cost_decimals(asset: str) -> int:
    """Decimals of costs and fees in this quote currency."""
    return 5 if asset in _FIAT else 8


def is_tokenized(listing: Listing) -> bool:
    """Whether it is a stock's token, which must be asked for by its class."""
    return listing.base.endswith(TOKENIZED)


def asset_class(listing: Listing) -> str:
    """What Kraken calls the kind of its base."""
    return "tokenized_asset" if is_tokenized(listing) else "currency"


def pair_names(listing: Listing) -> PairNames:
    """The names of a listing; a token's pair has none of the ending that its balance has."""
    if is_tokenized(listing):
        base, quote = listing.base.removesuffix(TOKENIZED), asset_altname(listing.quote)
        return PairNames(id=base + quote, altname=base + quote, wsname=f"{base}/{quote}")
    base, quote = asset_altname(listing.base), asset_altname(listing.quote)
    old = listing.base in _LEGACY and listing.quote in _LEGACY
    joined = asset_id(listing.base) + asset_id(listing.quote) if old else base + quote
    return PairNames(id=_PAIR_IDS.get(listing.symbol, joined), altname=base + quote, wsname=f"{base}/{quote}")


def decimals_of(step: Decimal) -> int:
    """How many decimals a step like 0.01 has."""
    exponent = step.normalize().as_tuple().exponent
    return max(-exponent, 0) if isinstance(exponent, int) else 0
