"""Every gate that can keep a buy from being made, as values with their figures; exits know none of them. Pure."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from types import MappingProxyType

from engine import wall_time
from engine.entries.assess import Assessment, fits
from engine.entries.halts import Halt
from engine.entries.holdings import EntryAccounts
from engine.entries.route import RouteObstacle
from engine.entries.rules import EntryRules
from engine.model.holdings import PositionKind
from engine.model.money import ZERO, exact
from engine.model.venues import Venue


class GateName(StrEnum):
    """The gates, in the order in which they are shown."""

    HALT = "halt"
    CASH = "cash"
    EXPOSURE = "exposure"
    POSITIONS = "positions"
    COOLDOWN = "cooldown"
    DAILY_LOSS = "daily loss"
    MINIMUM = "minimum"
    SPREAD = "spread"
    HELD = "already held"


#: Those that ask nothing about what is bought.
_SAME_FOR_ALL = (GateName.HALT, GateName.EXPOSURE, GateName.DAILY_LOSS)


class GateVerdict(StrEnum):
    """What a gate says."""

    PASS = "pass"  # noqa: S105 - no password
    #: Nothing keeps the buy back, but its owner is asked whether it is meant.
    CONFIRM = "confirm"
    FAIL = "fail"
    #: A figure is not known; that keeps a buy back as well.
    UNKNOWN = "unknown"


class Remedy(StrEnum):
    """How to change what a gate says."""

    RESUME = "resume"
    ADD_CASH = "add cash"
    CLOSE_ONE = "close one"
    WAIT = "wait"
    CHANGE_LIMIT = "change the limit"
    LIFT_LIMIT = "lift the limit"
    BUY_MORE = "buy more"
    BUY_LESS = "buy less"
    OTHER_PAIR = "another pair"
    TRY_AGAIN = "try again"
    RESTORE = "restore a backup"
    UNGUARD = "take its guard off"


class DamagedRecord(StrEnum):
    """What is stored and cannot be read, so that a figure is unknown."""

    ORDER = "order"
    GUARD = "guard"


@dataclass(frozen=True, slots=True, kw_only=True)
class Gate:
    """One gate's answer to one buy."""

    name: GateName
    verdict: GateVerdict
    #: The present figure and the one that it is held against; None is unknown, or there is none.
    actual: Decimal | None = None
    limit: Decimal | None = None
    #: The rule that the limit follows from, as a fraction; None where there is none.
    ratio: Decimal | None = None
    #: What both figures count: a currency, an asset; empty for numbers and fractions.
    unit: str = ""
    #: The part of the unit that buys under way have reserved.
    reserved: Decimal = ZERO
    #: At which broker; None where it is about all of them.
    venue: Venue | None = None
    #: Since when, and until when it fails; None where there is no such time.
    since: datetime | None = None
    until: datetime | None = None
    #: Why a figure is unknown, where that is what is stored; reading again does not help then.
    damaged: DamagedRecord | None = None
    remedy: Remedy | None = None

    @property
    def is_open(self) -> bool:
        """Return whether it lets the buy through."""
        return self.verdict in {GateVerdict.PASS, GateVerdict.CONFIRM}


@dataclass(frozen=True, slots=True, kw_only=True)
class ProposedBuy:
    """A buy that the gates are asked about."""

    base: str
    #: What is spent in all; None where no size could be worked out.
    usd: Decimal | None
    #: Where it would go; None where no broker is near to taking it.
    place: Assessment | None
    accounts: EntryAccounts
    rules: EntryRules


def check_gates(proposal: ProposedBuy) -> tuple[Gate, ...]:
    """Return what every gate says, those that let it through included."""
    return tuple(_CHECKS[name](proposal) for name in GateName)


def check_every_buy(accounts: EntryAccounts, rules: EntryRules) -> tuple[Gate, ...]:
    """Return what those gates say that are the same for every buy, however small and wherever it would go."""
    proposal = ProposedBuy(base="", usd=ZERO, place=None, accounts=accounts, rules=rules)
    return tuple(_CHECKS[name](proposal) for name in _SAME_FOR_ALL)


def check_halt(halt: Halt | None) -> Gate:
    """Return whether the owner has stopped all buys."""
    if halt is None:
        return Gate(name=GateName.HALT, verdict=GateVerdict.PASS)
    return Gate(name=GateName.HALT, verdict=GateVerdict.FAIL, since=halt.since, remedy=Remedy.RESUME)


def _halt(proposal: ProposedBuy) -> Gate:
    return check_halt(proposal.accounts.halt)


def _cash(proposal: ProposedBuy) -> Gate:
    place = proposal.place
    account, needed = (place.account, place.needed) if place else (None, None)
    free = account.spendable_quote if account else None
    gate = _judge(GateName.CASH, is_open=place.has_cash if place else None, remedy=Remedy.ADD_CASH)
    if account and account.reserved_quote is None:
        gate = _explained(gate, _damaged_order(proposal, account.account.account_id))
    return replace(
        gate,
        actual=None if free is None else max(free, ZERO),
        limit=needed,
        ratio=proposal.rules.buffer,
        unit=account.instrument.quote if account and account.instrument else "",
        reserved=(account.reserved_quote or ZERO) if account else ZERO,
        venue=account.account.venue if account else None,
    )


def _exposure(proposal: ProposedBuy) -> Gate:
    exposure, equity = proposal.accounts.exposure_usd, proposal.accounts.total_equity_usd
    after = limit = None
    with exact():
        if exposure is not None and proposal.usd is not None:
            after = exposure + proposal.usd
        if equity is not None:
            limit = max(equity, ZERO) * proposal.rules.most_exposure
    gate = _judge(GateName.EXPOSURE, is_open=fits(after, limit), remedy=Remedy.CLOSE_ONE)
    gate = _explained(gate, _damaged_guard(proposal) or _damaged_order(proposal))
    return replace(gate, actual=after, limit=limit, ratio=proposal.rules.most_exposure, unit="USD")


def _positions(proposal: ProposedBuy) -> Gate:
    after, limit = Decimal(_count_after(proposal)), Decimal(proposal.rules.most_positions)
    gate = _judge(GateName.POSITIONS, is_open=fits(after, limit), remedy=Remedy.CLOSE_ONE)
    return replace(gate, actual=after, limit=limit)


def _count_after(proposal: ProposedBuy) -> int:
    accounts, place = proposal.accounts, proposal.place
    guarded = {(one.account.account_id, one.asset) for one in accounts.guarded}
    bought = {(one.account_id, one.asset) for one in accounts.reservations}
    # Where nobody takes it, it would be one more somewhere.
    where = place.account.account.account_id if place else ""
    damaged = {(one.account_id, one.asset) for one in accounts.damaged_guards}
    return len(guarded | bought | damaged | {(where, proposal.base)})


def _cooldown(proposal: ProposedBuy) -> Gate:
    last, now, cooldown = proposal.accounts.last_exit, proposal.accounts.at, proposal.rules.cooldown
    ended = last.ended_at if last else None
    until = None if ended is None else ended + cooldown
    is_running = ended is not None and until is not None and wall_time.is_open(ended, until, now)
    is_open: bool | None = not is_running
    if last is not None and ended is None:
        is_open = False if last.is_under_way else None
    gate = _judge(GateName.COOLDOWN, is_open=is_open, remedy=Remedy.WAIT)
    limit = Decimal(int(cooldown.total_seconds()))
    return replace(gate, limit=limit, unit="s", since=ended, until=until if is_running else None)


def _daily_loss(proposal: ProposedBuy) -> Gate:
    most = proposal.rules.daily_loss_usd
    if most is None:
        return Gate(name=GateName.DAILY_LOSS, verdict=GateVerdict.PASS)
    result = proposal.accounts.result_today_usd
    is_open = None if result is None else result > -most
    gate = _judge(GateName.DAILY_LOSS, is_open=is_open, remedy=Remedy.CHANGE_LIMIT)
    if not proposal.accounts.is_realised_known:
        # No later reading makes it known: only the end of the day does, or no limit.
        gate = replace(gate, remedy=Remedy.LIFT_LIMIT)
    else:
        gate = _explained(gate, _damaged_guard(proposal))
    return replace(gate, actual=result, limit=-most, unit="USD")


def _minimum(proposal: ProposedBuy) -> Gate:
    place, usd = proposal.place, proposal.usd
    smallest, is_open = (place.smallest_usd, place.is_large_enough) if place else (None, None)
    gate = _judge(GateName.MINIMUM, is_open=is_open, remedy=Remedy.BUY_MORE)
    venue = place.account.account.venue if place else None
    return replace(gate, actual=usd, limit=smallest, unit="USD", venue=venue)


def _spread(proposal: ProposedBuy) -> Gate:
    place, widest = proposal.place, proposal.rules.widest_spread
    distance, is_narrow = (place.distance, place.is_narrow) if place else (None, None)
    gate = _judge(GateName.SPREAD, is_open=is_narrow, remedy=Remedy.OTHER_PAIR)
    if place is not None and not gate.is_open and _is_too_large(place, widest):
        gate = replace(gate, remedy=Remedy.BUY_LESS)
    venue = place.account.account.venue if place else None
    return replace(gate, actual=distance, limit=widest, venue=venue)


def _is_too_large(place: Assessment, widest: Decimal) -> bool:
    """Return whether the order book is too thin for the amount, and not too wide for any."""
    if place.distance is None:
        return any(reason.obstacle is RouteObstacle.THIN_BOOK for reason in place.obstacles)
    best = place.best_distance
    return best is not None and best < widest


def _held(proposal: ProposedBuy) -> Gate:
    with exact():
        quantity = sum((one.quantity for one in proposal.accounts.held(proposal.base)), ZERO)
    verdict = GateVerdict.CONFIRM if quantity else GateVerdict.PASS
    gate = Gate(name=GateName.HELD, verdict=verdict, actual=quantity, unit=proposal.base)
    if _may_be_guarded(proposal):
        return gate
    return replace(gate, verdict=GateVerdict.FAIL, remedy=Remedy.UNGUARD)


def _may_be_guarded(proposal: ProposedBuy) -> bool:
    """Return whether the guard of what is held there, if any, can cover what is bought as well."""
    place = proposal.place
    instrument = place.account.instrument if place else None
    if place is None or instrument is None:
        return True
    return all(
        one.paused_guard is None and (one.guard is None or one.guard.currency == instrument.quote)
        for one in proposal.accounts.positions
        if one.account == place.account.account
        and one.asset == proposal.base
        and one.kind is PositionKind.SPOT
    )


def _damaged_order(proposal: ProposedBuy, account_id: str | None = None) -> DamagedRecord | None:
    is_damaged = any(
        one.is_damaged and account_id in {None, one.account_id} for one in proposal.accounts.reservations
    )
    return DamagedRecord.ORDER if is_damaged else None


def _damaged_guard(proposal: ProposedBuy) -> DamagedRecord | None:
    return DamagedRecord.GUARD if proposal.accounts.damaged_guards else None


def _explained(gate: Gate, damaged: DamagedRecord | None) -> Gate:
    """Return an unknown figure with what is stored and cannot be read as its reason."""
    if gate.verdict is not GateVerdict.UNKNOWN or damaged is None:
        return gate
    return replace(gate, damaged=damaged, remedy=Remedy.RESTORE)


def _judge(name: GateName, *, is_open: bool | None, remedy: Remedy) -> Gate:
    if is_open is None:
        return Gate(name=name, verdict=GateVerdict.UNKNOWN, remedy=Remedy.TRY_AGAIN)
    if is_open:
        return Gate(name=name, verdict=GateVerdict.PASS)
    return Gate(name=name, verdict=GateVerdict.FAIL, remedy=remedy)


_CHECKS: Mapping[GateName, Callable[[ProposedBuy], Gate]] = MappingProxyType(
    {
        GateName.HALT: _halt,
        GateName.CASH: _cash,
        GateName.EXPOSURE: _exposure,
        GateName.POSITIONS: _positions,
        GateName.COOLDOWN: _cooldown,
        GateName.DAILY_LOSS: _daily_loss,
        GateName.MINIMUM: _minimum,
        GateName.SPREAD: _spread,
        GateName.HELD: _held,
    }
)
