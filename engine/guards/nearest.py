"""In which order a cold start takes up guards and accounts: those that may have to be sold soonest come first."""

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal

from engine import wall_time
from engine.guards.guard import Guard
from engine.model.money import ZERO
from engine.model.venues import Account


def nearest_first(guards: Iterable[Guard], results: Mapping[str, Decimal]) -> tuple[Guard, ...]:
    """Return guards by how much more they may lose; `results` is where each stood when it was seen last, by guard id.

    Where the others stand nobody knows: they follow, the oldest first.
    """

    def place(guard: Guard) -> tuple[bool, Decimal]:
        result = results.get(guard.guard_id)
        return (True, ZERO) if result is None else (False, result - guard.threshold)

    return tuple(sorted(wall_time.oldest_first(guards, lambda guard: guard.created_at), key=place))


def accounts_nearest_first(accounts: Iterable[Account], guards: Sequence[Guard]) -> tuple[Account, ...]:
    """Return accounts in the order of the first guard of each; those without any come last."""
    places = {guard.account_id: place for place, guard in reversed(list(enumerate(guards)))}
    return tuple(sorted(accounts, key=lambda account: places.get(account.account_id, len(guards))))
