"""What buys that are not settled yet may still take of an account's cash; pure."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from decimal import Decimal

from engine.model.instruments import quote_of
from engine.model.money import ZERO, exact
from engine.orders.intents import Intent, IntentKind
from engine.orders.states import IntentState


@dataclass(frozen=True, slots=True, kw_only=True)
class Reservation:
    """Cash of one account that a buy in the journal may still take, or has taken since the account was read."""

    account_id: str
    asset: str
    currency: str
    #: None where the price it was planned at is not written down: then nobody knows what is left.
    amount: Decimal | None


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


def reserved_of(
    reservations: Iterable[Reservation], account_id: str, currencies: Collection[str]
) -> Decimal | None:
    """Return what is reserved of some currencies of an account; None is unknown."""
    total = ZERO
    for one in reservations:
        if one.account_id == account_id and one.currency in currencies:
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
