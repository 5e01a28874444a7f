"""What a sale brought, against what was paid and against its guard's price, the same in every text."""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from engine.alerts.messages import AgainstGuard, ExitFilled
from engine.exits.audit import ExitRecord
from engine.model.instruments import quote_of
from engine.model.money import exact
from handlers.render.numbers import in_currency, percent
from handlers.render.sale_figures import against_guard_lines, trigger_rows


@dataclass(frozen=True, slots=True, kw_only=True)
class Brought:
    """The results of one sale."""

    #: Against what was paid; None is unknown, and `why_unknown` says why.
    realised: Decimal | None
    why_unknown: str
    before_fee: bool
    entry: Decimal | None
    against_guard: AgainstGuard | None
    quantity: Decimal
    #: What both results are in.
    currency: str

    def realised_text(self) -> str:
        """Write the result against what was paid."""
        if self.realised is None:
            return self.why_unknown
        return f"{in_currency(self.realised, self.currency, signed=True)}{self._of_cost()}"

    def _of_cost(self) -> str:
        if self.realised is None or not self.entry or not self.quantity:
            return ""
        with exact():
            cost = self.entry * self.quantity
        return f", {percent(self.realised / cost)}"

    def trigger_rows(self, trigger_pnl: str) -> Iterator[tuple[str, str]]:
        """Name the loss at the trigger, against what its guard counts from."""
        return trigger_rows(trigger_pnl, self.against_guard, entry=self.entry, currency=self.currency)

    def guard_lines(self) -> Iterator[str]:
        """Write the result against the guard's price, where that is not what was paid."""
        return against_guard_lines(
            self.against_guard, entry=self.entry, of_quantity=self.quantity, currency=self.currency
        )


def brought_by_sale(sale: ExitFilled) -> Brought:
    """Return the results that an alert shows."""
    currency = quote_of(sale.instead_of) or sale.currency
    is_entry_known = sale.entry_known and not sale.since_guarded
    against = sale.against_guard
    if sale.since_guarded and sale.realised is not None:
        against = AgainstGuard(price=None, quantity=sale.quantity, result=sale.realised)
    return Brought(
        realised=sale.realised if is_entry_known else None,
        why_unknown=_why_unknown(sale.rate, sale.currency, is_entry_known=is_entry_known),
        before_fee=sale.before_fee,
        entry=sale.entry,
        against_guard=against,
        quantity=sale.quantity,
        currency=currency,
    )


def brought_by_exit(record: ExitRecord) -> Brought | None:
    """Return the results that the records of an exit show; None without a fill."""
    results = record.results
    if results is None:
        return None
    sold_for = quote_of(record.intent.symbol)
    return Brought(
        realised=results.realised,
        why_unknown=_why_unknown(record.rate, sold_for, is_entry_known=results.entry is not None),
        before_fee=results.before_fee,
        entry=results.entry,
        against_guard=results.against_guard,
        quantity=record.intent.filled_quantity,
        currency=record.guard_currency,
    )


def _why_unknown(rate: Decimal | None, currency: str, *, is_entry_known: bool) -> str:
    if not is_entry_known:
        return "unknown, no entry"
    return f"unknown, no {currency} rate" if rate is None else "unknown, no value"
