"""Read the rows of Coinbase's accounts: one for each currency on each of its platforms."""

from collections.abc import Collection, Iterable

from engine.brokers.parse import Row, amount_in, readable, require_none_below_zero, row_in, text_in
from engine.model.currencies import is_currency
from engine.model.holdings import Holding
from engine.model.money import ZERO, exact

# https://docs.cdp.coinbase.com/api-reference/advanced-trade-api/rest-api/accounts/list-accounts: spot orders reach the
# accounts of these types on the platform CONSUMER. Vaults, what backs perpetuals, US derivatives (CFM_CONSUMER), INTX
# and whatever is added one day are owned, and out of their reach.
_FIAT = "ACCOUNT_TYPE_FIAT"
_SPOT_TYPES = frozenset({"ACCOUNT_TYPE_CRYPTO", _FIAT})
_SPOT_PLATFORMS = frozenset({"ACCOUNT_PLATFORM_CONSUMER"})
#: A row without a platform, as all were before Coinbase had more than one platform.
_UNSPECIFIED = frozenset({"", "ACCOUNT_TYPE_UNSPECIFIED", "ACCOUNT_PLATFORM_UNSPECIFIED"})
#: Kept under a name of its own, never traded, and no more than a staked part of another coin.
_STAKED = {"ETH2": "ETH"}


def parse_holdings(accounts: Iterable[Row]) -> tuple[Holding, ...]:
    """Read all pages of accounts; several accounts in one asset are one holding, if all can be read."""
    rows = _each_once(accounts)
    unreadable, holdings = find_unreadable_accounts(rows), dict[str, Holding]()
    certain = {_asset(row) for row in rows if _is_certainly_spot(row)}
    with exact():
        for each in readable(rows, lambda row: _balance(row, certain), "accounts"):
            if each.asset not in unreadable:
                known = holdings.get(each.asset, Holding(asset=each.asset, free=ZERO))
                holdings[each.asset] = Holding(
                    asset=each.asset,
                    free=known.free + each.free,
                    held=known.held + each.held,
                    locked=known.locked + each.locked,
                    is_fiat=known.is_fiat or each.is_fiat,
                )
    return tuple(holding for _, holding in sorted(holdings.items()) if _has_something(holding))


def find_unreadable_accounts(accounts: Iterable[Row]) -> frozenset[str]:
    """Return the currencies of which not every account can be read; "" is an account that names none."""
    return frozenset(
        _asset(row)
        for row in accounts
        if not readable([row], lambda row: _balance(row, frozenset()), "accounts", least=0)
    )


def _each_once(accounts: Iterable[Row]) -> list[Row]:
    """Return every account once: a page that shifts while it is read shows one twice.

    Rows without an id of their own are distinguished by all their fields.
    """
    return list({_identity(row): row for row in accounts}.values())


def _identity(row: Row) -> tuple[str, str]:
    given = row.get("uuid")
    return (given, str(row.get("currency"))) if given and isinstance(given, str) else ("", repr(row))


def _asset(row: Row) -> str:
    currency = row.get("currency")
    return _STAKED.get(currency, currency) if isinstance(currency, str) else ""


def _balance(row: Row, certain: Collection[str]) -> Holding:
    free = amount_in(row_in(row, "available_balance"), "value")
    held = amount_in(row_in(row, "hold"), "value")
    require_none_below_zero(available=free, hold=held)
    text_in(row, "currency")
    asset = _asset(row)
    if _may_be_spot(row) and (_is_certainly_spot(row) or asset not in certain):
        return Holding(asset=asset, free=free, held=held, is_fiat=_is_fiat(row))
    with exact():
        return Holding(asset=asset, free=ZERO, locked=free + held, is_fiat=_is_fiat(row))


def _is_fiat(row: Row) -> bool:
    kind = _said(row, "type")
    return kind == _FIAT or (kind in _UNSPECIFIED and is_currency(text_in(row, "currency")))


def _is_certainly_spot(row: Row) -> bool:
    return (
        _may_be_spot(row) and _said(row, "platform") in _SPOT_PLATFORMS and _said(row, "type") in _SPOT_TYPES
    )


def _may_be_spot(row: Row) -> bool:
    if row.get("active") is False or row.get("ready") is False or str(row.get("currency")) in _STAKED:
        return False
    return (
        _said(row, "platform") in _SPOT_PLATFORMS | _UNSPECIFIED
        and _said(row, "type") in _SPOT_TYPES | _UNSPECIFIED
    )


def _said(row: Row, key: str) -> str:
    said = row.get(key)
    return "" if said is None else str(said)


def _has_something(holding: Holding) -> bool:
    return any((holding.free, holding.held, holding.locked))
