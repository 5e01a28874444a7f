"""Every answer of a venue and every failure on the way, sorted for orders and for reads."""

import ssl

import aiohttp
import pytest
from aiohttp.client_reqrep import ConnectionKey
from ccxt.base import errors as ccxt_errors
from ccxt.kraken import kraken as ccxt_kraken

from engine.brokers.error_classes import Operation, RateLimitedError, judge_answer, judge_transport
from engine.model.errors import (
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

R = RefusalReason

#: Every word of https://docs.kraken.com/api/docs/guides/spot-errors and of the support page "API error messages",
#: then the words that Kraken gave in other years or only in practice.
KRAKEN = [
    ("EGeneral:Invalid arguments", R.INVALID_ORDER),
    ("EGeneral:Invalid arguments:Index unavailable", R.INVALID_ORDER),
    ("EGeneral:Temporary lockout", LockedOutError),
    ("EService:Unavailable", UnknownOutcomeError),
    ("EService:Market in cancel_only mode", R.MARKET_UNAVAILABLE),
    ("EService:Market in post_only mode", R.MARKET_UNAVAILABLE),
    ("EService:Deadline elapsed", UnknownOutcomeError),
    ("EAPI:Invalid key", KeyRejectedError),
    ("EAPI:Invalid signature", KeyRejectedError),
    ("EAPI:Invalid nonce", InvalidNonceError),
    ("EGeneral:Permission denied", KeyRejectedError),
    ("EGeneral:Internal error", UnknownOutcomeError),
    ("EGeneral:Internal error[SE0]", UnknownOutcomeError),
    ("EGeneral:Internal error:3f1c", UnknownOutcomeError),
    ("EOrder:Cannot open opposing position", R.OTHER),
    ("EOrder:Cannot open position", R.OTHER),
    ("EOrder:Margin allowance exceeded", R.INSUFFICIENT_FUNDS),
    ("EOrder:Margin level too low", R.INSUFFICIENT_FUNDS),
    ("EOrder:Margin position size exceeded", R.OTHER),
    ("EOrder:Insufficient margin", R.OTHER),
    ("EOrder:Insufficient funds", R.INSUFFICIENT_FUNDS),
    ("EOrder:Order minimum not met", R.BELOW_MINIMUM),
    ("EOrder:Cost minimum not met", R.BELOW_MINIMUM),
    ("EOrder:Tick size check failed", R.INVALID_ORDER),
    ("EOrder:Orders limit exceeded", R.OTHER),
    ("EOrder:Rate limit exceeded", RateLimitedError),
    ("EOrder:Invalid price", R.INVALID_ORDER),
    ("EOrder:Domain rate limit exceeded", RateLimitedError),
    ("EOrder:Positions limit exceeded", R.OTHER),
    ("EOrder:Reduce only:Non-PC", R.INVALID_ORDER),
    ("EOrder:Reduce only:No position exists", R.INSUFFICIENT_FUNDS),
    ("EOrder:Reduce only:Position is closed", UnknownOutcomeError),
    ("EOrder:Scheduled orders limit exceeded", R.OTHER),
    ("EOrder:Unknown position", R.INSUFFICIENT_FUNDS),
    ("EAccount:Invalid permissions", R.PAIR_UNAVAILABLE),
    ("EAuth:Account temporary disabled", KeyRejectedError),
    ("EAuth:Account unconfirmed", KeyRejectedError),
    ("EAuth:Rate limit exceeded", RateLimitedError),
    ("EAuth:Too many requests", RateLimitedError),
    ("ETrade:Invalid request", R.INVALID_ORDER),
    ("EBM:limit exceeded:CAL", R.OTHER),
    ("EFunding:Max fee exceeded", R.OTHER),
    ("EAPI:Rate limit exceeded", RateLimitedError),
    ("EAPI:Feature disabled", KeyRejectedError),
    ("EQuery:Unknown asset pair", R.UNKNOWN_SYMBOL),
    ("EQuery:Unknown asset", R.UNKNOWN_SYMBOL),
    ("EGeneral:Unknown method", MisconfiguredError),
    ("EService:Busy", UnknownOutcomeError),
    ("ETrade:Locked", KeyRejectedError),
    ("EOrder:Trading agreement required", R.OTHER),
    ("EOrder:Unknown order", R.UNKNOWN_ORDER),
    ("EGeneral:Invalid arguments:volume minimum not met", R.BELOW_MINIMUM),
    ("EGeneral:Invalid arguments:volume", R.BELOW_MINIMUM),
    ("EGeneral:Invalid arguments:cost minimum not met", R.BELOW_MINIMUM),
    ("EGeneral:Invalid arguments:validate minimum not met", R.INVALID_ORDER),
    ("EGeneral:Invalid arguments:price", R.INVALID_ORDER),
    ("EGeneral:Invalid arguments:deadline", R.DEADLINE_PASSED),
    ("EGeneral:Too many requests", RateLimitedError),
    ("EService:Throttled: 1705260547", RateLimitedError),
    ("EService:Timeout", UnknownOutcomeError),
    ("EService:Market in limit_only mode", R.MARKET_UNAVAILABLE),
    ("EService:Market in reduce_only mode", R.MARKET_UNAVAILABLE),
    ("EService:Market in maintenance mode", R.MARKET_UNAVAILABLE),
    ("EDatabase:Internal error", UnknownOutcomeError),
    ("EEngine:Request timed out", UnknownOutcomeError),
    ("ESession:Invalid session", KeyRejectedError),
    ("EOrder:Invalid order", R.UNKNOWN_ORDER),
    ("EOrder:Invalid price:XBT/USD price can only be specified up to 1 decimals.", R.INVALID_ORDER),
    ("EOrder:Post only order", R.INVALID_ORDER),
    ("EOrder:Duplicate cl_ord_id", R.DUPLICATE_CLIENT_ORDER_ID),
    ("EQuery:Invalid asset pair", R.UNKNOWN_SYMBOL),
    ("EAccount:Invalid permissions:XMR trading restricted for PL.", R.PAIR_UNAVAILABLE),
    ("ETrade:User Locked", KeyRejectedError),
    ("EFunding:Unknown withdraw key", R.OTHER),
    ("EFunding:Invalid amount", R.OTHER),
    ("EFunding:No funding method", R.OTHER),
    ("EFunding:Too many addresses", R.OTHER),
    ("EGeneral:Something of next year", UnlistedRefusalError),
    ("ESomething:Never seen before", UnlistedRefusalError),
    ("EOrder:a\ufffdb", UnlistedRefusalError),
]


def coinbase_order(error, preview=None, message=""):
    response = {"error": error, "message": message, "error_details": ""}
    if preview:
        response["preview_failure_reason"] = preview
    return {"success": False, "failure_reason": "UNKNOWN_FAILURE_REASON", "error_response": response}


COINBASE = [
    (200, coinbase_order("INSUFFICIENT_FUND"), R.INSUFFICIENT_FUNDS),
    (200, coinbase_order("X", "PREVIEW_INSUFFICIENT_FUND"), R.INSUFFICIENT_FUNDS),
    (200, coinbase_order("X", "PREVIEW_INVALID_BASE_SIZE_TOO_SMALL"), R.BELOW_MINIMUM),
    (200, coinbase_order("UNSUPPORTED_ORDER_CONFIGURATION"), R.INVALID_ORDER),
    (200, coinbase_order("INVALID_PRODUCT_ID"), R.UNKNOWN_SYMBOL),
    (200, coinbase_order("DUPLICATE_CLIENT_ORDER_ID"), R.DUPLICATE_CLIENT_ORDER_ID),
    (
        200,
        coinbase_order("ORDER_ENTRY_DISABLED", message="Orderbook is in cancel only mode"),
        R.MARKET_UNAVAILABLE,
    ),
    (200, coinbase_order("UNKNOWN_FAILURE_REASON"), UnknownOutcomeError),
    (200, coinbase_order("UNKNOWN_FAILURE_REASON", "UNKNOWN_PREVIEW_FAILURE_REASON"), UnknownOutcomeError),
    (200, coinbase_order("UNKNOWN_FAILURE_REASON", message="internal error"), UnknownOutcomeError),
    (200, coinbase_order("UNKNOWN_FAILURE_REASON", message="request timed out"), UnknownOutcomeError),
    (200, coinbase_order("UNKNOWN_FAILURE_REASON", message="Order size too small"), R.BELOW_MINIMUM),
    (
        200,
        coinbase_order("UNKNOWN_FAILURE_REASON", message="Order size is below the minimum of 0.001"),
        R.BELOW_MINIMUM,
    ),
    (
        200,
        coinbase_order("UNKNOWN_FAILURE_REASON", message="Slippage exceeds the minimum allowed"),
        UnlistedRefusalError,
    ),
    (200, coinbase_order("UNKNOWN_FAILURE_REASON", message="Not on Sundays"), UnlistedRefusalError),
    (200, coinbase_order("NOT_ON_SUNDAYS"), UnlistedRefusalError),
    (200, {"success": False, "error_response": "Not on Sundays"}, UnlistedRefusalError),
    (200, {"success": False, "error_response": {"error": 7}}, UnknownOutcomeError),
    (200, {"success": False, "error_response": None}, UnknownOutcomeError),
    (200, {"success": None, "error_response": {"message": "Not on Sundays"}}, UnknownOutcomeError),
    (
        200,
        coinbase_order("UNSUPPORTED_ORDER_CONFIGURATION", message="source is not enabled for trading"),
        R.PAIR_UNAVAILABLE,
    ),
    (400, {"error": "INVALID_ARGUMENT", "message": "account is not available"}, R.PAIR_UNAVAILABLE),
    (403, {"error": "PERMISSION_DENIED", "message": "account is not available"}, R.PAIR_UNAVAILABLE),
    (400, {"error": "INVALID_ARGUMENT", "message": "Trading pair not available"}, R.PAIR_UNAVAILABLE),
    (403, {"error": "PERMISSION_DENIED", "message": "insufficient permissions"}, KeyRejectedError),
    (
        403,
        {"error": "unknown", "message": "Insufficient permissions to perform this action"},
        KeyRejectedError,
    ),
    (403, {"error": "unknown", "message": "insufficient scope"}, KeyRejectedError),
    (403, {"error": "PERMISSION_DENIED", "message": "Insufficient access"}, KeyRejectedError),
    (
        403,
        {"error": "PERMISSION_DENIED", "message": "Orderbook is in cancel only mode"},
        R.MARKET_UNAVAILABLE,
    ),
    (200, {"success": False, "failure_reason": "UNKNOWN_CANCEL_FAILURE_REASON"}, UnknownOutcomeError),
    (200, {"success": False, "failure_reason": "ORDER_IS_FULLY_FILLED"}, R.UNKNOWN_ORDER),
    (200, {"success": False, "failure_reason": "DUPLICATE_CANCEL_REQUEST"}, TryLaterError),
    (200, {"success": False}, UnknownOutcomeError),
    (200, {}, UnknownOutcomeError),
    (200, {"success": False, "failure_reason": "UNKNOWN_CANCEL_ORDER", "order_id": "1"}, R.UNKNOWN_ORDER),
    (400, {"error": "INVALID_ARGUMENT", "message": "order_configuration is required"}, R.INVALID_ORDER),
    (404, {"error": "NOT_FOUND", "message": "order with this orderID was not found"}, R.UNKNOWN_ORDER),
    (403, {"error": "PERMISSION_DENIED", "message": "Missing required scopes"}, KeyRejectedError),
    (401, "Unauthorized\n", UnknownOutcomeError),
    (429, {"error": "rate_limit_exceeded", "message": "Rate limit exceeded"}, RateLimitedError),
    (429, "", UnknownOutcomeError),
    (500, {"error": "INTERNAL", "message": "Something went wrong"}, UnknownOutcomeError),
    (500, {"error": "INSUFFICIENT_FUND", "message": "5xx proves nothing"}, UnknownOutcomeError),
    (503, "", UnknownOutcomeError),
]

ALPACA = [
    (403, {"code": 40310000, "message": "insufficient buying power"}, R.INSUFFICIENT_FUNDS),
    (403, {"code": 40310000, "message": "insufficient permissions"}, KeyRejectedError),
    (403, {"code": 40310000, "message": "insufficient scope"}, KeyRejectedError),
    (403, {"code": 40310000, "message": "insufficient balance for BTC (requested: 2)"}, R.INSUFFICIENT_FUNDS),
    (403, {"code": 40310000, "message": "insufficient qty available for order"}, R.INSUFFICIENT_FUNDS),
    (403, {"code": 40310000, "message": "cost basis must be >= minimal amount of order 10"}, R.BELOW_MINIMUM),
    (
        403,
        {"code": 40310000, "message": "potential wash trade detected. use complex orders"},
        R.OPPOSITE_ORDER,
    ),
    (403, {"code": 40310000, "message": "insufficient balance for USD (requested: 5)"}, R.INSUFFICIENT_FUNDS),
    (403, {"code": 40310000, "message": "account is not allowed to short"}, R.INSUFFICIENT_FUNDS),
    (422, {"code": 42210000, "message": 'asset "AAPL" cannot be sold short'}, R.INSUFFICIENT_FUNDS),
    (403, {"code": 40310000, "message": "opposite side market order exists"}, R.OPPOSITE_ORDER),
    (403, {"code": 40310000, "message": "cost basis must be <= 200000"}, R.INVALID_ORDER),
    (403, {"code": 40310000, "message": "order qty must be >= minimal qty of order 0.001"}, R.BELOW_MINIMUM),
    (422, {"code": 40010001, "message": "notional must be >= 1.00"}, R.BELOW_MINIMUM),
    (403, {"code": 40310000, "message": "something nobody has seen before"}, UnlistedRefusalError),
    (403, {"code": 40310100, "message": "trade denied due to pattern day trading protection"}, R.OTHER),
    (403, {"code": 40310100, "message": "equity is below the minimum of 25000 USD"}, R.OTHER),
    (403, {"code": 40310100, "message": "insufficient day trading buying power"}, R.OTHER),
    (403, {"code": 40310000, "message": "account equity is below the minimum of 25000 USD"}, R.OTHER),
    (403, {"code": 40310000, "message": "account does not meet the minimum equity requirement"}, R.OTHER),
    (
        422,
        {"code": 42210000, "message": "the order does not fulfill the minimum trade increment of 0.0001"},
        R.INVALID_ORDER,
    ),
    (403, {"code": 40310000, "message": "a minimum of something else"}, UnlistedRefusalError),
    (403, {"code": 40310000, "message": "crypto trading is not allowed to this account"}, R.PAIR_UNAVAILABLE),
    (403, {"code": 40310000, "message": "account is not authorized to trade crypto"}, R.PAIR_UNAVAILABLE),
    (422, {"code": 40010001, "message": "crypto orders not allowed for account"}, R.PAIR_UNAVAILABLE),
    (403, {"code": 40310000, "message": "Crypto orders not allowed for account."}, R.PAIR_UNAVAILABLE),
    (422, {"code": 40010001, "message": "us_equity orders not allowed for account"}, R.PAIR_UNAVAILABLE),
    (
        422,
        {"code": 42210000, "message": "crypto orders not allowed for advanced order_class: otoco"},
        R.INVALID_ORDER,
    ),
    (403, {"code": 40310000, "message": "trading is blocked for this account"}, KeyRejectedError),
    (403, {"code": 40310000, "message": "account is not active"}, KeyRejectedError),
    (403, {"code": 40310000, "message": "new orders are rejected by user request"}, KeyRejectedError),
    (
        422,
        {
            "code": 42210000,
            "message": "invalid limit_price 1.2345. sub-penny increment does not fulfill minimum pricing criteria",
        },
        R.INVALID_ORDER,
    ),
    (422, {"code": 42210000, "message": 'asset "AAPL" is not fractionable'}, R.INVALID_ORDER),
    (422, {"code": 42210000, "message": "fractional orders must be DAY orders"}, R.INVALID_ORDER),
    (422, {"code": 42210000, "message": "invalid crypto time_in_force"}, R.INVALID_ORDER),
    (422, {"code": 40010001, "message": "qty is wrong in a new way"}, R.INVALID_ORDER),
    (422, {"code": 42210000, "message": "trading halt on AAPL"}, R.MARKET_UNAVAILABLE),
    (422, {"code": 42210000, "message": 'asset "BTC/USD" is not active'}, R.MARKET_UNAVAILABLE),
    (
        403,
        {"code": 40310000, "message": "only limit orders are taken outside market hours"},
        R.MARKET_UNAVAILABLE,
    ),
    (422, {"code": 42210000, "message": 'order is already in "canceled" state'}, R.UNKNOWN_ORDER),
    (422, {"code": 42210000, "message": 'order is already in "pending_cancel" state'}, R.UNKNOWN_ORDER),
    (422, {"code": 42210000, "message": "order is pending replacement"}, TryLaterError),
    (404, {"code": 40410000, "message": "no such thing"}, R.UNKNOWN_ORDER),
    (404, {"code": 40410000, "message": "endpoint not found."}, MisconfiguredError),
    (401, {"message": "unauthorized."}, UnlistedRefusalError),
    (401, {"code": 40110000, "message": "access key verification failed"}, KeyRejectedError),
    (429, {"code": 42910000, "message": "rate limit exceeded"}, RateLimitedError),
    (422, {"code": 40010001, "message": "client_order_id must be unique"}, R.DUPLICATE_CLIENT_ORDER_ID),
    (422, {"code": 42210000, "message": 'order is already in "filled" state'}, R.UNKNOWN_ORDER),
    (422, {"code": 42210000, "message": "order is not cancelable"}, R.UNKNOWN_ORDER),
    (422, {"code": 40010001, "message": "qty must be > 0"}, R.INVALID_ORDER),
    (422, {"code": 42210000, "message": 'asset "XX" not found'}, R.UNKNOWN_SYMBOL),
    (404, {"code": 40410000, "message": "order not found for 904837e3"}, R.UNKNOWN_ORDER),
    (401, {"code": 40110000, "message": "request is not authorized"}, KeyRejectedError),
    (403, {"message": "forbidden."}, UnlistedRefusalError),
    (429, {"message": "too many requests."}, UnlistedRefusalError),
    (500, {"code": 50010000, "message": "internal server error occurred"}, UnknownOutcomeError),
    (504, "", UnknownOutcomeError),
]

PAGES = [
    (200, "<html>Just a moment</html>", UnknownOutcomeError, MisconfiguredError),
    (200, "", UnknownOutcomeError, MisconfiguredError),
    (200, None, UnknownOutcomeError, MisconfiguredError),
    (400, "<html>", UnknownOutcomeError, MisconfiguredError),
    (403, "<html>Access denied</html>", UnknownOutcomeError, MisconfiguredError),
    (404, "<html>", UnknownOutcomeError, MisconfiguredError),
    (405, "<html>", UnknownOutcomeError, MisconfiguredError),
    (451, "<html>", UnknownOutcomeError, MisconfiguredError),
    (401, "<html>", UnknownOutcomeError, KeyRejectedError),
    (429, "", UnknownOutcomeError, RateLimitedError),
    (408, "", UnknownOutcomeError, TryLaterError),
    (500, "<html>", UnknownOutcomeError, TryLaterError),
    (502, "<html>", UnknownOutcomeError, TryLaterError),
    (520, "<html>", UnknownOutcomeError, TryLaterError),
    (302, "", UnknownOutcomeError, TryLaterError),
]


def check(error, expected):
    if isinstance(expected, RefusalReason):
        assert type(error) is RefusedError
        assert error.reason is expected
    else:
        assert type(error) is expected


def as_read(expected):
    """What is unknown for an order is worth another try for a read, or refused; all else is the same."""
    if expected is UnlistedRefusalError:
        return R.UNLISTED
    return TryLaterError if expected is UnknownOutcomeError else expected


@pytest.mark.parametrize(("words", "expected"), KRAKEN, ids=[words for words, _ in KRAKEN])
def test_kraken_words(words, expected):
    answer = {"error": [words]}
    check(judge_answer(Venue.KRAKEN, answer, Operation.ORDER, status=200), expected)
    check(judge_answer(Venue.KRAKEN, answer, Operation.READ, status=200), as_read(expected))


BESIDE_AN_ID = {
    Venue.KRAKEN: {"error": ["EOrder:Insufficient funds"], "result": {"txid": ["OAAAAA-BBBBB-CCCCCC"]}},
    Venue.COINBASE: {
        "success": False,
        "success_response": {"order_id": "a-1"},
        "error_response": {"error": "INSUFFICIENT_FUND"},
    },
    Venue.ALPACA: {
        "id": "a-1",
        "client_order_id": "ours",
        "code": 40310000,
        "message": "insufficient balance for BTC",
    },
}


@pytest.mark.fault("V29")
@pytest.mark.parametrize("status", [200, 403, 422])
@pytest.mark.parametrize("venue", Venue)
def test_an_error_beside_the_id_of_the_order_is_no_refusal(venue, status):
    check(judge_answer(venue, BESIDE_AN_ID[venue], Operation.ORDER, status=status), UnknownOutcomeError)


def test_an_unknown_refusal_of_kraken_is_reported_in_its_own_words():
    error = judge_answer(Venue.KRAKEN, {"error": ["ENew:Not on Sundays"]}, Operation.ORDER, status=200)

    assert str(error) == "Kraken: ENew:Not on Sundays"


def test_of_several_errors_the_one_that_leaves_the_outcome_open_counts():
    answer = {"error": ["EOrder:Insufficient funds", "EGeneral:Internal error"]}

    check(judge_answer(Venue.KRAKEN, answer, Operation.ORDER, status=200), UnknownOutcomeError)


@pytest.mark.parametrize(("status", "answer", "expected"), COINBASE)
def test_coinbase_answers_to_an_order(status, answer, expected):
    check(judge_answer(Venue.COINBASE, answer, Operation.ORDER, status=status), expected)


@pytest.mark.parametrize(("status", "answer", "expected"), ALPACA)
def test_alpaca_answers_to_an_order(status, answer, expected):
    check(judge_answer(Venue.ALPACA, answer, Operation.ORDER, status=status), expected)


@pytest.mark.fault("V2")
@pytest.mark.parametrize("venue", Venue)
@pytest.mark.parametrize(("status", "body", "for_an_order", "for_a_read"), PAGES)
def test_answers_that_are_no_json(venue, status, body, for_an_order, for_a_read):
    check(judge_answer(venue, body, Operation.ORDER, status=status), for_an_order)
    check(judge_answer(venue, body, Operation.READ, status=status), for_a_read)


def test_a_401_without_words_speaks_of_the_key():
    error = judge_answer(Venue.COINBASE, "Unauthorized\n", Operation.READ, status=401)

    assert error.message == "the venue does not accept this key (HTTP 401)"


CONNECTION = ConnectionKey("127.0.0.1", 443, True, True, None, None, None)
TRANSPORT = [
    (aiohttp.ClientConnectorError(CONNECTION, OSError(111, "refused")), TryLaterError, TryLaterError),
    (aiohttp.ClientConnectorDNSError(CONNECTION, OSError(-2, "no name")), TryLaterError, TryLaterError),
    (aiohttp.ConnectionTimeoutError(), TryLaterError, TryLaterError),
    (
        aiohttp.ClientConnectorCertificateError(CONNECTION, ssl.SSLCertVerificationError()),
        MisconfiguredError,
        MisconfiguredError,
    ),
    (TimeoutError(), NoAnswerError, TryLaterError),
    (aiohttp.SocketTimeoutError(), NoAnswerError, TryLaterError),
    (aiohttp.ServerDisconnectedError(), UnknownOutcomeError, TryLaterError),
    (aiohttp.ClientPayloadError(), UnknownOutcomeError, TryLaterError),
    (aiohttp.ClientOSError(), UnknownOutcomeError, TryLaterError),
    (None, UnknownOutcomeError, TryLaterError),
]


@pytest.mark.fault("P10")
@pytest.mark.parametrize(("cause", "for_an_order", "for_a_read"), TRANSPORT, ids=lambda v: type(v).__name__)
def test_failures_on_the_way(cause, for_an_order, for_a_read):
    check(judge_transport(Venue.KRAKEN, cause, Operation.ORDER), for_an_order)
    check(judge_transport(Venue.KRAKEN, cause, Operation.READ), for_a_read)


def test_words_are_one_short_line():
    error = judge_answer(
        Venue.ALPACA, {"code": 1, "message": "a\nb " + "x" * 999}, Operation.READ, status=400
    )
    assert "\n" not in error.message
    assert len(error.message) == 300


#: What ccxt knows of Kraken's words, and what each of its classes must at least mean to us.
CCXT_MEANS = {
    ccxt_errors.InvalidNonce: (InvalidNonceError,),
    ccxt_errors.AuthenticationError: (KeyRejectedError,),
    ccxt_errors.PermissionDenied: (KeyRejectedError,),
    ccxt_errors.DDoSProtection: (RateLimitedError, LockedOutError),
    ccxt_errors.InsufficientFunds: (RefusedError,),
    ccxt_errors.OnMaintenance: (RefusedError,),
    ccxt_errors.OrderNotFound: (RefusedError,),
}


def test_no_word_that_ccxt_sorts_is_taken_for_something_weaker_here():
    table = ccxt_kraken().exceptions
    for words, ccxt_class in {**table["exact"], **table["broad"]}.items():
        expected = CCXT_MEANS.get(ccxt_class)
        if expected and words.startswith("E"):
            error = judge_answer(Venue.KRAKEN, {"error": [words]}, Operation.ORDER, status=200)
            assert type(error) in expected, (words, error)
