"""What the bot's /balance must say, computed from the ledgers alone and without the bot's code."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from decimal import Decimal

from engine.brokers.paper.book import Book, Listing
from engine.brokers.paper.ledger import Ledger
from engine.model.money import ZERO

#: Fiat and dollar stablecoins; everything else is a position.
CASH = frozenset({"USD", "EUR", "GBP", "CAD", "CHF", "AUD", "JPY", "USDC", "USDT", "USDG", "PYUSD", "DAI"})
#: Pockets whose coins are owned but cannot be sold.
_STAKED = (".S", ".M", ".B")
#: Currencies through which a coin without a dollar pair is valued, in this order.
_BRIDGES = ("USDC", "USDT", "USDG", "EUR", "GBP", "BTC", "ETH")

#: What a venue swaps for dollars one for one.
_AT_PAR = frozenset({("coinbase", "USDC"), ("coinbase", "PYUSD")})

BookOf = Callable[[Listing], Book]


@dataclass(frozen=True, slots=True, kw_only=True)
class ExpectedBalance:
    """The three figures of one account, exact, with what is missing in them."""

    total: Decimal
    available: Decimal
    locked: Decimal
    #: the part of `locked` that open orders hold
    held: Decimal
    #: our names of assets that nobody there prices
    unpriced: tuple[str, ...]


class Prices:
    """Dollar values at one venue's own bids: what selling everything would bring."""

    def __init__(self, listings: Iterable[Listing], book_of: BookOf) -> None:
        self._pairs = {(listing.base, listing.quote): listing for listing in listings}
        self._venues = {listing.venue for listing in self._pairs.values()}
        self._book_of = book_of

    def of(self, asset: str) -> Decimal | None:
        """The value of one unit, None when nobody quotes it."""
        if self._is_at_par(asset):
            return Decimal(1)
        if self._is_pair(asset, "USD"):
            return self._rate(asset, "USD")
        for bridge in _BRIDGES:
            if self._is_pair(asset, bridge) and self._is_at_par(bridge):
                return self._rate(asset, bridge)
            if self._is_pair(asset, bridge) and self._is_pair(bridge, "USD"):
                first, second = self._rate(asset, bridge), self._rate(bridge, "USD")
                return None if first is None or second is None else first * second
        return None

    def _is_at_par(self, asset: str) -> bool:
        return asset == "USD" or any((venue, asset) in _AT_PAR for venue in self._venues)

    def _is_pair(self, one: str, other: str) -> bool:
        return (one, other) in self._pairs or (other, one) in self._pairs

    def _rate(self, sold: str, bought: str) -> Decimal | None:
        if listing := self._pairs.get((sold, bought)):
            bid = self._book_of(listing).bid
            return bid.price if bid else None
        ask = self._book_of(self._pairs[bought, sold]).ask
        return 1 / ask.price if ask else None


def expect_as_broker(
    ledger: Ledger, price_of: Callable[[str], Decimal | None], prices: Prices
) -> ExpectedBalance:
    """Value a ledger as a broker does that has its own word on equity: at the market's price, dollars apart.

    What open orders hold is the bot's own figure, so it stands at the bid.
    """
    holdings = [asset for asset in ledger.assets() if asset != "USD"]
    values = (ledger.total(asset) * (price_of(asset) or ZERO) for asset in holdings)
    total = ledger.total("USD") + sum(values, ZERO)
    held = ledger.held("USD") + sum(
        (ledger.held(asset) * (prices.of(asset) or ZERO) for asset in holdings), ZERO
    )
    available = ledger.free("USD")
    return ExpectedBalance(total=total, available=available, locked=total - available, held=held, unpriced=())


def expect_balance(ledger: Ledger, prices: Prices) -> ExpectedBalance:
    """Value a ledger in which everything is spot: cash that is free is available, the rest is locked."""
    total = available = held = ZERO
    unpriced = []
    for asset in ledger.assets():
        name, staked = asset.partition(".")[0], asset.endswith(_STAKED)
        price = prices.of(name)
        if price is None and ledger.total(asset):
            unpriced.append(name)
        value = price or ZERO
        total += ledger.total(asset) * value
        held += ledger.held(asset) * value
        if name in CASH and not staked:
            available += ledger.free(asset) * value
    return ExpectedBalance(
        total=total,
        available=available,
        locked=total - available,
        held=held,
        unpriced=tuple(unpriced),
    )
