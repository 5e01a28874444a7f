"""A careful raw client for the Kraken stand-in, written from Kraken's documentation alone."""

import base64
import hashlib
import hmac
from urllib.parse import urlencode

KEY = "the-api-key"
SECRET = base64.b64encode(b"a secret of the sandbox").decode()


def api_sign(path, nonce, body, secret=SECRET):
    digest = hashlib.sha256((str(nonce) + body).encode()).digest()
    mac = hmac.new(base64.b64decode(secret), path.encode() + digest, hashlib.sha512)
    return base64.b64encode(mac.digest()).decode()


class KrakenClient:
    def __init__(self, session, url, key=KEY, secret=SECRET):
        self.session, self.url, self.key, self.secret = session, url, key, secret
        self.nonce = 0

    async def public(self, endpoint, **params):
        async with self.session.get(f"{self.url}/0/public/{endpoint}", params=params) as response:
            return await response.json()

    async def private(self, endpoint, *, nonce=None, headers=None, **params):
        self.nonce += 1
        nonce = self.nonce if nonce is None else nonce
        path = f"/0/private/{endpoint}"
        body = urlencode({"nonce": nonce, **params})
        signed = {
            "API-Key": self.key,
            "API-Sign": api_sign(path, nonce, body, self.secret),
            "Content-Type": "application/x-www-form-urlencoded",
        }
        headers = {**signed, **(headers or {})}
        async with self.session.post(self.url + path, data=body, headers=headers) as response:
            return await response.json()

    async def result(self, endpoint, **params):
        answer = await self.private(endpoint, **params)
        assert answer["error"] == []
        return answer["result"]

    async def error(self, endpoint, **params):
        answer = await self.private(endpoint, **params)
        assert "result" not in answer
        return answer["error"]

    async def order(self, side="sell", volume="0.1", pair="XBTUSD", **params):
        terms = {"ordertype": "limit" if "price" in params else "market", **params}
        return await self.result("AddOrder", pair=pair, type=side, volume=volume, **terms)

    async def order_error(self, side="sell", volume="0.1", pair="XBTUSD", **params):
        terms = {"ordertype": "limit" if "price" in params else "market", **params}
        return await self.error("AddOrder", pair=pair, type=side, volume=volume, **terms)
