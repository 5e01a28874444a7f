"""Kraken's public endpoints: clock, status, assets, pairs, ticker and order book."""

from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal
from email.utils import format_datetime

from engine.brokers.paper.book import Book, Level, Listing, tradable
from sandbox.catalogue import KRAKEN
from sandbox.kraken.account import FIRST_TIER
from sandbox.kraken.call import find_pair, named_pairs
from sandbox.kraken.errors import KrakenError
from sandbox.kraken.figures import whole, written
from sandbox.kraken.names import (
    TOKENIZED,
    asset_altname,
    asset_class,
    asset_decimals,
    asset_id,
    cost_decimals,
    decimals_of,
    pair_names,
)
from sandbox.market import Market

# Ticker and trades quote fiat pairs with five decimals however coarse the tick size is.
QUOTE_DECIMALS = 5
_LEVERAGE = {"BTC": [2, 3, 4, 5], "ETH": [2, 3, 4, 5], "SOL": [2, 3], "ADA": [2, 3], "XRP": [2, 3]}
_POCKETS = (".F", ".S", ".M", ".B")
_DEFAULT_DEPTH = 100
#: How often each pair is said to be traded in 24 hours: every 1.5 s, as the large ones are.
TRADES_A_DAY = 57_600
#: A level tells when it last changed: the deeper it lies, the longer ago.
_CALM_S = 7


def time(now: float) -> object:
    """The venue's clock."""
    moment = datetime.fromtimestamp(int(now), UTC)
    return {"unixtime": int(now), "rfc1123": format_datetime(moment, usegmt=True)}


def system_status(status: str, now: float) -> object:
    """Whether trading is possible at all."""
    moment = datetime.fromtimestamp(int(now), UTC)
    return {"status": status, "timestamp": moment.strftime("%Y-%m-%dT%H:%M:%SZ")}


def assets(market: Market, params: Mapping[str, str]) -> object:
    """What each listed asset, and each pocket it can lie in, is called and rounded to."""
    listed = {side: None for pair in market.listings(KRAKEN) for side in (pair.base, pair.quote)}
    known = [*listed, *(asset + pocket for asset in listed for pocket in _POCKETS)]
    if names := params.get("asset"):
        wanted = names.split(",")
        known = [asset for asset in known if {asset_id(asset), asset_altname(asset)} & set(wanted)]
        if len(known) != len(wanted):
            raise KrakenError("EQuery:Unknown asset")
    return {asset_id(asset): _asset(asset) for asset in known}


def _asset(asset: str) -> object:
    return {
        "aclass": "currency",
        "altname": asset_altname(asset),
        "decimals": asset_decimals(asset),
        "display_decimals": min(asset_decimals(asset), 5),
        "status": "enabled",
    }


def asset_pairs(market: Market, params: Mapping[str, str]) -> object:
    """The listings."""
    return {
        pair_names(pair).id: _pair(pair)
        for pair in named_pairs(market, params.get("pair"), params.get("aclass_base"))
    }


def leverages(listing: Listing) -> list[int]:
    """The leverages a pair can be traded with."""
    return _LEVERAGE.get(listing.base, []) if listing.quote in {"USD", "EUR", "USDT"} else []


def _pair(listing: Listing) -> object:
    names = pair_names(listing)
    return {
        "altname": names.altname,
        "wsname": names.wsname,
        "aclass_base": asset_class(listing),
        "base": asset_id(listing.base.removesuffix(TOKENIZED)),
        "aclass_quote": "currency",
        "quote": asset_id(listing.quote),
        "lot": "unit",
        "cost_decimals": cost_decimals(listing.quote),
        "pair_decimals": decimals_of(listing.tick),
        "lot_decimals": decimals_of(listing.lot),
        "lot_multiplier": 1,
        "leverage_buy": leverages(listing),
        "leverage_sell": leverages(listing),
        "fees": [[0, float(FIRST_TIER.taker * 100)]],
        "fees_maker": [[0, float(FIRST_TIER.maker * 100)]],
        "fee_volume_currency": "ZUSD",
        "margin_call": 80,
        "margin_stop": 40,
        "ordermin": f"{listing.minimum_quantity:f}",
        "costmin": f"{listing.minimum_notional:f}",
        "tick_size": f"{listing.tick:f}",
        "status": listing.status,
        "execution_venue": "international",
    }


def ticker(market: Market, params: Mapping[str, str]) -> object:
    """Best bid and ask of pairs; a missing side is an empty list."""
    pairs = named_pairs(market, params.get("pair"), params.get("asset_class"))
    return {pair_names(pair).id: _ticker(market, pair) for pair in pairs}


def _ticker(market: Market, listing: Listing) -> object:
    book = market.ticker(KRAKEN, listing.symbol)
    last = _price(listing, _last(market, listing, book))
    return {
        "a": _top(listing, book.ask),
        "b": _top(listing, book.bid),
        "c": [last, "0.01000000"],
        "v": ["100.00000000", "1000.00000000"],
        "p": [last, last],
        "t": [TRADES_A_DAY // 3, TRADES_A_DAY],
        "l": [last, last],
        "h": [last, last],
        "o": last,
    }


def _last(market: Market, listing: Listing, book: Book) -> Decimal:
    """Halfway between sane sides, else the reference: a plausible number even beside garbage."""
    bids, asks = tradable(book.bids), tradable(book.asks)
    if bids and asks:
        return (bids[0].price + asks[0].price) / 2
    return market.mid(listing) or Decimal(0)


def _top(listing: Listing, level: Level | None) -> list[str]:
    if level is None:
        return []
    return [_price(listing, level.price), written(level.size, 0), written(level.size, 3)]


def depth(market: Market, params: Mapping[str, str], *, ahead_s: float = 0.0) -> object:
    """The order book of one pair, its times by a clock that is so far ahead."""
    listing = find_pair(market, params.get("pair", ""), params.get("asset_class"))
    book = market.book(KRAKEN, listing.symbol)
    count = whole(params, "count", _DEFAULT_DEPTH)
    sides = {"asks": book.asks, "bids": book.bids}
    rows = {
        side: [
            [_price(listing, level.price), written(level.size, 3), int(book.at + ahead_s) - _CALM_S * depth]
            for depth, level in enumerate(levels[:count])
        ]
        for side, levels in sides.items()
    }
    return {pair_names(listing).id: rows}


def _price(listing: Listing, price: Decimal) -> str:
    return written(price, quote_decimals(listing))


def quote_decimals(listing: Listing) -> int:
    """How many decimals a pair is quoted with."""
    return max(decimals_of(listing.tick), QUOTE_DECIMALS)
