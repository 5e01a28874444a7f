"""A raw client that signs as it is told, so that a test can get any single thing wrong."""

import base64
import json

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature

BROKERAGE = "/api/v3/brokerage/"


def a_token(account, uri, *, at, header=None, claims=None, without=(), pem=None):
    header = {
        "alg": "ES256",
        "typ": "JWT",
        "kid": account.key,
        "nonce": "0123456789abcdef",
        **(header or {}),
    }
    claims = {
        "aud": ["retail_rest_api_proxy"],
        "iss": "coinbase-cloud",
        "sub": account.key,
        "nbf": int(at),
        "exp": int(at) + 120,
        "uri": uri,
        **(claims or {}),
    }
    for name in without:
        del claims[name]
    signed = f"{_encode(json.dumps(header).encode())}.{_encode(json.dumps(claims).encode())}"
    private = serialization.load_pem_private_key((pem or account.secret).encode(), None)
    halves = decode_dss_signature(private.sign(signed.encode(), ec.ECDSA(hashes.SHA256())))
    return f"{signed}.{_encode(b''.join(half.to_bytes(32) for half in halves))}"


class Client:
    def __init__(self, session, server, account, clock):
        self._session, self._server, self.account, self._clock = session, server, account, clock

    async def get(self, path, params=(), **signing):
        return await self._send("GET", path, params=list(params), **signing)

    async def post(self, path, body, **signing):
        return await self._send("POST", path, json=body, **signing)

    async def post_text(self, path, text):
        return await self._send("POST", path, data=text)

    async def order(self, side="SELL", client_id="a", product_id="BTC-USD", **configuration):
        kind, fields = next(iter(configuration.items()))
        return await self.post(
            "orders",
            {
                "client_order_id": client_id,
                "product_id": product_id,
                "side": side,
                "order_configuration": {kind: fields},
            },
        )

    async def sell(self, base_size, **options):
        return await self.order("SELL", market_market_ioc={"base_size": base_size}, **options)

    async def buy(self, quote_size, **options):
        return await self.order("BUY", market_market_ioc={"quote_size": quote_size}, **options)

    async def _send(self, method, path, *, signed=True, uri=None, headers=None, **options):
        path = path if path.startswith("/") else BROKERAGE + path
        host = self._server.url.removeprefix("http://")
        wanted = signed and a_token(self.account, uri or f"{method} {host}{path}", at=self._clock.now())
        headers = headers or ({"Authorization": f"Bearer {wanted}"} if wanted else {})
        url = self._server.url + path
        async with self._session.request(method, url, headers=headers, **options) as response:
            text = await response.text()
            return response.status, json.loads(text) if text[:1] in "{[" else text


def _encode(raw):
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()
