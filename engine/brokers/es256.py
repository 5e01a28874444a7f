"""Sign JSON web tokens with a P-256 key, which is read from its PEM once: see RFC 7518, section 3.4."""

import base64
import json
from collections.abc import Mapping
from functools import lru_cache

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.ec import ECDSA, SECP256R1, EllipticCurvePrivateKey
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.serialization import load_pem_private_key

_HALF = 32


def signed_token(header: Mapping[str, object], payload: Mapping[str, object], pem: str) -> str:
    """Return the token.

    Raises:
        ValueError: the PEM is no private key.
        TypeError: it is on no P-256 curve, or needs a password.

    """
    signed = f"{_encoded(json.dumps(header).encode())}.{_encoded(json.dumps(payload).encode())}"
    halves = decode_dss_signature(_private_key(pem).sign(signed.encode(), ECDSA(hashes.SHA256())))
    signature = b"".join(half.to_bytes(_HALF, "big") for half in halves)
    return f"{signed}.{_encoded(signature)}"


@lru_cache(maxsize=32)
def _private_key(pem: str) -> EllipticCurvePrivateKey:
    private = load_pem_private_key(pem.encode(), password=None)
    if not isinstance(private, EllipticCurvePrivateKey) or not isinstance(private.curve, SECP256R1):
        raise TypeError("not a key on the P-256 curve")
    return private


def _encoded(part: bytes) -> str:
    return base64.urlsafe_b64encode(part).rstrip(b"=").decode()
