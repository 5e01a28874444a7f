"""The venue's words for faults that are refusals."""

from sandbox.coinbase.refusals import (
    TOO_MANY,
    UNAUTHORIZED,
    UNKNOWN,
    RefusedError,
    in_mode,
    order_failure,
    refused,
)
from sandbox.faults import Fault, FaultKind


def worded(fault: Fault) -> RefusedError:
    """The refusal a planned fault stands for."""
    match fault.kind:
        case FaultKind.RATE_LIMIT:
            return refused(TOO_MANY, "rate_limit_exceeded", "Too many requests")
        case FaultKind.INVALID_NONCE:
            error = {"id": "authentication_error", "message": "request timestamp expired"}
            return RefusedError(UNAUTHORIZED, {"errors": [error]})
        case FaultKind.CANCEL_ONLY:
            return in_mode("cancel")
    if fault.endpoint == "orders":
        return RefusedError(200, _order_failure(fault.message))
    return refused(fault.status, fault.message or "unknown", fault.message)


def _order_failure(reason: str) -> dict[str, object]:
    if not reason:
        return {"success": False}
    if reason.startswith("PREVIEW_"):
        return dict(order_failure((UNKNOWN, "", reason)))
    return dict(order_failure((reason, "", None)))
