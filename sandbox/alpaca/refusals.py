"""Every way Alpaca says no: an HTTP status, a code that stands for many things, and a message."""

from collections.abc import Mapping
from decimal import Decimal

from sandbox.formats import plain

Json = Mapping[str, object]

BAD_REQUEST = 400
UNAUTHORIZED = 401
FORBIDDEN = 403
NOT_FOUND = 404
UNPROCESSABLE = 422
TOO_MANY = 429


class RefusedError(Exception):
    """The request is answered with this status and body, and has no effect."""

    def __init__(self, status: int, message: str, *, code: int | None = None, **details: object) -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.body: Json = {**details, **({} if code is None else {"code": code}), "message": message}


def malformed(message: str) -> RefusedError:
    """A field is missing or makes no sense."""
    return RefusedError(UNPROCESSABLE, message, code=40010001)


def unprocessable(message: str) -> RefusedError:
    """Understood, but against the rules."""
    return RefusedError(UNPROCESSABLE, message, code=42210000)


def forbidden(message: str, **details: object) -> RefusedError:
    """Understood, allowed in general, refused to this account now."""
    return RefusedError(FORBIDDEN, message, code=40310000, **details)


def not_found(message: str) -> RefusedError:
    """Nothing of that name."""
    return RefusedError(NOT_FOUND, message, code=40410000)


def unauthorized() -> RefusedError:
    """No key, or not this one."""
    return RefusedError(UNAUTHORIZED, "unauthorized.")


def not_authorized() -> RefusedError:
    """The same, with a code."""
    return RefusedError(UNAUTHORIZED, "request is not authorized", code=40110000)


def key_forbidden() -> RefusedError:
    """The same, as 403 and without a code."""
    return RefusedError(FORBIDDEN, "forbidden.")


def too_little_balance(asset: str, *, requested: Decimal, available: Decimal, total: Decimal) -> RefusedError:
    """Coins, or whatever pays for them."""
    message = (
        f"insufficient balance for {asset} (requested: {plain(requested)}, available: {plain(available)})"
    )
    return forbidden(message, available=plain(available), balance=plain(total), symbol=asset)


def too_little_cash(*, cost: Decimal, buying_power: Decimal) -> RefusedError:
    """Dollars for stocks."""
    return forbidden("insufficient buying power", buying_power=plain(buying_power), cost_basis=plain(cost))


def too_few_shares(
    symbol: str, *, requested: Decimal, available: Decimal, total: Decimal, related: list[str]
) -> RefusedError:
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
