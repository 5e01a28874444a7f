"""Pure: whether an answer is worded as its venue publishes its errors, and not as a proxy in front of it may word them."""

import re
from collections.abc import Iterator, Mapping

from engine.brokers.coinbase_reasons import coinbase_reason
from engine.model.venues import Venue

#: "E", a category, and a text: "EOrder:Insufficient funds".
_KRAKEN = re.compile(r"E[A-Z]\w*:")
#: The first digits stand for a client's error: 40310000.
_ALPACA = re.compile(r"4\d{7}")
#: https://docs.cdp.coinbase.com/coinbase-app/api-architecture/error-messages, and the status names of gRPC.
_COINBASE_CODES = """
unknown param_required validation_error invalid_request authentication_error invalid_token revoked_token
expired_token invalid_scope not_found rate_limit_exceeded
CANCELLED UNKNOWN INVALID_ARGUMENT DEADLINE_EXCEEDED NOT_FOUND ALREADY_EXISTS PERMISSION_DENIED UNAUTHENTICATED
RESOURCE_EXHAUSTED FAILED_PRECONDITION ABORTED OUT_OF_RANGE UNIMPLEMENTED INTERNAL UNAVAILABLE INVALID_REQUEST
UNSUPPORTED_ORDER_CONFIGURATION
"""
_COINBASE = frozenset(_COINBASE_CODES.split())


def is_published(venue: Venue, payload: object) -> bool:
    """Return whether an error answer has a code of its venue's own."""
    if not isinstance(payload, Mapping):
        return False
    match venue:
        case Venue.KRAKEN:
            return any(_KRAKEN.match(text) for text in _texts(payload.get("error")))
        case Venue.COINBASE:
            # What it refuses of an order stands beside `success`.
            return payload.get("success") is False or any(map(_is_coinbase_code, _coinbase_codes(payload)))
        case Venue.ALPACA:
            return _ALPACA.fullmatch(str(payload.get("code"))) is not None


def _is_coinbase_code(text: str) -> bool:
    return text in _COINBASE or coinbase_reason(text) is not None


def _coinbase_codes(payload: Mapping[str, object]) -> Iterator[str]:
    yield from _texts(payload.get("error"))
    errors = payload.get("errors")
    for error in errors if isinstance(errors, list) else ():
        if isinstance(error, Mapping):
            yield from _texts(error.get("id"))


def _texts(value: object) -> Iterator[str]:
    for text in value if isinstance(value, list) else (value,):
        if isinstance(text, str):
            yield text
