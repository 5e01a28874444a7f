"""One reading of a guarded position: what there is of it, and what may be sold now."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from engine.clock import Moment
from engine.guards.comparison import is_covered, quantity_there
from engine.guards.guard import Guard
from engine.model.errors import BrokerError
from engine.model.failing_reasons import UnknownHold
from engine.model.holdings import AccountReport, PositionKind
from engine.model.instruments import quote_of
from engine.model.money import ZERO
from engine.model.orders import Order
from engine.orders.balance_verdict import SendBasis


@dataclass(frozen=True, slots=True, kw_only=True)
class PositionReading:
    """One reading of one position; the figures are None when the account could not be read."""

    #: What may be sold now: neither held by open orders nor locked.
    free: Decimal | None
    #: All there is of it, free or not.
    owned: Decimal | None
    #: What open orders hold of it; None also where orders hold nothing, as with margin positions.
    held: Decimal | None = None
    at: datetime | None
    #: The last step of our orders that it certainly shows, where that is known.
    step: int | None = None
    #: The venue's own average entry, where it keeps one.
    venue_entry: Decimal | None = None
    #: False when the account did not answer and this is its answer of some time ago.
    is_fresh: bool = True
    #: Open orders that could not be read and may hold some of it.
    unreadable: tuple[str, ...] = ()
    #: An open order of the exit's own, which has what is to be sold on sale already.
    own_order: Order | None = None
    #: An order filled that was to be cancelled, so these figures are of before.
    is_overtaken: bool = False
    #: Why an order that holds some of it could not be cancelled.
    hindrance: BrokerError | None = None
    #: What holds some of it and is no order that could be cancelled.
    unknown_hold: UnknownHold | None = None
    #: The last reading of the account, of after all that was freed.
    report: AccountReport | None = None

    def basis(self, guard: Guard, symbol: str, quantity: Decimal, now: Moment) -> SendBasis | None:
        """Return what is written down with an order that leaves now; None without a reading of the position."""
        report, currency = self.report, quote_of(symbol)
        if report is None or not is_covered(report, guard):
            return None
        return SendBasis(
            owned=quantity_there(report, guard),
            held=report.holding(guard.asset).held if guard.kind is PositionKind.SPOT else ZERO,
            currency=currency,
            cash=report.holding(currency).total if report.covers(currency) else None,
            at=report.venue_at or report.at,
            step=self.step,
            left_at=_venue_time(report, now),
            quantity=quantity,
        )


def _venue_time(report: AccountReport, now: Moment) -> datetime | None:
    """Return the earliest that the venue's clock may show, by what passed since a reading; None where it was not known.

    Trades of before that are another's, so a time that is too late would make another's of our own.
    """
    if report.venue_at is None or report.left is None:
        return None
    return report.venue_at - report.venue_at_error + (now - report.left)
