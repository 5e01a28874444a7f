"""What is known of a user's accounts when a buy is planned; pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from engine.entries.halts import Halt
from engine.entries.reservations import Reservation
from engine.entries.trade import RoutingAccount
from engine.guards import rule
from engine.market.mark import Mark
from engine.model.money import USD_STABLECOINS, ZERO, exact
from engine.orders.ended_exits_store import LastExit
from engine.portfolio.position import Position


@dataclass(frozen=True, slots=True, kw_only=True)
class Realised:
    """The result of one sale: against what was paid, else against the price of its guard."""

    #: None is unknown.
    amount: Decimal | None
    #: Empty where that is unknown too.
    currency: str

    @property
    def usd(self) -> Decimal | None:
        """Return the same in dollars; None where it is of another currency or unknown."""
        return self.amount if self.currency == "USD" or self.currency in USD_STABLECOINS else None


@dataclass(frozen=True, slots=True)
class DamagedGuard:
    """A guard that cannot be read: nobody knows how much of its asset it covers."""

    account_id: str
    #: Empty where that cannot be read either.
    asset: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryPlaces:
    """A user's accounts as places to buy; nothing is said of what they hold."""

    places: tuple[RoutingAccount, ...]
    #: By unsettled buys of the journal.
    reservations: tuple[Reservation, ...] = ()
    at: datetime

    @property
    def total_equity_usd(self) -> Decimal | None:
        """Return what all accounts are worth, those left out whose figures are not known; None where none are."""
        known = [place.equity_usd for place in self.places if place.equity_usd is not None]
        with exact():
            return sum(known, ZERO) if known else None

    @property
    def is_equity_complete(self) -> bool:
        """Return whether nothing lacks in that."""
        return all(place.equity_usd is not None and place.equity_complete for place in self.places)


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryAccounts(EntryPlaces):
    """The same with what the accounts hold, and what keeps buys back."""

    positions: tuple[Position, ...]
    damaged_guards: tuple[DamagedGuard, ...]
    #: The latest sale of what is to be bought; None where there is none.
    last_exit: LastExit | None = None
    halt: Halt | None
    #: Of every sale since midnight, UTC; None where no limit asks for it.
    realised_today: tuple[Realised, ...] | None

    @property
    def guarded(self) -> tuple[Position, ...]:
        """Return the guarded positions that can be sold; dust is none."""
        return tuple(one for one in self.positions if _is_guarded(one))

    @property
    def exposure_usd(self) -> Decimal | None:
        """Return what all guarded positions and buys under way are worth; None where that of one is unknown."""
        if self.damaged_guards:
            return None
        values = [_guarded_value(position) for position in self.guarded]
        reserved = [self._in_dollars(one) for one in self.reservations]
        return _total((*values, *reserved))

    @property
    def result_today_usd(self) -> Decimal | None:
        """Return what was realised today, less all that guarded positions have lost; None where one is unknown.

        What positions stood at when the day began is stored nowhere: a loss counts whole, and a gain, which may be
        older than today, makes up for none.
        """
        if self.damaged_guards or self.realised_today is None:
            return None
        lost = [_guarded_loss(position) for position in self.guarded]
        return _total((*(one.usd for one in self.realised_today), *lost))

    @property
    def is_realised_known(self) -> bool:
        """Return whether every sale of today has a known result."""
        return self.realised_today is not None and all(one.usd is not None for one in self.realised_today)

    def held(self, base: str) -> tuple[Position, ...]:
        """Return the positions in an asset, dust apart."""
        return tuple(one for one in self.positions if one.asset == base and not _is_dust(one, one.quantity))

    def _in_dollars(self, reservation: Reservation) -> Decimal | None:
        if reservation.amount is None:
            return None
        if reservation.currency == "USD":
            return reservation.amount
        rates = (
            place.quote_rate_usd
            for place in self.places
            if place.account.account_id == reservation.account_id
            and place.instrument is not None
            and place.instrument.quote == reservation.currency
        )
        rate = next(rates, None)
        with exact():
            return None if rate is None else reservation.amount * rate


def _is_dust(position: Position, quantity: Decimal) -> bool:
    """Return whether so little of a position is less than its venue sells, by the last price that is known."""
    price = position.mark.price if isinstance(position.mark, Mark) else position.last_price
    if position.instrument is None or price is None:
        return False
    return position.instrument.why_too_small_to_sell(quantity, price) is not None


def _guarded_value(position: Position) -> Decimal | None:
    """Return what the guarded part is worth; what it counts from where it has no price now, as stocks at night."""
    guard, rate = position.guard, position.quote_usd
    if guard is None or rate is None:
        return None
    with exact():
        if isinstance(position.mark, Mark):
            return guard.quantity * position.mark.price * rate
        return guard.cost * rate if guard.currency == position.quote else None


def _guarded_loss(position: Position) -> Decimal | None:
    """Return what the guarded part has lost, before fees, zero for a gain; a shut market's last price is the best known."""
    guard, rate, mark = position.guard, position.quote_usd, position.mark
    price = mark.price if isinstance(mark, Mark) else position.last_price
    if guard is None or rate is None or price is None or guard.currency != position.quote:
        return None
    result = rule.pnl(mark=price, quantity=guard.quantity, cost=guard.cost, direction=guard.direction)
    with exact():
        return min(result, ZERO) * rate


def _is_guarded(position: Position) -> bool:
    guard = position.guard
    return guard is not None and not guard.is_for_one_sale and not _is_dust(position, guard.quantity)


def _total(values: Iterable[Decimal | None]) -> Decimal | None:
    total = ZERO
    with exact():
        for value in values:
            if value is None:
                return None
            total += value
    return total
