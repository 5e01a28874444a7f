"""The least that can talk to Kraken: aiohttp, a signature and a number from the clock; nothing is kept."""

import asyncio
import time
from collections.abc import Mapping
from decimal import Decimal
from typing import Any, Self
from urllib.parse import urlencode

import aiohttp

from bench.venue import SECRET
from sandbox.kraken.auth import signature


class BareKraken:
    """Calls without a journal, a queue or a durable number."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._session = aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0))

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *error: object) -> None:
        await self._session.close()

    async def bid(self, pair: str) -> Decimal:
        """Ask for the best bid."""
        url = f"{self._url}/0/public/Ticker"
        async with self._session.get(url, params={"pair": pair}) as response:
            answer = await response.json()
        return Decimal(answer["result"][pair]["b"][0])

    async def call(self, key: str, endpoint: str, params: Mapping[str, str] | None = None) -> Any:
        """Sign and send one private call."""
        path, nonce = f"/0/private/{endpoint}", str(time.time_ns())
        body = urlencode({"nonce": nonce, **(params or {})})
        headers = {
            "API-Key": key,
            "API-Sign": signature(path=path, nonce=nonce, body=body.encode(), secret=SECRET),
            "Content-Type": "application/x-www-form-urlencoded",
        }
        async with self._session.post(self._url + path, data=body, headers=headers) as response:
            answer = await response.json()
        if answer["error"]:
            raise RuntimeError(answer["error"])
        return answer["result"]

    async def sell_each_fall(self, key: str, pair: str, *, limit: Decimal, interval_s: float) -> None:
        """Ask at an interval, and sell one whenever the bid has fallen to the limit, until cancelled."""
        order = {"pair": pair, "type": "sell", "ordertype": "market", "volume": "1"}
        loop = asyncio.get_running_loop()
        due, was_low = loop.time(), False
        while True:
            is_low = await self.bid(pair) <= limit
            if is_low and not was_low:
                await self.call(key, "AddOrder", order)
            was_low, due = is_low, due + interval_s
            await asyncio.sleep(due - loop.time())
