"""The keys an account signs with, and the check of every claim a request's token makes (ES256 JWT)."""

import base64
import binascii
import json
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

#: A token's whole life, from nbf to exp.
LIFE_S = 120
#: How far ahead of the venue a client's clock may be.
LEEWAY_S = 5
HALF = 32
#: What the two generations of the official SDK put in; the newer one names no audience.
ISSUERS = frozenset({"coinbase-cloud", "cdp"})
AUDIENCE = "retail_rest_api_proxy"
VENUE_HOST = "api.coinbase.com"


class TokenError(Exception):
    """The token does not prove who sent the request."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Credentials:
    """An API key: its name, the private half the client gets and the public half the venue keeps."""

    name: str
    pem: str
    public: ec.EllipticCurvePublicKey


@dataclass(frozen=True, slots=True, kw_only=True)
class Token:
    """A parsed, not yet trusted JWT."""

    header: Mapping[str, Any]
    claims: Mapping[str, Any]
    signed: bytes
    signature: bytes

    @property
    def key(self) -> str:
        """The name of the key it claims to be signed with."""
        return str(self.header.get("kid", ""))


def new_credentials() -> Credentials:
    """Draw a P-256 key under a fresh name."""
    private = ec.generate_private_key(ec.SECP256R1())
    pem = private.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.TraditionalOpenSSL,
        serialization.NoEncryption(),
    )
    name = f"organizations/{uuid.uuid4()}/apiKeys/{uuid.uuid4()}"
    return Credentials(name=name, pem=pem.decode(), public=private.public_key())


def parse_token(authorization: str) -> Token:
    """Take an Authorization header apart, or raise TokenError."""
    scheme, _, text = authorization.partition(" ")
    parts = text.split(".")
    if scheme != "Bearer" or len(parts) != len(("header", "claims", "signature")):
        raise TokenError("no bearer token")
    try:
        header, claims = json.loads(_decode(parts[0])), json.loads(_decode(parts[1]))
        signature = _decode(parts[2])
    except (ValueError, binascii.Error) as error:
        raise TokenError("not a JWT") from error
    if not isinstance(header, dict) or not isinstance(claims, dict):
        raise TokenError("not a JWT")
    return Token(header=header, claims=claims, signed=f"{parts[0]}.{parts[1]}".encode(), signature=signature)


def check_token(token: Token, credentials: Credentials, *, method: str, target: str, now: float) -> None:
    """Raise TokenError unless the token is signed by this key, for this request, at this time.

    `target` is host and path without the query. A client on plain http may put `http://` before it, and one
    that has the venue's own name built in, as the official SDK has, may name that host.
    """
    claims = token.claims
    aud = "aud" not in claims or claims["aud"] in (AUDIENCE, [AUDIENCE])
    _check(token, credentials, now=now, aud=aud, uri=claims.get("uri") in _uris(method, target))


def check_stream_token(token: Token, credentials: Credentials, *, now: float) -> None:
    """Raise TokenError unless the token is signed by this key, at this time, and for no request in particular."""
    _check(token, credentials, now=now, aud="aud" not in token.claims, uri="uri" not in token.claims)


def _check(token: Token, credentials: Credentials, *, now: float, aud: bool, uri: bool) -> None:
    _check_signature(token, credentials.public)
    header, claims = token.header, token.claims
    checks = {
        "alg": header.get("alg") == "ES256",
        "nonce": bool(header.get("nonce")),
        "sub": claims.get("sub") == credentials.name,
        "iss": claims.get("iss") in ISSUERS,
        "aud": aud,
        "uri": uri,
        "nbf and exp": _is_alive(claims.get("nbf"), claims.get("exp"), now),
    }
    for name, holds in checks.items():
        if not holds:
            raise TokenError(name)


def _uris(method: str, target: str) -> set[str]:
    path = target.partition("/")[2]
    return {f"{method} {target}", f"{method} http://{target}", f"{method} {VENUE_HOST}/{path}"}


def _is_alive(begin: object, end: object, now: float) -> bool:
    if not isinstance(begin, int) or not isinstance(end, int):
        return False
    return begin <= now + LEEWAY_S and now < end and end - begin <= LIFE_S


def _check_signature(token: Token, public: ec.EllipticCurvePublicKey) -> None:
    if len(token.signature) != 2 * HALF:
        raise TokenError("signature")
    halves = (token.signature[:HALF], token.signature[HALF:])
    try:
        public.verify(
            encode_dss_signature(*(int.from_bytes(half) for half in halves)),
            token.signed,
            ec.ECDSA(hashes.SHA256()),
        )
    except InvalidSignature as error:
        raise TokenError("signature") from error


def _decode(part: str) -> bytes:
    return base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))
