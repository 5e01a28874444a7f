"""The arithmetic of the rule that sells: what a position gains or loses, and which price is the threshold or the target."""

from decimal import ROUND_CEILING, ROUND_FLOOR, Context, Decimal

from engine.model.holdings import Direction
from engine.model.money import ZERO, InvalidNumberError, exact

#: A loss threshold lies in [LOWEST_THRESHOLD, 0).
LOWEST_THRESHOLD = Decimal("-0.5")

#: A trigger's price rarely ends; it is cut here, far below any tick size.
_PRICE_DIGITS = 60


class ThresholdError(ValueError):
    """A loss threshold is not a fraction in [-0.5, 0)."""


def check_threshold(threshold: Decimal) -> Decimal:
    """Return `threshold` when it is a loss fraction in [-0.5, 0).

    Raises:
        ThresholdError: it is not; a likely mix-up of percent and fraction is named.

    """
    if threshold.is_finite() and LOWEST_THRESHOLD <= threshold < ZERO:
        return threshold
    message = f"{threshold} is not a loss threshold in [-0.5, 0)"
    if threshold.is_finite() and threshold < LOWEST_THRESHOLD:
        message += f"; did you mean {threshold / 100}?"
    raise ThresholdError(message)


class TargetError(ValueError):
    """A profit target is no gain."""


def check_target(target: Decimal) -> Decimal:
    """Return `target` when it is a gain, as a fraction of cost.

    Raises:
        TargetError: it is none.

    """
    if target.is_finite() and target > ZERO:
        return target
    message = f"{target} is not a profit target above 0"
    raise TargetError(message)


#: A stop trails by a fraction in [LEAST_TRAIL, LARGEST_TRAIL]: nearer it would sell by the noise of a price.
LEAST_TRAIL, LARGEST_TRAIL = Decimal("0.001"), Decimal("0.5")


class TrailError(ValueError):
    """A stop trails too near to the price, or too far behind it."""


def check_trail(trail: Decimal) -> Decimal:
    """Return `trail` when a stop may be so far behind the price, as a fraction of it.

    Raises:
        TrailError: it may not.

    """
    if trail.is_finite() and LEAST_TRAIL <= trail <= LARGEST_TRAIL:
        return trail
    message = f"{trail} is not a trail in [{LEAST_TRAIL}, {LARGEST_TRAIL}]"
    raise TrailError(message)


def pnl(*, mark: Decimal, quantity: Decimal, cost: Decimal, direction: Direction) -> Decimal:
    """Return the profit, or the loss as a negative number, before fees, in the currency of cost."""
    _check(quantity, cost)
    with exact():
        value = mark * quantity
        return value - cost if direction is Direction.LONG else cost - value


def is_breached(
    *, mark: Decimal, quantity: Decimal, cost: Decimal, threshold: Decimal, direction: Direction
) -> bool:
    """Return whether the loss has reached the threshold; exactly reaching it counts.

    Compared by multiplication: dividing by cost or quantity would round.
    """
    with exact():
        return pnl(mark=mark, quantity=quantity, cost=cost, direction=direction) <= threshold * cost


def trigger_price(*, quantity: Decimal, cost: Decimal, threshold: Decimal, direction: Direction) -> Decimal:
    """Return the first price that breaches the threshold: it decides as `is_breached` does.

    One that does not end within 60 digits is cut towards breaching; no price has as many.
    """
    _check(quantity, cost)
    is_long = direction is Direction.LONG
    with exact():
        worth = cost + threshold * cost if is_long else cost - threshold * cost
    cut = Context(prec=_PRICE_DIGITS, rounding=ROUND_FLOOR if is_long else ROUND_CEILING)
    return cut.divide(worth, quantity)


def is_at_target(
    *, mark: Decimal, quantity: Decimal, cost: Decimal, target: Decimal, direction: Direction
) -> bool:
    """Return whether the gain has reached the target, before fees; exactly reaching it counts."""
    with exact():
        return pnl(mark=mark, quantity=quantity, cost=cost, direction=direction) >= target * cost


def target_price(*, quantity: Decimal, cost: Decimal, target: Decimal, direction: Direction) -> Decimal:
    """Return the first price that reaches the target: it decides as `is_at_target` does."""
    _check(quantity, cost)
    is_long = direction is Direction.LONG
    with exact():
        worth = cost + target * cost if is_long else cost - target * cost
    cut = Context(prec=_PRICE_DIGITS, rounding=ROUND_CEILING if is_long else ROUND_FLOOR)
    return cut.divide(worth, quantity)


def pnl_ratio(*, mark: Decimal, quantity: Decimal, cost: Decimal, direction: Direction) -> Decimal:
    """Return profit or loss as a fraction of cost, for showing."""
    return pnl(mark=mark, quantity=quantity, cost=cost, direction=direction) / cost


def net_if_sold_now(
    *, mark: Decimal, quantity: Decimal, cost: Decimal, taker: Decimal, direction: Direction
) -> Decimal:
    """Return what closing at the mark would leave after its own taker fee."""
    gross = pnl(mark=mark, quantity=quantity, cost=cost, direction=direction)
    with exact():
        return gross - mark * quantity * taker


def is_within_trading_cost(*, threshold: Decimal, fees: Decimal) -> bool:
    """Return whether a threshold is smaller than the fees for buying and selling, which the chat mentions."""
    return -threshold < fees


def _check(quantity: Decimal, cost: Decimal) -> None:
    # Nothing held would always look breached: 0 - cost ≤ threshold · cost.
    if not (quantity > ZERO and cost > ZERO):
        message = f"quantity {quantity} and cost {cost} must be positive"
        raise InvalidNumberError(message)
