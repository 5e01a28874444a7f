"""Chooses the broker a buy goes to by what it costs, with a reason for every one it does not go to."""

from collections.abc import Iterable, Sequence
from decimal import Decimal

from engine.entries.assess import Assessment, assess
from engine.entries.cost import TradeCost
from engine.entries.route import LeftOut, Missed, NoRoute, Reason, Route, RouteChoice, RouteObstacle
from engine.entries.rules import EntryRules
from engine.entries.trade import RoutingAccount, TradeRequest
from engine.model.money import ZERO, exact

#: The least a trade must aim for at a Coinbase account that is below the minimum equity.
SMALL_COINBASE_TARGET = Decimal("0.02")


def choose(request: TradeRequest, accounts: Sequence[RoutingAccount], rules: EntryRules) -> Route | NoRoute:
    """Choose the cheapest broker that can take a buy."""
    entries = [assess(request, account, rules) for account in accounts]
    able = [entry for entry in entries if entry.is_able]
    preferred = [entry for entry in able if entry.small is None]
    candidates = preferred or able
    if not candidates:
        left_out = tuple(_left_out(entry.account, entry.cost, *entry.obstacles) for entry in entries)
        return NoRoute(request=request, left_out=left_out)
    chosen = min(candidates, key=lambda entry: _by_cost(entry.account, entry.cost))
    return Route(
        request=request,
        account=chosen.account.account,
        instrument=chosen.account.instrument,
        cost=chosen.cost,
        choice=RouteChoice.CHEAPEST if len(candidates) > 1 else RouteChoice.ONLY_ONE,
        profit_target=_target(request, chosen),
        small=chosen.small,
        missed=_missed(request, chosen, entries),
        left_out=tuple(
            _left_out(entry.account, entry.cost, *_reasons_beside(chosen, entry))
            for entry in entries
            if entry is not chosen
        ),
    )


def _reasons_beside(chosen: Assessment, entry: Assessment) -> tuple[Reason, ...]:
    reasons = entry.obstacles
    if entry.small is not None and chosen.small is None:
        reasons = (entry.small, *reasons)
    has_cost = _left_out(entry.account, entry.cost, *reasons).has_cost
    is_dearer = has_cost and entry.cost.round_trip > chosen.cost.round_trip
    if is_dearer or not reasons:
        return (*reasons, _not_cheaper(chosen.cost, entry.cost))
    return reasons


def _target(request: TradeRequest, chosen: Assessment) -> Decimal:
    floor = ZERO if chosen.small is None else SMALL_COINBASE_TARGET
    return max(request.profit_target or ZERO, chosen.cost.minimum_profitable, floor)


def _missed(request: TradeRequest, chosen: Assessment, entries: Iterable[Assessment]) -> Missed | None:
    """Return the cheapest broker of those that only lack cash, where it would cost less than the chosen one."""
    short = [
        (entry, entry.obstacles[0])
        for entry in entries
        if len(entry.obstacles) == 1
        and entry.obstacles[0].obstacle is RouteObstacle.NOT_ENOUGH_CASH
        and (entry.small is None or chosen.small is not None)
        and entry.cost.round_trip < chosen.cost.round_trip
    ]
    if not short:
        return None
    entry, reason = min(short, key=lambda each: _by_cost(each[0].account, each[0].cost))
    with exact():
        return Missed(
            account=entry.account.account,
            saving_usd=(chosen.cost.round_trip - entry.cost.round_trip) * request.usd,
            lacking=(reason.limit or ZERO) - (reason.actual or ZERO),
            currency=reason.unit,
        )


def _by_cost(account: RoutingAccount, cost: TradeCost) -> tuple[Decimal, str, str]:
    return (cost.round_trip, account.account.venue.value, account.account.account_id)


def _not_cheaper(chosen: TradeCost, other: TradeCost) -> Reason:
    return Reason(obstacle=RouteObstacle.NOT_CHEAPER, limit=chosen.round_trip, actual=other.round_trip)


def _left_out(account: RoutingAccount, cost: TradeCost, *reasons: Reason) -> LeftOut:
    return LeftOut(account=account.account, cost=cost, reasons=reasons)
