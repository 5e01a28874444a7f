"""A raw client that sends what it is told."""

import json


class Client:
    def __init__(self, session, server, account):
        self._session, self._server, self.account = session, server, account

    async def get(self, path, params=None, **options):
        return await self._send("GET", path, params=params or {}, **options)

    async def delete(self, path):
        return await self._send("DELETE", path)

    async def post(self, path, body, **options):
        return await self._send("POST", path, json=body, **options)

    async def post_text(self, path, text):
        return await self._send("POST", path, data=text)

    async def order(self, side="sell", qty=None, symbol="BTC/USD", **changes):
        body = {"symbol": symbol, "side": side, "type": "market", "time_in_force": "gtc", **changes}
        return await self.post("/v2/orders", body if qty is None else {**body, "qty": qty})

    async def limit(self, side, qty, limit_price, **changes):
        return await self.order(side, qty, type="limit", limit_price=limit_price, **changes)

    async def see(self, order_id):
        return (await self.get(f"/v2/orders/{order_id}"))[1]

    async def position(self, symbol):
        return (await self.get(f"/v2/positions/{symbol}"))[1]

    async def _send(self, method, path, *, headers=None, **options):
        keys = {"APCA-API-KEY-ID": self.account.key, "APCA-API-SECRET-KEY": self.account.secret}
        headers = keys if headers is None else headers
        async with self._session.request(
            method, self._server.url + path, headers=headers, **options
        ) as response:
            text = await response.text()
            return response.status, json.loads(text) if text[:1] in tuple("{[") else text or None
