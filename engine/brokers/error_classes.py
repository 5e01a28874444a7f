"""Classify a venue's error answers and transport failures as our errors: by published error texts, then by HTTP status.

Only an error text that the venue publishes counts as a refusal. For an order, everything that is neither such a
refusal nor certainly unsent is an unknown outcome, whatever its HTTP status is: a proxy in front of a venue may answer
with 401, 403 or 429 for what the venue has executed. A read is simply retried, so there the status counts.
"""

import ssl
from collections.abc import Iterator, Mapping
from enum import StrEnum
from itertools import islice

import aiohttp

from engine.brokers.bounded_answers import TooLargeError
from engine.brokers.coinbase_reasons import PLACEHOLDERS, coinbase_reason
from engine.brokers.error_codes import ERROR_CODES
from engine.brokers.meanings import Meaning, Sense
from engine.brokers.parse import note_once
from engine.brokers.published_errors import is_published
from engine.model.errors import (
    BrokerError,
    InvalidNonceError,
    KeyRejectedError,
    LockedOutError,
    MisconfiguredError,
    NoAnswerError,
    RefusalReason,
    RefusedError,
    TryLaterError,
    UnknownOutcomeError,
    UnlistedRefusalError,
)
from engine.model.venues import Venue


class Operation(StrEnum):
    """The kind of a request; it decides what a lost answer means."""

    READ = "read"
    ORDER = "order"


class RateLimitedError(TryLaterError):
    """The key has used up its calls for now."""

    punishes_haste = True


class RedirectedError(aiohttp.ClientError):
    """The address answers by naming another one."""


_ERRORS: Mapping[Meaning, type[BrokerError]] = {
    Meaning.NONCE: InvalidNonceError,
    Meaning.LOCKOUT: LockedOutError,
    Meaning.TRY_LATER: TryLaterError,
    Meaning.RATE_LIMIT: RateLimitedError,
    Meaning.KEY: KeyRejectedError,
    Meaning.MISCONFIGURED: MisconfiguredError,
    Meaning.UNKNOWN: UnknownOutcomeError,
}

#: Failures before the first byte of a request left us.
_NOT_SENT = (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError, aiohttp.InvalidURL)
_BAD_CERTIFICATE = (aiohttp.ClientConnectorCertificateError, ssl.SSLCertVerificationError)

#: Fields in which venues put error texts, the most specific first.
_MESSAGE_FIELDS = (
    "new_order_failure_reason",
    "error",
    "error_response",
    "errors",
    "id",
    "code",
    "preview_failure_reason",
    "failure_reason",
    "message",
    "error_details",
)
MAX_MESSAGE_LENGTH = 300
#: No venue gives as many reasons, nor one as long.
_MOST_PIECES = 100
_LONGEST_PIECE = 1000

_OK = range(200, 300)
_CLIENT_ERRORS = range(400, 500)
_SERVER_ERRORS = range(500, 600)
_TIMED_OUT = frozenset({408, 499})
_UNAUTHORIZED = 401
_TOO_MANY = 429


def judge_answer(venue: Venue, payload: object, operation: Operation, *, status: int) -> BrokerError:
    """Turn an answer that is not what was requested into an error."""
    error = _judge(venue, payload, operation, status)
    if isinstance(error, UnknownOutcomeError) and status in _CLIENT_ERRORS and status not in _TIMED_OUT:
        error.read_as = _judge(venue, payload, Operation.READ, status)
    return error


def _judge(venue: Venue, payload: object, operation: Operation, status: int) -> BrokerError:
    pieces = _find_pieces(payload)
    if operation is Operation.ORDER and names_order(venue, payload):
        return _error(venue, Meaning.UNKNOWN, error_text(payload) or "an error beside an order", operation)
    if not pieces:
        return _judge_page(venue, status, operation)
    message = " · ".join(pieces)[:MAX_MESSAGE_LENGTH]
    if status in _SERVER_ERRORS or status in _TIMED_OUT:
        return _error(venue, Meaning.UNKNOWN, message, operation)
    if operation is Operation.ORDER and not is_published(venue, payload):
        return _error(
            venue, _by_status(status, operation, or_else=RefusalReason.UNLISTED), message, operation
        )
    sense = _published_sense(venue, pieces) or _sense(venue, message.lower(), payload, status, operation)
    return _error(venue, sense, message, operation)


def names_order(venue: Venue, payload: object) -> bool:
    """Return whether an answer has the id of the order it is about: there is one then, whatever its other fields are."""
    match venue:
        case Venue.KRAKEN:
            return bool(_inner(payload, "result").get("txid"))
        case Venue.COINBASE:
            return bool(_inner(payload, "success_response").get("order_id"))
        case Venue.ALPACA:
            row = payload if isinstance(payload, Mapping) else {}
            return bool(row.get("id") and row.get("client_order_id"))


def _inner(payload: object, key: str) -> Mapping[str, object]:
    inner = payload.get(key) if isinstance(payload, Mapping) else None
    return inner if isinstance(inner, Mapping) else {}


def error_text(payload: object) -> str:
    """Return the error texts of an answer, joined."""
    return " · ".join(_find_pieces(payload))[:MAX_MESSAGE_LENGTH]


def judge_transport(venue: Venue, cause: BaseException | None, operation: Operation) -> BrokerError:
    """Turn a failure on the way to or from the venue into an error."""
    if isinstance(cause, _BAD_CERTIFICATE):
        return MisconfiguredError(venue, "its certificate is not trusted")
    if isinstance(cause, _NOT_SENT):
        return TryLaterError(venue, "no connection")
    if isinstance(cause, RedirectedError) and operation is Operation.READ:
        return MisconfiguredError(venue, "its address redirects elsewhere")
    if isinstance(cause, TimeoutError):
        message = "no answer in time"
        return (
            NoAnswerError(venue, message) if operation is Operation.ORDER else TryLaterError(venue, message)
        )
    return _error(venue, Meaning.UNKNOWN, "the connection broke off", operation)


def judge_unreadable(venue: Venue, cause: BaseException, operation: Operation) -> BrokerError:
    """Turn an answer that nothing could be made of into an error, and name in the log, once, what it failed at."""
    why = cause if isinstance(cause, TooLargeError) else type(cause).__name__
    message = f"its answer cannot be read ({why})"
    note_once(f"{venue.label}: {message}", cause)
    meaning = Meaning.UNKNOWN if operation is Operation.ORDER else Meaning.MISCONFIGURED
    return _error(venue, meaning, message, operation)


def _find_pieces(payload: object) -> list[str]:
    if not isinstance(payload, Mapping):
        return []
    return [
        piece for piece in dict.fromkeys(islice(_pieces(payload), _MOST_PIECES)) if piece not in PLACEHOLDERS
    ]


def _published_sense(venue: Venue, pieces: list[str]) -> Sense | None:
    if venue is not Venue.COINBASE:
        return None
    found = (coinbase_reason(piece) for piece in pieces)
    return next((sense for sense in found if sense is not None), None)


def _pieces(payload: object) -> Iterator[str]:
    if isinstance(payload, str | int) and not isinstance(payload, bool):
        yield " ".join(str(payload)[:_LONGEST_PIECE].split())
    elif isinstance(payload, list):
        for item in payload:
            yield from _pieces(item)
    elif isinstance(payload, Mapping):
        for key in _MESSAGE_FIELDS:
            yield from filter(None, _pieces(payload.get(key)))


def _judge_page(venue: Venue, status: int, operation: Operation) -> BrokerError:
    message = f"it sent an error page instead of an answer (HTTP {status})"
    if status == _UNAUTHORIZED:
        message = "the venue does not accept this key (HTTP 401)"
    if operation is Operation.ORDER:
        return _error(venue, Meaning.UNKNOWN, message, operation)
    is_ok = status in _OK
    sense = Meaning.MISCONFIGURED if is_ok else _by_status(status, operation, or_else=Meaning.MISCONFIGURED)
    return _error(venue, sense, message, operation)


def _sense(venue: Venue, message: str, payload: object, status: int, operation: Operation) -> Sense:
    for needle, sense in ERROR_CODES[venue]:
        if needle in message:
            return sense
    if isinstance(payload, Mapping) and payload.get("success") is False and not message.isdecimal():
        # Coinbase refuses for a reason on no list of ours.
        return RefusalReason.UNLISTED
    return _by_status(status, operation, or_else=RefusalReason.UNLISTED)


def _by_status(status: int, operation: Operation, *, or_else: Sense) -> Sense:
    if status == _UNAUTHORIZED and operation is Operation.READ:
        return Meaning.KEY
    if status == _TOO_MANY and operation is Operation.READ:
        return Meaning.RATE_LIMIT
    if status in _CLIENT_ERRORS and status not in _TIMED_OUT:
        return or_else
    return Meaning.UNKNOWN


def _error(venue: Venue, sense: Sense, message: str, operation: Operation) -> BrokerError:
    if sense is RefusalReason.UNLISTED and operation is Operation.ORDER:
        return UnlistedRefusalError(venue, message)
    if isinstance(sense, RefusalReason):
        return RefusedError(venue, message, sense)
    if sense is Meaning.UNKNOWN and operation is Operation.READ:
        return TryLaterError(venue, message)
    return _ERRORS[sense](venue, message)
