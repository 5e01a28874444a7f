"""What buys that are not settled yet may still take of an account's cash; pure."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from decimal import Decimal

from engine.model.instruments import quote_of
from engine.model.money import ZERO, exact
from engine.orders.intents import Intent, IntentKind
from engine.orders.states import IntentState
from engine.storage.readable import UnreadableRow


@dataclass(frozen=True, slots=True, kw_only=True)
class Reservation:
    """Cash of one account that a buy in the journal may still take, or has taken since the account was read."""

    account_id: str
    asset: str
    #: None where that cannot be read: it may be any.
    currency: str | None
    #: None where the price it was planned at is not written down, or cannot be read: then nobody knows what is left.
    amount: Decimal | None
    #: True where the buy is in the journal and cannot be read.
    is_damaged: bool = False

    def is_of(self, account_id: str, currencies: Collection[str]) -> bool:
        """Return whether it may be of some currencies of an account."""
        return self.account_id == account_id and (self.currency is None or self.currency in currencies)


def reserve(intents: Iterable[Intent], *, buffer: Decimal) -> tuple[Reservation, ...]:
    """Return what each buy keeps from others.

    Under way, that is its whole quantity at its planned price, and the buffer; filled, what it has cost. Those that
    were filled before the account was read must be left out: its cash shows them.
    """
    return tuple(
        Reservation(
            account_id=intent.account_id,
            asset=intent.asset,
            currency=quote_of(intent.symbol),
            amount=_taken(intent) if intent.state.is_final else _planned(intent, buffer),
        )
        for intent in intents
        if intent.kind is IntentKind.ENTRY
        and (not intent.state.is_final or intent.state is IntentState.FILLED)
    )


def reserve_damaged(rows: Iterable[UnreadableRow], account_id: str) -> tuple[Reservation, ...]:
    """Return what rows of an account's journal that cannot be read may keep from others; sales keep nothing."""
    return tuple(
        Reservation(
            account_id=account_id,
            asset=row.text("asset"),
            currency=quote_of(row.text("symbol")) or None,
            amount=None,
            is_damaged=True,
        )
        for row in rows
        if row.text("account_id") in {account_id, ""} and row.text("kind") != IntentKind.EXIT
    )


def reserved_of(
    reservations: Iterable[Reservation], account_id: str, currencies: Collection[str]
) -> Decimal | None:
    """Return what is reserved of some currencies of an account; None is unknown."""
    total = ZERO
    for one in reservations:
        if one.is_of(account_id, currencies):
            if one.amount is None:
                return None
            with exact():
                total += one.amount
    return total


def _planned(intent: Intent, buffer: Decimal) -> Decimal | None:
    if intent.trigger is None:
        return None
    with exact():
        return intent.quantity * intent.trigger.price * (1 + buffer)


def _taken(intent: Intent) -> Decimal | None:
    if intent.cost is None:
        return None
    with exact():
        return -intent.change_of(quote_of(intent.symbol))
