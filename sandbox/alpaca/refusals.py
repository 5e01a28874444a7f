"""Every way Alpaca says no: an HTTP status, a code that stands for many things, and a message."""

from collections.abc import Mapping
from decimal import Decimal

from sandbox.faults import Fault, FaultKind
from sandbox.formats import plain
from sandbox.venue import RefusedError

Json = Mapping[str, object]

BAD_REQUEST = 400
UNAUTHORIZED = 401
FORBIDDEN = 403
NOT_FOUND = 404
UNPROCESSABLE = 422
TOO_MANY = 429
CODE_DIGITS = 8
#: The first three digits of a code are the HTTP status.
CODE_TO_STATUS = 100_000


class AlpacaError(RefusedError):
    """A refusal, most of them with a code that stands for many things."""

    def __init__(self, status: int, message: str, *, code: int | None = None, **details: object) -> None:
        coded = {} if code is None else {"code": code}
        super().__init__(status, {**details, **coded, "message": message}, reason=message)


def malformed(message: str) -> AlpacaError:
    """A field is missing or makes no sense."""
    return AlpacaError(UNPROCESSABLE, message, code=40010001)


def unprocessable(message: str) -> AlpacaError:
    """Understood, but against the rules."""
    return AlpacaError(UNPROCESSABLE, message, code=42210000)


def forbidden(message: str, **details: object) -> AlpacaError:
    """Understood, allowed in general, refused to this account now."""
    return AlpacaError(FORBIDDEN, message, code=40310000, **details)


def not_found(message: str) -> AlpacaError:
    """Nothing of that name."""
    return AlpacaError(NOT_FOUND, message, code=40410000)


def unauthorized() -> AlpacaError:
    """No key, or not this one."""
    return AlpacaError(UNAUTHORIZED, "unauthorized.")


def not_authorized() -> AlpacaError:
    """The same, with a code."""
    return AlpacaError(UNAUTHORIZED, "request is not authorized", code=40110000)


def key_forbidden() -> AlpacaError:
    """The same, as 403 and without a code."""
    return AlpacaError(FORBIDDEN, "forbidden.")


def too_little_balance(asset: str, *, requested: Decimal, available: Decimal, total: Decimal) -> AlpacaError:
    """Coins, or whatever pays for them."""
    message = (
        f"insufficient balance for {asset} (requested: {plain(requested)}, available: {plain(available)})"
    )
    return forbidden(message, available=plain(available), balance=plain(total), symbol=asset)


def too_little_cash(*, cost: Decimal, buying_power: Decimal) -> AlpacaError:
    """Dollars for stocks."""
    return forbidden("insufficient buying power", buying_power=plain(buying_power), cost_basis=plain(cost))


def too_few_shares(
    symbol: str, *, requested: Decimal, available: Decimal, total: Decimal, related: list[str]
) -> AlpacaError:
    """Shares that are there but held by other orders, or fewer than asked for."""
    message = (
        f"insufficient qty available for order (requested: {plain(requested)}, available: {plain(available)})"
    )
    return forbidden(
        message,
        available=plain(available),
        existing_qty=plain(total),
        held_for_orders=plain(total - available),
        related_orders=related,
        symbol=symbol,
    )


def worded(fault: Fault) -> AlpacaError:
    """The refusal a planned fault stands for."""
    match fault.kind:
        case FaultKind.RATE_LIMIT:
            return AlpacaError(TOO_MANY, "rate limit exceeded", code=42910000)
        case FaultKind.INVALID_NONCE:
            # Nothing is signed here; a key that is not taken comes nearest.
            return unauthorized()
        case FaultKind.CANCEL_ONLY:
            return unprocessable("asset is not tradable")
    code, _, message = fault.message.partition(" ")
    if len(code) == CODE_DIGITS and code.isdecimal():
        return AlpacaError(int(code) // CODE_TO_STATUS, message, code=int(code))
    return AlpacaError(FORBIDDEN, fault.message)
