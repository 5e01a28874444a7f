"""The rule of a guard with a target: at a price it holds, liquidates, or takes its profit."""

from dataclasses import dataclass, replace
from decimal import ROUND_CEILING, ROUND_FLOOR, Context, Decimal
from enum import Enum, auto

from engine.accounts.cost_basis import CostBasis, share
from engine.accounts.fees import TakerFee
from engine.guards.guard import AtTarget, Guard, GuardSource
from engine.guards.rule import is_at_target, net_if_sold_now, target_price
from engine.guards.stop import sells_at
from engine.model.holdings import Direction, PositionKind
from engine.model.money import ZERO, exact
from engine.model.venue_fees import FIRST_TIERS

#: A price of break-even rarely ends; it is cut here, towards losing nothing.
_PRICE_DIGITS = 60


class Verdict(Enum):
    """What a guard does at a price."""

    HOLD = auto()
    #: Sell: the loss has reached the threshold, or the price its stop. It wins over everything.
    LIQUIDATE = auto()
    #: The gain has reached the target, and something is left of it after all fees.
    TAKE_PROFIT = auto()


@dataclass(frozen=True, slots=True, kw_only=True)
class SaleCosts:
    """What selling all that is guarded must bring back before anything is won."""

    #: What the guarded quantity cost, fees apart.
    paid: Decimal
    #: What was charged for buying it.
    fees: Decimal
    #: What selling it is charged, as a fraction of its value.
    taker: Decimal


def judge(guard: Guard, price: Decimal, costs: SaleCosts) -> Verdict:
    """Decide what a guard does at the price that all of it would be sold at."""
    if sells_at(guard, price):
        return Verdict.LIQUIDATE
    wins = reaches_target(guard, price) and _net(guard, price, costs) > ZERO
    return Verdict.TAKE_PROFIT if wins else Verdict.HOLD


def reaches_target(guard: Guard, price: Decimal) -> bool:
    """Return whether a price takes a guard to its target, before fees."""
    return guard.target is not None and is_at_target(
        mark=price,
        quantity=guard.quantity,
        cost=guard.cost,
        target=guard.target,
        direction=guard.direction,
    )


def break_even_price(guard: Guard, costs: SaleCosts) -> Decimal:
    """Return the first price at which selling all that is guarded loses nothing after every fee."""
    is_long = guard.direction is Direction.LONG
    with exact():
        worth = costs.paid + costs.fees if is_long else costs.paid - costs.fees
        left_of_each = guard.quantity * (1 - costs.taker if is_long else 1 + costs.taker)
    return Context(prec=_PRICE_DIGITS, rounding=ROUND_CEILING if is_long else ROUND_FLOOR).divide(
        worth, left_of_each
    )


def at_break_even(guard: Guard, costs: SaleCosts) -> Guard:
    """Return a guard whose target was reached with its stop where nothing is lost any more, or nearer if it was."""
    even = break_even_price(guard, costs)
    nearer = max if guard.direction is Direction.LONG else min
    stop = even if guard.stop is None else nearer(even, guard.stop)
    return replace(guard, stop=stop, target=None, at_target=AtTarget.SELL)


def target_price_of(guard: Guard) -> Decimal | None:
    """Return the first price at which a guard's gain is its target; None without one."""
    if guard.target is None or not (guard.quantity > ZERO and guard.cost > ZERO):
        return None
    return target_price(
        quantity=guard.quantity, cost=guard.cost, target=guard.target, direction=guard.direction
    )


def sale_costs(guard: Guard, *, basis: CostBasis | None, taker: TakerFee) -> SaleCosts:
    """Return what selling a guard's quantity must bring back.

    What was charged for buying it is taken from its fills; where these do not name all of it, what the account pays now
    stands in. A taker fee that is not the account's own counts as no less than the venue's first tier.
    """
    ratio = taker.ratio if taker.is_own else max(taker.ratio, FIRST_TIERS[guard.venue].taker)
    paid = guard.cost if guard.paid_cost is None else guard.paid_cost
    charged = _charged(guard, basis) if basis is not None else None
    with exact():
        usual = paid * ratio
        if charged is not None and guard.source is GuardSource.BOUGHT:
            # Its cost is that of its own buy, and what older coins were charged says nothing of that one.
            charged = max(charged, usual)
        return SaleCosts(paid=paid, fees=usual if charged is None else charged, taker=ratio)


def _charged(guard: Guard, basis: CostBasis) -> Decimal | None:
    """Return what was charged for buying what is guarded, in its currency; None where that is not all known.

    What was taken in the coin itself counts at what the coins cost: their cost, as all that is known of them, is
    without their fee.
    """
    is_all_known = basis.fees_known and {fee.asset for fee in basis.fees} <= {guard.currency, guard.asset}
    is_bought_with_it = basis.currency == guard.currency and basis.explained >= guard.quantity
    is_explained = guard.kind is PositionKind.SPOT and is_bought_with_it
    if not (is_all_known and is_explained):
        return None
    with exact():
        in_money = sum((fee.amount for fee in basis.fees if fee.asset == guard.currency), ZERO)
        in_coins = sum((fee.amount for fee in basis.fees if fee.asset == guard.asset), ZERO)
        in_all = in_money + share(basis.cost, in_coins, basis.explained)
    return share(in_all, guard.quantity, basis.explained)


def _net(guard: Guard, price: Decimal, costs: SaleCosts) -> Decimal:
    left = net_if_sold_now(
        mark=price, quantity=guard.quantity, cost=costs.paid, taker=costs.taker, direction=guard.direction
    )
    with exact():
        return left - costs.fees
