"""What an option's order keeps of its account while it is open: shares, or dollars."""

import re
from decimal import Decimal

from engine.brokers.alpaca.names import DOLLAR, Catalog
from engine.brokers.parse import MalformedAnswerError, Row, one_of, text_in
from engine.model.money import exact
from engine.model.orders import Collateral, Order, Side

#: A standard contract in the clearing house's spelling: ticker without its dot, day, call or put, strike in thousandths.
#: Adjusted ones have a digit after the ticker and deliver something else than a hundred shares.
_CONTRACT = re.compile(r"([A-Z]+)[0-9]{6}([CP])([0-9]{8})")
_ANY_CONTRACT = re.compile(r"[A-Z0-9.]{1,7}[0-9]{6}[CP][0-9]{8}")
_SHARES = 100
_OPENS = {"sell_to_open": True, "sell_to_close": False}


def is_contract(name: str) -> bool:
    """Return whether a symbol is an option's."""
    return _ANY_CONTRACT.fullmatch(name) is not None


def option_collateral(row: Row, order: Order, catalog: Catalog) -> Collateral | None:
    """Return what an option's order keeps; None when it only gives back what was bought.

    https://docs.alpaca.markets/docs/options-trading: a call is written on shares that are owned, a put on cash.

    Raises:
        MalformedAnswerError: the order does not show it.

    """
    contract = _CONTRACT.fullmatch(text_in(row, "symbol"))
    if order.side is Side.BUY:
        return Collateral(asset=DOLLAR, quantity=_premium(order) if contract else None)
    if not one_of(row, "position_intent", _OPENS):
        return None
    if contract is None:
        message = f"symbol should be a standard contract, not '{row['symbol']}'"
        raise MalformedAnswerError(message)
    root, kind, strike = contract.groups()
    with exact():
        shares = order.remaining_quantity * _SHARES
        if kind == "C":
            return Collateral(asset=catalog.underlying(root), quantity=shares)
        return Collateral(asset=DOLLAR, quantity=shares * Decimal(strike) / 1000)


def _premium(order: Order) -> Decimal | None:
    with exact():
        return None if order.price is None else order.remaining_quantity * order.price * _SHARES
