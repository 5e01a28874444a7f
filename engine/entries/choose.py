"""Chooses the broker a trade goes to by what it costs, with a reason for every one it does not go to."""

from collections.abc import Iterable, Sequence
from decimal import Decimal

from engine.entries.assess import Assessment, assess
from engine.entries.cost import TradeCost, cost_by_figures
from engine.entries.route import Choice, LeftOut, Missed, NoRoute, Obstacle, Reason, Route
from engine.entries.rules import EntryRules
from engine.entries.trade import RoutingAccount, TradeRequest
from engine.model.money import ZERO, exact
from engine.model.orders import Side

#: The least a trade must aim for at a Coinbase account that is below the minimum equity.
SMALL_COINBASE_TARGET = Decimal("0.02")


def choose(request: TradeRequest, accounts: Sequence[RoutingAccount], rules: EntryRules) -> Route | NoRoute:
    """Choose the cheapest broker for a buy; a sale goes where the asset is and no gate stands before it."""
    if request.side is Side.SELL:
        return _choose_exit(request, accounts)
    return _choose_entry(request, [assess(request, account, rules) for account in accounts])


def _choose_entry(request: TradeRequest, entries: Sequence[Assessment]) -> Route | NoRoute:
    able = [entry for entry in entries if entry.is_able]
    preferred = [entry for entry in able if entry.small is None]
    field = preferred or able
    if not field:
        left_out = tuple(_left_out(entry.account, entry.cost, *entry.obstacles) for entry in entries)
        return NoRoute(request=request, left_out=left_out)
    chosen = min(field, key=lambda entry: _by_cost(entry.account, entry.cost))
    return Route(
        request=request,
        account=chosen.account.account,
        instrument=chosen.account.instrument,
        cost=chosen.cost,
        choice=Choice.CHEAPEST if len(field) > 1 else Choice.ONLY_ONE,
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
        and entry.obstacles[0].obstacle is Obstacle.NOT_ENOUGH_CASH
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


def _choose_exit(request: TradeRequest, accounts: Sequence[RoutingAccount]) -> Route | NoRoute:
    holders = [account for account in accounts if account.held > ZERO]
    chosen = min(holders, key=lambda account: _by_exit(request, account), default=None)
    left_out = tuple(
        _left_out(account, cost_by_figures(account.fees), _why_not_exit(request, chosen, account))
        for account in accounts
        if account is not chosen
    )
    if chosen is None:
        return NoRoute(request=request, left_out=left_out)
    return Route(
        request=request,
        account=chosen.account,
        instrument=chosen.instrument,
        cost=cost_by_figures(chosen.fees),
        choice=Choice.HOLDS_ASSET,
        profit_target=None,
        left_out=left_out,
    )


def _why_not_exit(request: TradeRequest, chosen: RoutingAccount | None, account: RoutingAccount) -> Reason:
    if chosen is None or account.held <= ZERO:
        return Reason(obstacle=Obstacle.ASSET_NOT_HELD)
    if chosen.connected and not account.connected:
        return Reason(obstacle=Obstacle.NOT_CONNECTED if account.answered else Obstacle.NO_ANSWER)
    if _covers(request, chosen) and not _covers(request, account):
        return Reason(obstacle=Obstacle.HOLDS_LESS, actual=account.held, unit=request.base)
    return _not_cheaper(cost_by_figures(chosen.fees), cost_by_figures(account.fees))


def _covers(request: TradeRequest, account: RoutingAccount) -> bool:
    if account.bid_usd is None:
        return False
    with exact():
        return account.held * account.bid_usd >= request.usd


def _by_exit(request: TradeRequest, account: RoutingAccount) -> tuple[bool, bool, Decimal, str, str]:
    is_short = not _covers(request, account)
    return (not account.connected, is_short, *_by_cost(account, cost_by_figures(account.fees)))


def _by_cost(account: RoutingAccount, cost: TradeCost) -> tuple[Decimal, str, str]:
    return (cost.round_trip, account.account.venue.value, account.account.account_id)


def _not_cheaper(chosen: TradeCost, other: TradeCost) -> Reason:
    return Reason(obstacle=Obstacle.NOT_CHEAPER, limit=chosen.round_trip, actual=other.round_trip)


def _left_out(account: RoutingAccount, cost: TradeCost, *reasons: Reason) -> LeftOut:
    return LeftOut(account=account.account, cost=cost, reasons=reasons)
