"""Sums of fees: what is booked, and what is not booked yet as an estimate beside it."""

from collections.abc import Iterator, Sequence
from decimal import Decimal

from engine.model.money import is_cash
from engine.statements.charges import FeeSum
from handlers.render.numbers import charged, full_quantity, in_currency


def fee_rows(label: str, sums: Sequence[FeeSum]) -> Iterator[tuple[str, str]]:
    """Name what was charged, in one row a currency."""
    for one in sums:
        yield label, fee_text(one)


def fee_text(fees: FeeSum) -> str:
    """Write a sum of fees, with what is only estimated apart; as `≥ …` where the fee of a trade has no estimate either."""
    booked = amount_text(fees.booked, fees.currency)
    about = f"about {amount_text(fees.estimated, fees.currency)}"
    if fees.unbooked == fees.trades and not fees.unknown:
        return about
    at_least = f"≥ {booked}" if fees.unknown else booked
    return f"{at_least} + {about}" if fees.unbooked > fees.unknown else at_least


def unbooked_line(sums: Sequence[FeeSum]) -> Iterator[str]:
    """Say of how many trades the fee is not booked yet."""
    unbooked, unknown = sum(one.unbooked for one in sums), sum(one.unknown for one in sums)
    if not unbooked:
        return
    fees = "The fee of 1 trade is" if unbooked == 1 else f"The fees of {unbooked} trades are"
    without = f", {unknown} of them without an estimate" if unknown else ""
    yield f"{fees} not booked yet{without}."


def amount_text(amount: Decimal, currency: str) -> str:
    """Write a fee or a sum of fees: money in cents, coins with every digit."""
    if currency == "USD":
        return charged(amount)
    return in_currency(amount, currency) if is_cash(currency) else f"{full_quantity(amount)} {currency}"
