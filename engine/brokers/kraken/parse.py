"""Read Kraken's private and public answers into our values."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from engine.brokers.base import KeyPermissions
from engine.brokers.error_classes import Operation, judge_answer
from engine.brokers.kraken.names import Catalog, Part
from engine.brokers.parse import (
    MalformedAnswerError,
    Row,
    amount_in,
    as_list,
    as_row,
    one_of,
    optional_in,
    readable_table,
    require_none_below_zero,
    row_in,
    text_in,
)
from engine.model.currencies import is_currency
from engine.model.holdings import Direction, Holding, MarginPosition
from engine.model.money import ZERO, exact
from engine.model.venues import Venue

_DIRECTIONS = {"buy": Direction.LONG, "sell": Direction.SHORT}
_READ = frozenset({"query-funds", "query-open-trades", "query-closed-trades"})
_TRADE = frozenset({"modify-trades", "close-trades"})
_WITHDRAW = "withdraw-funds"


def result_of(answer: object, operation: Operation = Operation.READ) -> object:
    """Return an answer's result, or raise what its errors mean; one without a result is no answer."""
    row = answer if isinstance(answer, Mapping) else {}
    errors = row.get("error")
    if isinstance(errors, list):  # a W stands before warnings
        errors = [error for error in errors if not str(error).startswith("W")]
    result = row.get("result")
    if errors or result is None:
        raise judge_answer(Venue.KRAKEN, {"error": errors, "result": result}, operation, status=200)
    return result


def parse_balances(result: object, catalog: Catalog) -> tuple[Holding, ...]:
    """Read BalanceEx; the parts of one asset (XXBT, XBT.F, XBT.S) become one holding, if all can be read."""
    parts: dict[str, dict[Part, Decimal]] = defaultdict(lambda: dict.fromkeys(Part, ZERO))
    unreadable = find_unreadable_balances(result, catalog)
    with exact():
        for name, (owned, held) in _balances(result).items():
            asset, part = catalog.asset_part(name)
            if asset not in unreadable:
                parts[asset][part] += owned - held
                parts[asset][Part.HELD] += held
    return tuple(
        Holding(
            asset=asset,
            free=part[Part.FREE],
            held=part[Part.HELD],
            locked=part[Part.LOCKED],
            is_fiat=is_currency(asset),
        )
        for asset, part in sorted(parts.items())
        if any(part.values())
    )


def find_unreadable_balances(result: object, catalog: Catalog) -> frozenset[str]:
    """Return the assets of BalanceEx of which not every part can be read."""
    unreadable = as_row(result, "BalanceEx").keys() - _balances(result).keys()
    return frozenset(catalog.asset_part(name)[0] for name in unreadable)


def _balances(result: object) -> dict[str, tuple[Decimal, Decimal]]:
    return readable_table(as_row(result, "BalanceEx"), lambda _, row: _balance(row), "BalanceEx")


def _balance(row: Row) -> tuple[Decimal, Decimal]:
    balance, held = amount_in(row, "balance"), amount_in(row, "hold_trade")
    credit, drawn = (optional_in(row, key, amount_in) or ZERO for key in ("credit", "credit_used"))
    with exact():
        # https://docs.kraken.com/api/docs/rest-api/get-extended-balance: what may be traded counts the credit line.
        available = balance + credit - drawn - held
        require_none_below_zero(balance=balance, hold=held, credit_used=drawn, available=available)
        # It is no property: what is drawn from it counts against the balance, the rest not at all.
        return balance - drawn, held


def parse_margin_positions(result: object, catalog: Catalog) -> tuple[MarginPosition, ...]:
    """Read OpenPositions: what is still open of each lot, netted over pair and direction, if all can be read."""
    unreadable = find_unreadable_positions(result, catalog)
    lots: dict[tuple[str, Direction], list[_Lot]] = defaultdict(list)
    for lot in _lots(result, catalog).values():
        if lot.quantity > 0 and lot.symbol not in unreadable:
            lots[lot.symbol, lot.direction].append(lot)
    return tuple(_net(symbol, direction, lots[symbol, direction]) for symbol, direction in sorted(lots))


def find_unreadable_positions(result: object, catalog: Catalog) -> frozenset[str]:
    """Return the pairs of OpenPositions of which not every lot can be read; "" is one that names no pair."""
    rows = as_row(result, "OpenPositions")
    pairs = [_pair_of(rows[name]) for name in rows.keys() - _lots(result, catalog).keys()]
    return frozenset(catalog.pair(pair).symbol if pair else "" for pair in pairs)


def _pair_of(row: object) -> str:
    pair = row.get("pair") if isinstance(row, Mapping) else None
    return pair if isinstance(pair, str) else ""


def _lots(result: object, catalog: Catalog) -> "dict[str, _Lot]":
    return readable_table(
        as_row(result, "OpenPositions"), lambda _, row: _lot(row, catalog), "OpenPositions", least=0
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Lot:
    symbol: str
    direction: Direction
    quantity: Decimal
    cost: Decimal
    fee: Decimal
    leverage: int


def _lot(row: Row, catalog: Catalog) -> _Lot:
    volume, closed = amount_in(row, "vol"), amount_in(row, "vol_closed")
    require_none_below_zero(closed=closed, open=volume - closed)
    cost, margin = amount_in(row, "cost"), amount_in(row, "margin")
    if volume <= 0 or margin <= 0:
        message = f"a position of {volume} with a margin of {margin}"
        raise MalformedAnswerError(message)
    with exact():
        open_part = (volume - closed) / volume
        return _Lot(
            symbol=catalog.pair(text_in(row, "pair")).symbol,
            direction=one_of(row, "type", _DIRECTIONS),
            quantity=volume - closed,
            cost=cost * open_part,
            fee=amount_in(row, "fee") * open_part,
            leverage=int((cost / margin).to_integral_value()),
        )


def _net(symbol: str, direction: Direction, lots: Iterable[_Lot]) -> MarginPosition:
    lots = list(lots)
    with exact():
        return MarginPosition(
            symbol=symbol,
            direction=direction,
            quantity=sum((lot.quantity for lot in lots), ZERO),
            cost=sum((lot.cost for lot in lots), ZERO),
            fee=sum((lot.fee for lot in lots), ZERO),
            leverage=max(lot.leverage for lot in lots),
        )


def parse_taker_fees(result: object) -> dict[str, Decimal]:
    """Read TradeVolume, which gives percent by pair."""
    fees = row_in(as_row(result, "TradeVolume"), "fees")
    return readable_table(fees, lambda _, row: amount_in(row, "fee") / 100, "TradeVolume")


def parse_permissions(result: object) -> KeyPermissions:
    """Read GetApiKeyInfo."""
    granted = {
        str(name) for name in as_list(as_row(result, "GetApiKeyInfo").get("permissions"), "permissions")
    }
    return KeyPermissions(
        can_read=granted >= _READ, can_trade=granted >= _TRADE, can_withdraw=_WITHDRAW in granted
    )


def parse_stream_token(result: object) -> str:
    """Read GetWebSocketsToken; nothing is shown of it: it is a secret that no redactor knows yet."""
    token = result.get("token") if isinstance(result, Mapping) else None
    if isinstance(token, str) and token:
        return token
    message = "GetWebSocketsToken holds no token"
    raise MalformedAnswerError(message)
