"""What can be traded."""

from aiohttp import web

from engine.brokers.paper.book import Listing
from sandbox.alpaca.names import asset_id, class_of, exchange_of, find_listing, is_crypto, symbol_of
from sandbox.alpaca.refusals import Json, not_found
from sandbox.catalogue import ALPACA
from sandbox.formats import plain
from sandbox.market import Market


async def list_assets(market: Market, request: web.Request) -> list[Json]:
    """GET /v2/assets, by asset_class and status if named; stocks unless another class is."""
    wanted = request.query.get("asset_class", "us_equity")
    status = request.query.get("status")
    rows = [asset_row(each) for each in market.listings(ALPACA) if class_of(each) == wanted]
    return [row for row in rows if status in {None, row["status"]}]


async def one_asset(market: Market, request: web.Request) -> Json:
    """GET /v2/assets/{symbol_or_asset_id}."""
    name = request.match_info["symbol"]
    listing = find_listing(market, name)
    if listing is None:
        raise not_found(f"asset not found for {name}")
    return asset_row(listing)


def asset_row(listing: Listing) -> Json:
    """An asset; a listing's status is online, inactive or any word for not tradable."""
    crypto = is_crypto(listing)
    steps = {
        "min_order_size": plain(listing.minimum_quantity),
        "min_trade_increment": plain(listing.lot),
        "price_increment": plain(listing.tick),
    }
    margin = "100" if crypto else "30"
    return {
        "id": asset_id(listing),
        "class": class_of(listing),
        "exchange": exchange_of(listing),
        "symbol": symbol_of(listing),
        "name": listing.base,
        "status": "inactive" if listing.status == "inactive" else "active",
        "tradable": listing.status == "online",
        "marginable": not crypto,
        "maintenance_margin_requirement": int(margin),
        "margin_requirement_long": margin,
        "margin_requirement_short": margin,
        "shortable": not crypto,
        "easy_to_borrow": not crypto,
        "fractionable": listing.lot < 1,
        "attributes": [],
        **(steps if crypto else {}),
    }
