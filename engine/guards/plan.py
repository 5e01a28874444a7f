"""Plans which holdings can be guarded, from which cost, and which of them would be sold at once."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from engine.cost_basis import share
from engine.guards.guard import Guard, GuardSource
from engine.instruments import Instrument
from engine.liquidation.mark import Mark, PriceProblem, PriceUnknown
from engine.liquidation.rule import is_breached, pnl
from engine.money import ZERO, exact
from engine.positions import Direction, PositionKind
from engine.venues import Account, Venue

#: Their smallest order value holds for buys only, so that less can still be sold.
_MINIMUM_ON_BUYS_ONLY = frozenset({Venue.ALPACA})


class ArmingMode(StrEnum):
    """What happens to holdings that were there before (`NIJA_GUARD_EXISTING`)."""

    #: List them and let the owner choose.
    ASK = "ask"
    #: Guard every one with a known entry that would not be sold at once.
    ALL = "all"
    NONE = "none"


class Exclusion(StrEnum):
    """Why a holding cannot be guarded now."""

    ALREADY_GUARDED = "already guarded"
    CANNOT_BE_SOLD = "cannot be sold now"
    NOT_LISTED = "not listed there"
    PRICE_UNKNOWN = "price unknown"
    MARKET_CLOSED = "market closed"
    DUST = "below the venue's minimum"


class NoEntry(StrEnum):
    """Why a holding cannot be guarded from its cost."""

    ENTRY_UNKNOWN = "entry unknown"
    OTHER_CURRENCY = "bought with another currency than it is sold for"
    DUST = "what was bought is below the venue's minimum"


@dataclass(frozen=True, slots=True, kw_only=True)
class ArmingCandidate:
    """One position that was found, with all that is known of it."""

    account: Account
    kind: PositionKind = PositionKind.SPOT
    direction: Direction = Direction.LONG
    asset: str
    #: What it would be sold as; None when it is not listed.
    instrument: Instrument | None
    quantity: Decimal
    #: The part that is staked or bonded.
    locked: Decimal = ZERO
    #: The part that is guarded already.
    guarded: Decimal = ZERO
    #: The explained part of the quantity and what it cost.
    entry_quantity: Decimal = ZERO
    entry_cost: Decimal = ZERO
    entry_currency: str | None = None
    #: In the instrument's quote.
    mark: Mark | PriceUnknown
    threshold: Decimal
    #: USD for one unit of the instrument's quote; None is unknown.
    quote_usd: Decimal | None = Decimal(1)
    leverage: int | None = None
    venue_entry: Decimal | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Arming:
    """A guard that could be set."""

    candidate: ArmingCandidate
    symbol: str
    source: GuardSource
    quantity: Decimal
    cost: Decimal
    currency: str


@dataclass(frozen=True, slots=True, kw_only=True)
class WouldSell:
    """A guard that would sell at once, so it needs a confirmation of its own."""

    arming: Arming
    pnl: Decimal
    pnl_ratio: Decimal
    #: None when the currency's dollar rate is unknown.
    pnl_usd: Decimal | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Excluded:
    """A position that cannot be guarded now."""

    candidate: ArmingCandidate
    reason: Exclusion


@dataclass(frozen=True, slots=True, kw_only=True)
class WithoutEntry:
    """A position that can be guarded from today's price only."""

    candidate: ArmingCandidate
    reason: NoEntry


@dataclass(frozen=True, slots=True, kw_only=True)
class ArmingPlan:
    """What can be done about the positions found; setting any of these guards sells nothing."""

    #: To be armed without asking.
    arm_now: tuple[Arming, ...]
    #: Can be armed from cost and stay above their threshold, `arm_now` included.
    from_cost: tuple[Arming, ...]
    #: Can be armed from today's price.
    from_price: tuple[Arming, ...]
    #: At or below their threshold from cost: left unguarded until confirmed one by one.
    would_sell: tuple[WouldSell, ...]
    without_entry: tuple[WithoutEntry, ...]
    excluded: tuple[Excluded, ...]
    #: Whether the owner is to be asked.
    ask: bool


def plan_arming(candidates: Iterable[ArmingCandidate], mode: ArmingMode) -> ArmingPlan:
    """Sort what was found into what can be guarded, what would be sold, and what cannot be guarded."""
    found = [(candidate, _assess(candidate)) for candidate in candidates]
    guardable = [(candidate, option) for candidate, option in found if isinstance(option, _Options)]
    from_cost = tuple(option.from_cost for _, option in guardable if isinstance(option.from_cost, Arming))
    would_sell = tuple(option.from_cost for _, option in guardable if isinstance(option.from_cost, WouldSell))
    return ArmingPlan(
        arm_now=from_cost if mode is ArmingMode.ALL else (),
        from_cost=from_cost,
        from_price=tuple(option.from_price for _, option in guardable),
        would_sell=would_sell,
        without_entry=tuple(
            WithoutEntry(candidate=candidate, reason=option.from_cost)
            for candidate, option in guardable
            if isinstance(option.from_cost, NoEntry)
        ),
        excluded=tuple(
            Excluded(candidate=candidate, reason=option)
            for candidate, option in found
            if isinstance(option, Exclusion)
        ),
        ask=bool(guardable if mode is ArmingMode.ASK else would_sell) and mode is not ArmingMode.NONE,
    )


def guard_from(arming: Arming, *, guard_id: str, now: datetime) -> Guard:
    """Return the guard that an arming sets."""
    candidate = arming.candidate
    return Guard(
        guard_id=guard_id,
        user_id=candidate.account.user_id,
        account_id=candidate.account.account_id,
        venue=candidate.account.venue,
        kind=candidate.kind,
        direction=candidate.direction,
        asset=candidate.asset,
        symbol=arming.symbol,
        quantity=arming.quantity,
        cost=arming.cost,
        currency=arming.currency,
        threshold=candidate.threshold,
        source=arming.source,
        created_at=now,
        leverage=candidate.leverage,
        venue_entry=candidate.venue_entry,
    )


def exit_quantity(guarded: Decimal, there: Decimal, instrument: Instrument) -> Decimal:
    """Return what an exit sells: what is guarded, capped by what is there, in whole lots."""
    return instrument.floor_quantity(max(ZERO, min(guarded, there)))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Options:
    from_price: Arming
    from_cost: Arming | WouldSell | NoEntry


def _assess(candidate: ArmingCandidate) -> _Options | Exclusion:
    instrument, mark, quantity = candidate.instrument, candidate.mark, _unguarded(candidate)
    if instrument is None:
        return Exclusion.NOT_LISTED
    if quantity <= ZERO:
        return Exclusion.ALREADY_GUARDED if candidate.guarded else Exclusion.CANNOT_BE_SOLD
    if isinstance(mark, PriceUnknown):
        is_closed = mark.problem is PriceProblem.MARKET_CLOSED
        return Exclusion.MARKET_CLOSED if is_closed else Exclusion.PRICE_UNKNOWN
    if _is_dust(instrument, quantity, mark.price):
        return Exclusion.DUST
    with exact():
        value = mark.price * quantity
    return _Options(
        from_price=_arming(candidate, instrument, GuardSource.EXISTING_PRICE, quantity, value),
        from_cost=_from_cost(candidate, instrument, mark.price, quantity),
    )


def _unguarded(candidate: ArmingCandidate) -> Decimal:
    with exact():
        return candidate.quantity - candidate.locked - candidate.guarded


def _from_cost(
    candidate: ArmingCandidate, instrument: Instrument, price: Decimal, unguarded: Decimal
) -> Arming | WouldSell | NoEntry:
    with exact():
        quantity = min(unguarded, candidate.entry_quantity - candidate.guarded)
    if quantity <= ZERO or candidate.entry_cost <= ZERO:
        return NoEntry.ENTRY_UNKNOWN
    if candidate.entry_currency != instrument.quote:
        return NoEntry.OTHER_CURRENCY
    if _is_dust(instrument, quantity, price):
        return NoEntry.DUST
    cost = share(candidate.entry_cost, quantity, candidate.entry_quantity)
    arming = _arming(candidate, instrument, GuardSource.EXISTING_COST, quantity, cost)
    return _would_sell(arming, price) or arming


def _would_sell(arming: Arming, price: Decimal) -> WouldSell | None:
    candidate = arming.candidate
    if not is_breached(
        mark=price,
        quantity=arming.quantity,
        cost=arming.cost,
        threshold=candidate.threshold,
        direction=candidate.direction,
    ):
        return None
    loss = pnl(mark=price, quantity=arming.quantity, cost=arming.cost, direction=candidate.direction)
    return WouldSell(
        arming=arming,
        pnl=loss,
        pnl_ratio=loss / arming.cost,
        pnl_usd=None if candidate.quote_usd is None else loss * candidate.quote_usd,
    )


def _arming(
    candidate: ArmingCandidate, instrument: Instrument, source: GuardSource, quantity: Decimal, cost: Decimal
) -> Arming:
    return Arming(
        candidate=candidate,
        symbol=instrument.symbol,
        source=source,
        quantity=quantity,
        cost=cost,
        currency=instrument.quote,
    )


def _is_dust(instrument: Instrument, quantity: Decimal, price: Decimal) -> bool:
    """Tell whether so little cannot be sold by itself."""
    sold = instrument.floor_quantity(quantity)
    if sold < max(instrument.minimum_quantity, instrument.lot):
        return True
    with exact():
        return instrument.venue not in _MINIMUM_ON_BUYS_ONLY and sold * price < instrument.minimum_notional
