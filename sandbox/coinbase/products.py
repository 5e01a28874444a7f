"""What the venue lists and quotes: products, order books and tickers, with and without a key."""

from collections.abc import Callable, Iterable, Mapping, Sequence

from aiohttp import web

from engine.brokers.paper.book import Book, Level, Listing
from sandbox.catalogue import COINBASE
from sandbox.coinbase.candles import list_candles
from sandbox.coinbase.pages import limit_of, wanted
from sandbox.coinbase.refusals import NOT_FOUND, Json, invalid, refused
from sandbox.formats import iso_time, plain
from sandbox.market import Market

SPOT = "SPOT"
#: A listing's status is `online` or one of these product flags.
FLAGS = ("cancel_only", "limit_only", "post_only", "trading_disabled", "view_only", "auction_mode")
FIAT = {
    "USD": "US Dollar",
    "EUR": "Euro",
    "GBP": "British Pound",
    "CAD": "Canadian Dollar",
    "BRL": "Brazilian Real",
    "SGD": "Singapore Dollar",
}
BOOK_LEVELS = 50
FAR = "1000000000"


def product_id(listing: Listing) -> str:
    """BTC/USD as the venue writes it: BTC-USD."""
    return listing.symbol.replace("/", "-")


class Products:
    """Answers about products; the list has no bid and ask, and `price` is the last trade."""

    def __init__(self, market: Market, now: Callable[[], float]) -> None:
        self._market = market
        self._now = now

    def find(self, name: str) -> Listing | None:
        """The listing of a product id, None when the venue has none."""
        base, dash, quote = name.partition("-")
        try:
            return self._market.listing(COINBASE, f"{base}/{quote}") if dash and "/" not in name else None
        except KeyError:
            return None

    async def list(self, request: web.Request) -> Json:
        """GET products: every product, or those asked for."""
        ids = wanted(request, "product_ids")
        kind = request.query.get("product_type", SPOT)
        listings = self._market.listings(COINBASE) if kind == SPOT else []
        rows = [self._product(each) for each in listings if not ids or product_id(each) in ids]
        return {"products": rows, "num_products": len(rows)}

    async def one(self, request: web.Request) -> Json:
        """GET products/{product_id}."""
        return self._product(self._asked(request.match_info["product_id"]))

    async def book(self, request: web.Request) -> Json:
        """GET product_book: levels best first."""
        listing = self._asked(request.query.get("product_id", ""))
        book = self._market.book(COINBASE, listing.symbol)
        return {"pricebook": _pricebook(listing, book, limit_of(request, BOOK_LEVELS))}

    async def best(self, request: web.Request) -> Json:
        """GET best_bid_ask: the top of several books."""
        ids = wanted(request, "product_ids")
        listings = [self._asked(name) for name in ids] if ids else self._market.listings(COINBASE)
        return {"pricebooks": [_pricebook(each, self._ticker(each), 1) for each in listings]}

    async def ticker(self, request: web.Request) -> Json:
        """GET products/{product_id}/ticker: the last trade beside the best bid and ask."""
        listing = self._asked(request.match_info["product_id"])
        book = self._ticker(listing)
        return {
            "trades": _trades(listing, book),
            "best_bid": _price(book.bid),
            "best_ask": _price(book.ask),
        }

    async def candles(self, request: web.Request) -> Json:
        """GET products/{product_id}/candles."""
        listing = self._asked(request.match_info["product_id"])
        return list_candles(self._market, listing, request)

    def _asked(self, name: str) -> Listing:
        if not name:
            raise invalid("product_id is required")
        listing = self.find(name)
        if listing is None:
            raise refused(NOT_FOUND, "NOT_FOUND", f"product not found: {name}")
        return listing

    def _ticker(self, listing: Listing) -> Book:
        return self._market.ticker(COINBASE, listing.symbol)

    def _product(self, listing: Listing) -> Mapping[str, object]:
        step = plain(listing.tick)
        return {
            "product_id": product_id(listing),
            "price": _price(_last(self._ticker(listing))),
            "price_percentage_change_24h": "0",
            "volume_24h": "0",
            "base_increment": plain(listing.lot),
            "quote_increment": step,
            "price_increment": step,
            "base_min_size": plain(listing.minimum_quantity),
            "base_max_size": FAR,
            "quote_min_size": plain(listing.minimum_notional),
            "quote_max_size": FAR,
            "base_name": listing.base,
            "quote_name": FIAT.get(listing.quote, listing.quote),
            "base_currency_id": listing.base,
            "quote_currency_id": listing.quote,
            "status": "delisted" if listing.status == "trading_disabled" else "online",
            **{flag: listing.status == flag for flag in FLAGS},
            "is_disabled": listing.status == "trading_disabled",
            "product_type": SPOT,
            "mid_market_price": "",
            "alias": self._alias(listing),
            "alias_to": self._aliases(listing),
            "display_name": product_id(listing),
            "product_venue": "CBE",
        }

    def _alias(self, listing: Listing) -> str:
        """The product of the unified book: dollars and USDC trade on one."""
        name = unified(product_id(listing))
        return name if name != product_id(listing) and self.find(name) else ""

    def _aliases(self, listing: Listing) -> Sequence[str]:
        others = map(product_id, self._market.listings(COINBASE))
        return [
            name for name in others if name != product_id(listing) and unified(name) == product_id(listing)
        ]


def unified(name: str) -> str:
    """BTC-USD for BTC-USDC: whose book it is."""
    base, _, quote = name.partition("-")
    return f"{base}-USD" if quote == "USDC" else name


def _pricebook(listing: Listing, book: Book, levels: int) -> Json:
    return {
        "product_id": product_id(listing),
        "bids": _levels(book.bids[:levels]),
        "asks": _levels(book.asks[:levels]),
        "time": iso_time(book.at),
    }


def _levels(levels: Iterable[Level]) -> list[Json]:
    return [{"price": plain(level.price), "size": plain(level.size)} for level in levels]


def _last(book: Book) -> Level | None:
    # The last trade took the ask: whoever mistakes it for the bid is off by the spread.
    return book.ask or book.bid


def _price(level: Level | None) -> str:
    return plain(level.price) if level else ""


def _trades(listing: Listing, book: Book) -> list[Json]:
    last = _last(book)
    if last is None:
        return []
    row = {
        "trade_id": str(int(book.at * 1000)),
        "product_id": product_id(listing),
        "price": plain(last.price),
        "size": plain(listing.lot),
        "time": iso_time(book.at),
        "side": "BUY",
        "bid": "",
        "ask": "",
    }
    return [row]
