"""Chooses the broker a trade goes to by what it costs, with a reason for every one it does not go to."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from engine.entries.route import (
    Choice,
    LeftOut,
    NoRoute,
    Obstacle,
    Reason,
    Route,
    RoutingAccount,
    TradeRequest,
)
from engine.model.instruments import Instrument, TradingStatus
from engine.model.money import ZERO, exact
from engine.model.orders import Side
from engine.model.venues import Venue

#: The least a trade must aim for at a Coinbase account that is below the minimum equity.
SMALL_COINBASE_TARGET = Decimal("0.02")

#: Without a price, fee and spread cannot be compared.
_WITHOUT_COSTS = frozenset(
    {
        Obstacle.NOT_CONNECTED,
        Obstacle.NO_ANSWER,
        Obstacle.NOT_LISTED,
        Obstacle.MARKET_CLOSED,
        Obstacle.PRICE_UNKNOWN,
    }
)


def choose(
    request: TradeRequest, accounts: Sequence[RoutingAccount], *, coinbase_min_equity_usd: Decimal
) -> Route | NoRoute:
    """Choose the cheapest broker for a buy; a sale goes where the asset is and no gate stands before it."""
    if request.side is Side.SELL:
        return _choose_exit(request, accounts)
    return _choose_entry(request, accounts, coinbase_min_equity_usd)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Entry:
    """One account as a place to buy."""

    account: RoutingAccount
    obstacles: tuple[Reason, ...]
    #: Set when a Coinbase account's equity is below the minimum: taken only when nobody else can.
    small: Reason | None

    @property
    def is_able(self) -> bool:
        return not self.obstacles

    @property
    def has_costs(self) -> bool:
        """Return whether its venue reports the costs of the trade there now."""
        return not any(reason.obstacle in _WITHOUT_COSTS for reason in self.obstacles)


def _choose_entry(
    request: TradeRequest, accounts: Sequence[RoutingAccount], minimum: Decimal
) -> Route | NoRoute:
    entries = [_assess(request, account, minimum) for account in accounts]
    able = [entry for entry in entries if entry.is_able]
    preferred = [entry for entry in able if entry.small is None]
    field = preferred or able
    if not field:
        left_out = tuple(_left_out(entry.account, *entry.obstacles) for entry in entries)
        return NoRoute(request=request, left_out=left_out)
    chosen = min(field, key=lambda entry: _by_cost(entry.account))
    return Route(
        request=request,
        account=chosen.account.account,
        instrument=chosen.account.instrument,
        fees=chosen.account.fees,
        choice=Choice.CHEAPEST if len(field) > 1 else Choice.ONLY_ONE,
        profit_target=_target(request, chosen),
        small=chosen.small,
        left_out=tuple(
            _left_out(entry.account, *_reasons_beside(chosen, entry))
            for entry in entries
            if entry is not chosen
        ),
    )


def _reasons_beside(chosen: _Entry, entry: _Entry) -> tuple[Reason, ...]:
    reasons = entry.obstacles
    if entry.small is not None and chosen.small is None:
        reasons = (entry.small, *reasons)
    is_dearer = entry.has_costs and entry.account.fees.round_trip > chosen.account.fees.round_trip
    if is_dearer or not reasons:
        return (*reasons, _not_cheaper(chosen.account, entry.account))
    return reasons


def _target(request: TradeRequest, chosen: _Entry) -> Decimal:
    floor = ZERO if chosen.small is None else SMALL_COINBASE_TARGET
    return max(request.profit_target or ZERO, chosen.account.fees.minimum_profitable, floor)


def _assess(request: TradeRequest, account: RoutingAccount, minimum: Decimal) -> _Entry:
    obstacles, small = _obstacles(request, account), None
    if account.account.venue is Venue.COINBASE and account.connected:
        if account.equity_usd is None or not account.equity_complete:
            obstacles = (Reason(obstacle=Obstacle.EQUITY_UNKNOWN, limit=minimum, unit="USD"), *obstacles)
        elif account.equity_usd < minimum:
            small = Reason(
                obstacle=Obstacle.EQUITY_TOO_SMALL, limit=minimum, actual=account.equity_usd, unit="USD"
            )
    return _Entry(account=account, obstacles=obstacles, small=small)


def _obstacles(request: TradeRequest, account: RoutingAccount) -> tuple[Reason, ...]:
    instrument = account.instrument
    if not account.answered:
        return (Reason(obstacle=Obstacle.NO_ANSWER),)
    if not account.connected:
        return (Reason(obstacle=Obstacle.NOT_CONNECTED),)
    if instrument is None or instrument.asset_class is not request.asset_class:
        return (Reason(obstacle=Obstacle.NOT_LISTED),)
    if not account.in_session:
        # Prices of a closed market do not show what the trade would take.
        return (Reason(obstacle=Obstacle.MARKET_CLOSED),)
    found = (
        None if instrument.status is TradingStatus.ONLINE else Reason(obstacle=Obstacle.NOT_TRADING),
        _size_obstacle(request, account, instrument),
        _cash_obstacle(request, account, instrument),
    )
    return tuple(reason for reason in found if reason is not None)


def _size_obstacle(request: TradeRequest, account: RoutingAccount, instrument: Instrument) -> Reason | None:
    price_usd, rate = account.price_usd, account.quote_rate_usd
    if price_usd is None or rate is None:
        return Reason(obstacle=Obstacle.PRICE_UNKNOWN)
    with exact():
        least_usd = instrument.minimum_notional * rate
        # What stays after the fee must be enough to be sold again.
        quantity = instrument.floor_quantity(request.usd * (1 - account.fees.taker) / price_usd)
    if request.usd < least_usd:
        return Reason(obstacle=Obstacle.BELOW_MINIMUM, limit=least_usd, actual=request.usd, unit="USD")
    least = max(instrument.minimum_quantity, instrument.lot)
    if quantity < least:
        return Reason(obstacle=Obstacle.BELOW_MINIMUM, limit=least, actual=quantity, unit=instrument.base)
    return None


def _cash_obstacle(request: TradeRequest, account: RoutingAccount, instrument: Instrument) -> Reason | None:
    free, rate = account.free_quote, account.quote_rate_usd
    if free is None or rate is None:
        return Reason(obstacle=Obstacle.CASH_UNKNOWN, unit=instrument.quote)
    with exact():
        if free * rate >= request.usd:
            return None
        needed = request.usd / rate
    return Reason(obstacle=Obstacle.NOT_ENOUGH_CASH, limit=needed, actual=free, unit=instrument.quote)


def _choose_exit(request: TradeRequest, accounts: Sequence[RoutingAccount]) -> Route | NoRoute:
    holders = [account for account in accounts if account.held > ZERO]
    chosen = min(holders, key=lambda account: _by_exit(request, account), default=None)
    left_out = tuple(
        _left_out(account, _why_not_exit(request, chosen, account))
        for account in accounts
        if account is not chosen
    )
    if chosen is None:
        return NoRoute(request=request, left_out=left_out)
    return Route(
        request=request,
        account=chosen.account,
        instrument=chosen.instrument,
        fees=chosen.fees,
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
    return _not_cheaper(chosen, account)


def _covers(request: TradeRequest, account: RoutingAccount) -> bool:
    if account.price_usd is None:
        return False
    with exact():
        return account.held * account.price_usd >= request.usd


def _by_exit(request: TradeRequest, account: RoutingAccount) -> tuple[bool, bool, Decimal, str, str]:
    return (not account.connected, not _covers(request, account), *_by_cost(account))


def _by_cost(account: RoutingAccount) -> tuple[Decimal, str, str]:
    return (account.fees.round_trip, account.account.venue.value, account.account.account_id)


def _not_cheaper(chosen: RoutingAccount, account: RoutingAccount) -> Reason:
    return Reason(obstacle=Obstacle.NOT_CHEAPER, limit=chosen.fees.round_trip, actual=account.fees.round_trip)


def _left_out(account: RoutingAccount, *reasons: Reason) -> LeftOut:
    return LeftOut(account=account.account, fees=account.fees, reasons=reasons)
