"""Plan one buy: how much, where, through which gates, or why not; pure."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from typing import TypeVar

from engine.brokers.venue_rules import Execution
from engine.entries.assess import Assessment, assess, smallest_usd
from engine.entries.bought import find_guard
from engine.entries.choose import choose
from engine.entries.gates import Gate, GateName, GateVerdict, ProposedBuy, check_gates
from engine.entries.holdings import EntryAccounts, EntryPlaces
from engine.entries.route import NoRoute, Route, RouteObstacle
from engine.entries.rules import MOST_DRIFT, PLAN_COUNTS_FOR, EntryRules
from engine.entries.sizing import Bounds, Most, Size, SizeRequest, SizeUnknown, plan_size
from engine.entries.trade import TradeRequest
from engine.guards.guard import Guard
from engine.model.holdings import PositionKey, PositionKind
from engine.model.instruments import AssetClass, Instrument
from engine.model.money import ZERO, exact
from engine.model.venues import Venue

_T = TypeVar("_T")

_OF_CASH = frozenset({RouteObstacle.NOT_ENOUGH_CASH, RouteObstacle.CASH_UNKNOWN})


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryRequest:
    """A buy somebody wants."""

    symbol: str
    base: str
    asset_class: AssetClass
    size: SizeRequest
    #: The broker that was named for it; None for whichever costs least.
    venue: Venue | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryPlan:
    """A buy that every gate lets through."""

    size: Size
    route: Route
    gates: tuple[Gate, ...]
    #: The loss at which a guard of its own sells it; the route has what it aims for.
    stop: Decimal
    #: The guard that covers it as well, with its own stop and target for all; None where it takes a new one.
    joins: Guard | None = None
    at: datetime
    #: From then on its figures must be read again.
    counts_until: datetime

    @property
    def instrument(self) -> Instrument:
        """Return what is bought where; no gate lets a buy through without a listing."""
        return _known(self.route.instrument)

    @property
    def execution(self) -> Execution:
        """Return what the order comes to on the order book; no gate lets a buy through without one."""
        return _known(self.route.cost.execution)

    @property
    def loss_at_stop(self) -> Decimal:
        """Return what a sale at the stop loses with the fees for buying and selling, as a fraction of what was paid."""
        with exact():
            return self.sold_at - 2 * self.route.cost.fees.taker

    @property
    def sold_at(self) -> Decimal:
        """Return the loss at which it will be sold."""
        return self.stop if self.joins is None else self.joins.threshold

    @property
    def target(self) -> Decimal | None:
        """Return the gain at which its guard does something; None where it does nothing at any."""
        return self.route.profit_target if self.joins is None else self.joins.target

    @property
    def is_held(self) -> bool:
        """Return whether some of it is held already, so that its owner is asked whether to add to it."""
        return any(gate.name is GateName.HELD and gate.verdict is GateVerdict.CONFIRM for gate in self.gates)


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """A buy that is not made, and what every gate says."""

    request: EntryRequest
    #: Where no size follows from what is known, nothing was routed.
    size: Size | SizeUnknown
    decision: Route | NoRoute | None
    gates: tuple[Gate, ...]
    #: The most that can be bought, where the usual size is refused for cash alone.
    fits: EntryPlan | None = None
    at: datetime

    @property
    def reasons(self) -> tuple[Gate, ...]:
        """Return the gates that keep it back; none where only no broker takes it."""
        return tuple(gate for gate in self.gates if not gate.is_open)


def plan_entry(request: EntryRequest, accounts: EntryAccounts, rules: EntryRules) -> EntryPlan | Refused:
    """Return the plan of a buy, or why there is none."""
    bounds = bounds_of(request, accounts, rules, exposure_usd=accounts.exposure_usd)
    size = plan_size(request.size, bounds, rules)
    usd = size.usd if isinstance(size, Size) else None
    trade = None if usd is None else trade_of(request, usd)
    decision = None if trade is None else choose(trade, accounts.places, rules)
    place = None if trade is None else _place(trade, decision, accounts, rules)
    proposal = ProposedBuy(
        base=request.base,
        usd=usd,
        place=place,
        accounts=accounts,
        rules=rules,
    )
    gates = check_gates(proposal)
    if (
        not isinstance(size, Size)
        or not isinstance(decision, Route)
        or not all(gate.is_open for gate in gates)
    ):
        refused = Refused(request=request, size=size, decision=decision, gates=gates, at=accounts.at)
        return replace(refused, fits=_fitting(refused, accounts, rules))
    return EntryPlan(
        size=size,
        route=decision,
        gates=gates,
        stop=rules.threshold,
        joins=_joined(request, decision, accounts),
        at=accounts.at,
        counts_until=accounts.at + PLAN_COUNTS_FOR,
    )


def _known(value: _T | None) -> _T:
    if value is None:
        message = "a plan without a listing or an order book was made by no gate"
        raise ValueError(message)
    return value


def _joined(request: EntryRequest, route: Route, accounts: EntryAccounts) -> Guard | None:
    """Return the guard that will cover what is bought as well."""
    position = PositionKey(
        account_id=route.account.account_id, kind=PositionKind.SPOT, asset=request.base, symbol=None
    )
    guards = (one.guard for one in accounts.positions if one.guard is not None)
    return find_guard(guards, position, _known(route.instrument).quote)


def _fitting(refused: Refused, accounts: EntryAccounts, rules: EntryRules) -> EntryPlan | None:
    if refused.request.size is not None or [gate.name for gate in refused.reasons] != [GateName.CASH]:
        return None
    most = plan_entry(replace(refused.request, size=Most()), accounts, rules)
    return most if isinstance(most, EntryPlan) else None


def trade_of(request: EntryRequest, usd: Decimal) -> TradeRequest:
    """Return the trade that is routed."""
    return TradeRequest(
        symbol=request.symbol,
        base=request.base,
        usd=usd,
        asset_class=request.asset_class,
        venue=request.venue,
    )


def bounds_of(
    request: EntryRequest, accounts: EntryPlaces, rules: EntryRules, *, exposure_usd: Decimal | None
) -> Bounds:
    """Return what a size is worked out from: of the brokers that would take the smallest buy, if any would.

    An exposure of None is unknown, or not asked for.
    """
    takers = _takers(request, accounts, rules)
    # Where none takes even the smallest, the size says how much was to be bought, and the route why it is not.
    places = [one.account for one in takers] or accounts.places
    cash = [value for one in places if (value := one.spendable_usd) is not None]
    equity, left = accounts.total_equity_usd, None
    if equity is not None and exposure_usd is not None:
        with exact():
            # What is held moves total equity until the buy is confirmed; cash alone does not.
            room = 1 - MOST_DRIFT if exposure_usd else 1
            left = max(max(equity, ZERO) * rules.most_exposure * room - exposure_usd, ZERO)
    return Bounds(
        equity_usd=equity,
        is_equity_complete=accounts.is_equity_complete,
        least_usd=min((one.smallest_usd for one in takers if one.smallest_usd is not None), default=None),
        cash_usd=max(cash, default=None),
        exposure_left_usd=left,
    )


def _takers(request: EntryRequest, accounts: EntryPlaces, rules: EntryRules) -> Sequence[Assessment]:
    """Return the brokers that would take the smallest buy, else those that would with more cash."""
    probes = [
        assess(trade_of(request, smallest), place, rules)
        for place in accounts.places
        if (smallest := smallest_usd(place, rules)) is not None
    ]
    able = [probe for probe in probes if probe.is_able]
    short = [probe for probe in probes if all(one.obstacle in _OF_CASH for one in probe.obstacles)]
    return [probe for probe in able if probe.small is None] or able or short


def _place(
    trade: TradeRequest, decision: Route | NoRoute | None, accounts: EntryAccounts, rules: EntryRules
) -> Assessment | None:
    """Return where the gates look: at the chosen broker, else at the one that is nearest to taking the trade."""
    entries = [assess(trade, place, rules) for place in accounts.places]
    if isinstance(decision, Route):
        return next(entry for entry in entries if entry.account.account == decision.account)
    near = [entry for entry in entries if entry.smallest_usd is not None]
    return min(near, key=lambda entry: _distance_to(entry, trade), default=None)


def _distance_to(
    entry: Assessment, trade: TradeRequest
) -> tuple[int, bool, tuple[Decimal, Decimal], Decimal]:
    """Return what to order brokers by that do not take a trade: few obstacles, then little that is lacking, first."""
    lacking = entry.lacking_usd(trade.usd)
    return len(entry.obstacles), lacking is None, lacking or (ZERO, ZERO), entry.cost.round_trip
