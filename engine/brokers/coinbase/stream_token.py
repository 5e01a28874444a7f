"""The token that signs one message to Coinbase's private stream: for no request in particular, for two minutes."""

import base64
import json
import secrets
from datetime import datetime

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.ec import ECDSA, EllipticCurvePrivateKey
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from engine.model.errors import MalformedKeyError
from engine.model.venues import Venue

_LIFE_S = 120
_HALF = 32


def stream_token(key: str, pem: str, *, now: datetime) -> str:
    """Return a token that nobody has had before; `now` is what the venue's clock shows.

    Raises:
        MalformedKeyError: the PEM is no key that can sign it.

    """
    seconds = int(now.timestamp())
    header = {"alg": "ES256", "typ": "JWT", "kid": key, "nonce": secrets.token_hex(16)}
    payload = {"sub": key, "iss": "cdp", "nbf": seconds, "exp": seconds + _LIFE_S}
    signed = f"{_encoded(json.dumps(header).encode())}.{_encoded(json.dumps(payload).encode())}"
    return f"{signed}.{_encoded(_signature(pem, signed.encode()))}"


def _signature(pem: str, signed: bytes) -> bytes:
    try:
        private = load_pem_private_key(pem.replace("\\n", "\n").encode(), password=None)
    except (ValueError, TypeError) as e:
        raise MalformedKeyError(Venue.COINBASE) from e
    if not isinstance(private, EllipticCurvePrivateKey):
        raise MalformedKeyError(Venue.COINBASE)
    halves = decode_dss_signature(private.sign(signed, ECDSA(hashes.SHA256())))
    return b"".join(half.to_bytes(_HALF, "big") for half in halves)


def _encoded(part: bytes) -> str:
    return base64.urlsafe_b64encode(part).rstrip(b"=").decode()
