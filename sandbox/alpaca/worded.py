"""The venue's words for faults that are refusals."""

from sandbox.alpaca.refusals import FORBIDDEN, TOO_MANY, RefusedError, unauthorized, unprocessable
from sandbox.faults import Fault, FaultKind

CODE_DIGITS = 8
#: The first three digits of a code are the HTTP status.
CODE_TO_STATUS = 100_000


def worded(fault: Fault) -> RefusedError:
    """The refusal a planned fault stands for."""
    match fault.kind:
        case FaultKind.RATE_LIMIT:
            return RefusedError(TOO_MANY, "rate limit exceeded", code=42910000)
        case FaultKind.INVALID_NONCE:
            # Nothing is signed here; a key that is not taken comes nearest.
            return unauthorized()
        case FaultKind.CANCEL_ONLY:
            return unprocessable("asset is not tradable")
    code, _, message = fault.message.partition(" ")
    if len(code) == CODE_DIGITS and code.isdecimal():
        return RefusedError(int(code) // CODE_TO_STATUS, message, code=int(code))
    return RefusedError(FORBIDDEN, fault.message)
