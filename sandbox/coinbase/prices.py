"""The public v2 paths that clients read before they trade: currencies, exchange rates and the time."""

import uuid
from collections.abc import Callable

from aiohttp import web

from sandbox.catalogue import COINBASE
from sandbox.coinbase.products import FIAT
from sandbox.coinbase.refusals import Json
from sandbox.formats import iso_time, plain
from sandbox.market import Market

EXPONENT = 8


def asset_id(asset: str) -> str:
    """The venue's uuid of a coin."""
    return str(uuid.uuid5(uuid.NAMESPACE_OID, f"{COINBASE} {asset}"))


class Prices:
    """Answers without a key."""

    def __init__(self, market: Market, now: Callable[[], float]) -> None:
        self._market = market
        self._now = now

    async def currencies(self, _: web.Request) -> Json:
        """GET /v2/currencies: fiat only."""
        return {"data": [{"id": code, "name": name, "min_size": "0.01"} for code, name in FIAT.items()]}

    async def crypto(self, _: web.Request) -> Json:
        """GET /v2/currencies/crypto."""
        return {"data": [_coin(asset, place) for place, asset in enumerate(self._coins())]}

    async def rates(self, _: web.Request) -> Json:
        """GET /v2/exchange-rates: how much of each asset a dollar buys."""
        prices = {asset: self._market.price(asset) for asset in ("USD", *self._coins())}
        rates = {asset: plain(1 / price) for asset, price in prices.items() if price}
        return {"data": {"currency": "USD", "rates": rates}}

    async def time(self, _: web.Request) -> Json:
        """GET /v2/time."""
        return {"data": {"iso": iso_time(self._now()), "epoch": int(self._now())}}

    async def brokerage_time(self, _: web.Request) -> Json:
        """GET v3 time."""
        now = self._now()
        return {"iso": iso_time(now), "epochSeconds": str(int(now)), "epochMillis": str(int(now * 1000))}

    def _coins(self) -> list[str]:
        listings = self._market.listings(COINBASE)
        assets = dict.fromkeys(asset for each in listings for asset in (each.base, each.quote))
        return [asset for asset in assets if asset not in FIAT]


def _coin(asset: str, place: int) -> Json:
    return {
        "asset_id": asset_id(asset),
        "code": asset,
        "name": asset,
        "color": "#0033AD",
        "sort_index": place,
        "exponent": EXPONENT,
        "type": "crypto",
        "address_regex": "",
    }
