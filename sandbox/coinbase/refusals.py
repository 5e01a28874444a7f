"""Every way Coinbase says no, in the bodies it says it with."""

from collections.abc import Mapping

from engine.brokers.paper.ledger import (
    BelowMinimumError,
    InsufficientFundsError,
    LedgerError,
    OffStepError,
    WouldTakeError,
)
from sandbox.faults import Fault, FaultKind
from sandbox.venue import RefusedError

Json = Mapping[str, object]

BAD_REQUEST = 400
UNAUTHORIZED = 401
FORBIDDEN = 403
NOT_FOUND = 404
TOO_MANY = 429

#: error, message, preview_failure_reason (not every refusal has one)
Words = tuple[str, str, str | None]

UNKNOWN = "UNKNOWN_FAILURE_REASON"


class CoinbaseError(RefusedError):
    """A refusal; that of an order answers 200 and has its reason in the body."""

    def __init__(self, status: int, body: Json) -> None:
        super().__init__(status, body, reason=_reason(body))


def refused(status: int, error: str, message: str) -> CoinbaseError:
    """A refusal outside of orders: error, error_details and message."""
    return CoinbaseError(status, {"error": error, "error_details": message, "message": message})


def invalid(message: str) -> CoinbaseError:
    """A request that is not understood."""
    return refused(BAD_REQUEST, "INVALID_ARGUMENT", message)


def order_refused(words: Words, configuration: object) -> CoinbaseError:
    """An order that was understood and refused: HTTP 200 with success false."""
    return CoinbaseError(200, {**order_failure(words), "order_configuration": configuration})


def order_failure(words: Words) -> Json:
    """The body of a refused order, without its configuration."""
    error, message, preview = words
    reason = {"new_order_failure_reason": error} if preview is None else {"preview_failure_reason": preview}
    return _failure(error, message, **reason)


def with_new_reason_only(refusal: RefusedError) -> RefusedError:
    """The same refusal as the venue words it where `error` is given up: one field has the reason."""
    response = refusal.body.get("error_response")
    if not isinstance(response, Mapping):
        return refusal
    error, preview = str(response["error"]), str(response.get("preview_failure_reason") or "")
    reason = preview.removeprefix("PREVIEW_") if error == UNKNOWN else error
    body = {**refusal.body, **_failure(UNKNOWN, "", new_order_failure_reason=reason)}
    return CoinbaseError(refusal.status, body)


def _reason(body: Json) -> str:
    details = body.get("error_response")
    if isinstance(details, Mapping):
        error = str(details["error"])
        return str(details.get("new_order_failure_reason", error)) if error == UNKNOWN else error
    return "success false" if body.get("success") is False else ""


def _failure(error: str, message: str, **reason: str) -> Json:
    response = {"error": error, "message": message, "error_details": "", **reason}
    return {"success": False, "error_response": response}


def closed_to_account(words: str, configuration: object) -> CoinbaseError:
    """A product that this account may not trade: a named reason, or the words that come with a 400."""
    if words.isupper():
        return order_refused((words, "", None), configuration)
    return invalid(words)


def in_mode(mode: str) -> CoinbaseError:
    """A market that takes only some orders; the venue words this as a missing permission."""
    advice = " - please use limit order type" if mode == "limit" else ""
    return refused(FORBIDDEN, "PERMISSION_DENIED", f"Orderbook is in {mode} only mode{advice}")


def ledger_words(error: LedgerError) -> Words:
    """What the venue says to what the ledger refused."""
    match error:
        case InsufficientFundsError():
            return INSUFFICIENT
        case OffStepError(what="price"):
            message = "Too many decimals in order price"
            return "INVALID_PRICE_PRECISION", message, "PREVIEW_INVALID_PRICE_PRECISION"
        case OffStepError(was=was) if was > 0:
            return TOO_MANY_DECIMALS
        case BelowMinimumError(what="notional"):
            return UNKNOWN, "", "PREVIEW_INVALID_QUOTE_SIZE_TOO_SMALL"
        case BelowMinimumError() | OffStepError():
            return UNKNOWN, "", "PREVIEW_INVALID_BASE_SIZE_TOO_SMALL"
        case WouldTakeError():
            return "INVALID_LIMIT_PRICE_POST_ONLY", "", "PREVIEW_INVALID_LIMIT_PRICE_POST_ONLY"
    raise error


INSUFFICIENT: Words = (
    "INSUFFICIENT_FUND",
    "Insufficient balance in source account",
    "PREVIEW_INSUFFICIENT_FUND",
)
TOO_MANY_DECIMALS: Words = (
    "INVALID_SIZE_PRECISION",
    "Too many decimals in order amount",
    "PREVIEW_INVALID_SIZE_PRECISION",
)
TOO_MANY_QUOTE_DECIMALS: Words = (
    "INVALID_SIZE_PRECISION",
    "Too many decimals in order amount",
    "PREVIEW_INVALID_QUOTE_SIZE_PRECISION",
)
UNSUPPORTED: Words = ("UNSUPPORTED_ORDER_CONFIGURATION", "source is not enabled for trading", None)
UNKNOWN_PRODUCT: Words = ("INVALID_PRODUCT_ID", "", None)
NO_LIQUIDITY: Words = ("INVALID_NO_LIQUIDITY", "", "PREVIEW_INVALID_NO_LIQUIDITY")
ENTRY_DISABLED: Words = ("ORDER_ENTRY_DISABLED", "Trading is disabled", None)
DUPLICATE: Words = ("DUPLICATE_CLIENT_ORDER_ID", "", None)
IN_AUCTION: Words = (UNKNOWN, "", "PREVIEW_NOT_ALLOWED_BY_MARKET_STATE")


def worded(fault: Fault) -> CoinbaseError:
    """The refusal a planned fault stands for."""
    match fault.kind:
        case FaultKind.RATE_LIMIT:
            return refused(TOO_MANY, "rate_limit_exceeded", "Too many requests")
        case FaultKind.INVALID_NONCE:
            error = {"id": "authentication_error", "message": "request timestamp expired"}
            return CoinbaseError(UNAUTHORIZED, {"errors": [error]})
        case FaultKind.CANCEL_ONLY:
            return in_mode("cancel")
    if fault.endpoint == "orders":
        return CoinbaseError(200, _order_failure(fault.message))
    return refused(fault.status, fault.message or "unknown", fault.message)


def _order_failure(reason: str) -> dict[str, object]:
    if not reason:
        return {"success": False}
    if reason.startswith("PREVIEW_"):
        return dict(order_failure((UNKNOWN, "", reason)))
    return dict(order_failure((reason, "", None)))
