"""The token that signs one message to Coinbase's private stream: for no request in particular, for two minutes."""

import secrets
from datetime import datetime

from engine.brokers.es256 import signed_token
from engine.model.errors import MalformedKeyError
from engine.model.venues import Venue

_LIFE_S = 120


def stream_token(key: str, pem: str, *, now: datetime) -> str:
    """Return a token that nobody has had before; `now` is what the venue's clock shows.

    Raises:
        MalformedKeyError: the PEM is no key that can sign it.

    """
    seconds = int(now.timestamp())
    header = {"alg": "ES256", "typ": "JWT", "kid": key, "nonce": secrets.token_hex(16)}
    payload = {"sub": key, "iss": "cdp", "nbf": seconds, "exp": seconds + _LIFE_S}
    try:
        return signed_token(header, payload, pem.replace("\\n", "\n"))
    except (ValueError, TypeError) as e:
        raise MalformedKeyError(Venue.COINBASE) from e
