"""Pure: what buys were confirmed with as their fees, or routes had estimated of the trades after them, beside what was charged."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from pydantic import TypeAdapter, ValidationError

from engine import wall_time
from engine.entries.route import Route
from engine.entries.routes_store import StoredRoute
from engine.model.instruments import base_of
from engine.model.money import ZERO, exact
from engine.statements.charges import Charge

#: A purchase that long after a route is taken for the one it was for.
COUNTS_FOR = timedelta(hours=1)

_route = TypeAdapter(Route)


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """What a route said that buying a coin at an account costs."""

    account_id: str
    base: str
    at: datetime
    #: The fee, as a fraction of what is bought.
    taker: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """The fees of purchases, as they were estimated and as they were charged."""

    currency: str
    trades: int
    estimated: Decimal
    charged: Decimal

    @property
    def error(self) -> Decimal:
        """Return by how much more was charged than was estimated."""
        with exact():
            return self.charged - self.estimated


def estimates_of(routes: Iterable[StoredRoute]) -> tuple[Estimate, ...]:
    """Return what stored routes estimated; one that this version cannot read estimated nothing that is known."""
    return tuple(_estimates(routes))


def _estimates(routes: Iterable[StoredRoute]) -> Iterator[Estimate]:
    for stored in routes:
        try:
            route = _route.validate_python(stored.decision)
        except ValidationError:
            continue
        yield Estimate(
            account_id=route.account.account_id,
            base=route.request.base,
            at=stored.decided_at,
            taker=route.cost.fees.taker,
        )


def compare(charges: Sequence[Charge], estimates: Sequence[Estimate]) -> tuple[Compared, ...]:
    """Return estimates and fees in each currency, of purchases that something was estimated of and whose fee is booked."""
    pairs = [(one, estimated) for one in charges if (estimated := _estimated(one, estimates)) is not None]
    return tuple(
        _sum(currency, [pair for pair in pairs if pair[0].currency == currency])
        for currency in sorted({one.currency for one, _ in pairs})
    )


def _estimated(charge: Charge, estimates: Sequence[Estimate]) -> Decimal | None:
    """Return the fee that a purchase was confirmed with, else by the last route before it, of that coin at that account."""
    if charge.is_sale or charge.fee is None or charge.value is None:
        return None
    if charge.planned is not None:
        return charge.planned
    fitting = (
        one
        for one in reversed(estimates)
        if (one.account_id, one.base) == (charge.account_id, base_of(charge.symbol))
        and wall_time.is_within(one.at, charge.at, COUNTS_FOR)
    )
    found = next(fitting, None)
    with exact():
        return None if found is None else charge.value * found.taker


def _sum(currency: str, pairs: Sequence[tuple[Charge, Decimal]]) -> Compared:
    with exact():
        estimated = sum((estimated for _, estimated in pairs), ZERO)
        charged = sum((one.fee or ZERO for one, _ in pairs), ZERO)
    return Compared(currency=currency, trades=len(pairs), estimated=estimated, charged=charged)
