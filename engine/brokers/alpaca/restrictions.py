"""What Alpaca's account flags really rule out; a flag that is missing or odd rules nothing out."""

from collections.abc import Iterator

from engine.brokers.parse import Row

# https://docs.alpaca.markets/docs/account-plans and …/reference/getaccount-1
_ACTIVE = "ACTIVE"


def find_block(account: Row) -> str | None:
    """Return why the account takes no order at all; None when it takes some."""
    status = _status(account, "status")
    if status != _ACTIVE:
        return f"the account is not active ({status})"
    if account.get("account_blocked") is True:
        return "the account is blocked by the venue (account_blocked)"
    if account.get("trading_blocked") is True:
        return "the venue lets this account place no orders (trading_blocked)"
    if account.get("trade_suspended_by_user") is True:
        return (
            "you have suspended trading in the account's settings (trade_suspended_by_user); resume it there"
        )
    return None


def find_limits(account: Row) -> tuple[str, ...]:
    """Return what is not possible although the account trades."""
    return tuple(_limits(account))


def _limits(account: Row) -> Iterator[str]:
    crypto = _status(account, "crypto_status")
    if crypto == "PAPER_ONLY":
        yield "works for stocks; crypto is enabled on paper accounts only (PAPER_ONLY)"
    elif crypto != _ACTIVE:
        yield f"works for stocks; crypto is not enabled ({crypto})"
    if account.get("transfers_blocked") is True:
        yield "money can be neither paid in nor out (transfers_blocked); trading is not concerned"
    if account.get("pattern_day_trader") is True:
        yield "marked as a pattern day trader: below $25,000 the venue may refuse to sell a share on the day it was bought"


def _status(account: Row, key: str) -> str:
    """Return a status in capitals; one that is not reported, or empty, counts as active."""
    status = account.get(key)
    return (status.strip().upper() if isinstance(status, str) else "") or _ACTIVE
