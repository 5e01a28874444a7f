"""What is no published error of its venue proves nothing about an order, whatever its HTTP status is."""

import json

import pytest

from engine.brokers.error_classes import Operation, RateLimitedError, judge_answer
from engine.brokers.published_errors import is_published
from engine.model.errors import KeyRejectedError, MisconfiguredError, RefusedError, UnknownOutcomeError
from engine.model.venues import Venue

STATUSES = (
    400,
    401,
    403,
    404,
    405,
    408,
    409,
    410,
    413,
    418,
    421,
    422,
    425,
    426,
    429,
    451,
    499,
    500,
    502,
    503,
)

#: What a proxy in front of a venue may answer with.
PAGES = (
    "<html><body>Forbidden</body></html>",
    "",
    None,
    5,
    [],
    {},
    {"error": []},
    {"error": [], "result": None},
    {"error": None, "message": ""},
    {"message": "forbidden."},
    {"message": "Too many requests"},
    {"message": "not found"},
    {"message": "Invalid request"},
    {"error": "Unauthorized"},
    {"error": "Forbidden", "message": "insufficient permissions"},
    {"error": "Too Many Requests", "status": 429},
    {"error": {"code": 403, "message": "Access denied: timeout"}},
    {"error": ["duplicate request"]},
    {"code": 403, "message": "not authorized"},
    {"code": "RATE_LIMITED", "message": "rate limit exceeded"},
    {"errors": [{"id": "forbidden", "message": "insufficient"}]},
    {"errors": ["unauthorized"]},
)

PUBLISHED = {
    Venue.KRAKEN: [
        (200, {"error": ["EOrder:Insufficient funds"]}, RefusedError),
        (403, {"error": ["EGeneral:Permission denied"]}, KeyRejectedError),
        (429, {"error": ["WSomething:odd", "EAPI:Rate limit exceeded"]}, RateLimitedError),
    ],
    Venue.COINBASE: [
        (200, {"success": False, "error_response": {"error": "INSUFFICIENT_FUND"}}, RefusedError),
        (400, {"error": "INVALID_ARGUMENT", "message": "account is not available"}, RefusedError),
        (401, {"errors": [{"id": "authentication_error", "message": "expired"}]}, KeyRejectedError),
        (403, {"error": "PERMISSION_DENIED", "message": "insufficient permissions"}, KeyRejectedError),
        (429, {"errors": [{"id": "rate_limit_exceeded", "message": "slow"}]}, RateLimitedError),
    ],
    Venue.ALPACA: [
        (403, {"code": 40310000, "message": "insufficient balance for BTC"}, RefusedError),
        (401, {"code": 40110000, "message": "request is not authorized"}, KeyRejectedError),
        (429, {"code": 42910000, "message": "rate limit exceeded"}, RateLimitedError),
    ],
}


@pytest.mark.fault("V148")
@pytest.mark.parametrize("venue", Venue)
def test_what_is_not_the_venues_own_error_leaves_the_outcome_of_an_order_open(venue):
    definite = [
        (status, page, type(error).__name__)
        for status in STATUSES
        for page in PAGES
        if not isinstance(
            error := judge_answer(venue, page, Operation.ORDER, status=status), UnknownOutcomeError
        )
    ]

    assert definite == []


@pytest.mark.parametrize("venue", Venue)
def test_what_the_venue_publishes_is_its_refusal(venue):
    for status, answer, expected in PUBLISHED[venue]:
        assert is_published(venue, answer)
        assert type(judge_answer(venue, answer, Operation.ORDER, status=status)) is expected


@pytest.mark.parametrize("venue", Venue)
def test_the_words_of_another_venue_are_no_refusal(venue):
    for other in set(Venue) - {venue}:
        for _, answer, _ in PUBLISHED[other]:
            error = judge_answer(venue, answer, Operation.ORDER, status=403)
            assert isinstance(error, UnknownOutcomeError), json.dumps(answer)


@pytest.mark.parametrize("venue", Venue)
@pytest.mark.parametrize(
    ("status", "page", "expected"),
    [
        (401, "<html>", KeyRejectedError),
        (401, {"message": "no"}, KeyRejectedError),
        (403, "<html>", MisconfiguredError),
        (429, "<html>", RateLimitedError),
        (429, {"message": "no"}, RateLimitedError),
    ],
)
def test_a_read_goes_by_the_status(venue, status, page, expected):
    assert type(judge_answer(venue, page, Operation.READ, status=status)) is expected
    # How soon an order that it answered goes again follows that, too.
    assert type(judge_answer(venue, page, Operation.ORDER, status=status).read_as) is expected
