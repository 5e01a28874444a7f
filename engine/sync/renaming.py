"""Pure: a coin that its venue renamed, known by what came without a trade about when the old one was gone."""

from collections.abc import Collection
from datetime import datetime, timedelta
from decimal import Decimal

from engine import wall_time
from engine.accounts.cost_basis import share
from engine.guards.guard import Guard
from engine.guards.known_assets import KnownAsset
from engine.model.holdings import AccountReport
from engine.model.money import ZERO, exact
from engine.offers.offering import OldCost

#: The new coin may be there before the old one goes, and may be credited much later.
COMES_BEFORE, COMES_WITHIN = timedelta(days=1), timedelta(days=30)

#: One old coin becomes at most so many new ones, or the other way round (Maker: 24,000).
_MOST_UNITS = 1_000_000
#: So far a whole multiple may be off: the smaller quantity ends with its venue's last digit.
_LAST_DIGIT, _ROUNDING_RATIO = Decimal("1E-8"), Decimal("1E-4")


def arrivals(report: AccountReport, *, known: Collection[KnownAsset], gone_at: datetime) -> frozenset[str]:
    """Return what an account holds that came to it about when something was gone; nothing where it is new itself."""
    if not known or not wall_time.is_younger(gone_at, report.at, COMES_WITHIN):
        return frozenset()
    # What was there when the account was met is of any age.
    met_at = wall_time.earliest(one.first_seen_at for one in known if one.first_seen_at is not None)
    old = {one.asset for one in known if not _came_about(one, gone_at, met_at=met_at)}
    return frozenset(holding.asset for holding in report.spot_positions) - old


def _came_about(known: KnownAsset, gone_at: datetime, *, met_at: datetime | None) -> bool:
    """Return whether an asset came about when something was gone; an unknown time does not count."""
    first_seen_at = known.first_seen_at
    if first_seen_at is None or first_seen_at == met_at:
        return False
    return not wall_time.is_before(first_seen_at, gone_at - COMES_BEFORE)


def successor_of(report: AccountReport, *, gone: Decimal, arrived: Collection[str]) -> str | None:
    """Return what so much of a coin became: the one new asset of which there are whole multiples or parts of it."""
    fitting = [asset for asset in arrived if is_multiple(gone, report.holding(asset).total)]
    same = [asset for asset in fitting if report.holding(asset).total == gone]
    likely = same or fitting
    return likely[0] if len(likely) == 1 else None


def is_multiple(one: Decimal, other: Decimal) -> bool:
    """Return whether one quantity is the other in other units: a coin is renamed one to one, or so many to one."""
    small, big = min(one, other), max(one, other)
    if small <= ZERO:
        return False
    with exact():
        times = (big / small).to_integral_value()
        rounding = times * _LAST_DIGIT if times > 1 else ZERO
        return times <= _MOST_UNITS and abs(big - times * small) <= min(rounding, big * _ROUNDING_RATIO)


def old_cost_of(guard: Guard, *, was: Decimal, became: Decimal) -> OldCost:
    """Return what was guarded in the units of now; all of it cost what it had cost."""
    quantity = share(became, guard.quantity, was) if guard.quantity < was else became
    return OldCost(quantity=quantity, cost=guard.cost, currency=guard.currency)
