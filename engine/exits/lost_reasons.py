"""Pure: what an owner reads of an order whose answer was lost, by what could be read of it."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from engine.model.errors import BrokerError, KeyRejectedError
from engine.model.failing_actions import FailingAction
from engine.orders.balance_verdict import MAY_HAVE_SOLD, BalanceVerdict
from engine.orders.intents import IntentStep
from engine.orders.states import IntentState
from engine.orders.step_cause import StepCause

_LOST = "the answer to the sell order was lost"
_NOT_KNOWN = "the sell order was accepted under an id that its venue does not know"

_NOT_LISTED = "{venue} lists no order for what was sent"
_NOT_READ = "not all that may show the lost order at {venue} can be read: {error}"
_LOOK_THERE = "please look for this bot's own sell order {order_ids} there"
_SELL_THERE = ", and sell it there yourself if there is none"
_UNCLEAR = "{lists}, and its balance does not tell whether that was sold: it has changed by more than the listed trades explain"
_NO_BALANCE = "{lists}, and what the balance shows of it cannot be read{error}"
_LOOKS_SOLD = "{lists}, and about what was sent is gone from the free balance: probably it was sold"

_FATES: Mapping[str, str] = {
    StepCause.PROVEN_ABSENT: "certainly did not arrive",
    StepCause.NOT_SOLD_UNREAD: "sold nothing by the balance",
    StepCause.MAY_BE_ANOTHERS: "may have arrived",
    StepCause.MAY_BE_ANOTHERS_UNTOUCHED: "sold nothing by the balance",
    StepCause.LISTED_NOWHERE_MOVED: "showed up in no list",
    StepCause.LISTED_NOWHERE_GONE: "showed up in no list",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """What a reading of the balance showed of an order whose answer was lost."""

    verdict: BalanceVerdict
    #: Our own id of it, with the listed orders that may be it.
    order_ids: tuple[str, ...]
    #: Why the last look did not read all the lists; None where it did.
    unread: BrokerError | None = None
    #: Why the balance, or what explains it, could not be read.
    error: BrokerError | None = None

    @property
    def _may_be_listed(self) -> bool:
        return len(self.order_ids) > 1

    def why(self, venue_label: str) -> str:
        """Return why the exit does not go on yet."""
        lists = _NOT_LISTED if self.unread is None else _NOT_READ
        sold = self.verdict in MAY_HAVE_SOLD
        text = _LOOKS_SOLD if sold else _NO_BALANCE if self._is_balance_unread else _UNCLEAR
        found = text.format(
            lists=lists.format(venue=venue_label, error=self.unread),
            error=f": {self.error}" if self.error else "",
        )
        look = _LOOK_THERE.format(order_ids=", ".join(self.order_ids))
        return f"{found}; {look}{'' if sold else _SELL_THERE}"

    @property
    def doing(self) -> FailingAction:
        """Return what is being done about it."""
        if self.verdict is BalanceVerdict.UNPAID:
            return FailingAction.LOOK_UNTIL_UNPAID
        is_read = self.unread is None and not self._may_be_listed
        if self.verdict is BalanceVerdict.UNEXPLAINED and is_read:
            return FailingAction.LOOK_UNTIL_UNLISTED
        return FailingAction.LOOK_UNTIL_CERTAIN

    @property
    def _is_balance_unread(self) -> bool:
        return self.verdict is BalanceVerdict.UNREADABLE


def why_lost(steps: Iterable[IntentStep], *, rejected: KeyRejectedError | None = None) -> str:
    """Return why an exit whose last answer was lost has not sold yet: how often it was sent, and what came last.

    A rejected key comes first: its owner must act.
    """
    moves = [step for step in steps if step.note is None]
    lost = [step for step in moves if step.to_state is IntentState.UNKNOWN]
    if rejected is not None:
        return f"{rejected}; {_how_lost(moves, lost, '')}"
    return _how_lost(moves, lost, f": {lost[-1].detail}" if lost and lost[-1].detail else "")


def _how_lost(moves: list[IntentStep], lost: list[IntentStep], message: str) -> str:
    is_named = bool(lost) and lost[-1].cause == StepCause.ID_NOT_KNOWN
    ended = [step.cause for step in moves if _ends_lost(step)]
    if not ended or is_named:
        return f"{_NOT_KNOWN if is_named else _LOST}{message}"
    return f"sent {len(ended) + 1} times; {_fates_of(ended)}, and the last answer was lost{message}"


def _fates_of(ended: list[str]) -> str:
    """Return what became of the attempts before, each kind counted."""
    counted = Counter(_FATES.get(cause, "was given up") for cause in ended)
    if len(counted) == 1:
        return f"{'the one' if len(ended) == 1 else f'the {len(ended)}'} before {next(iter(counted))}"
    return f"of the {len(ended)} before, {', '.join(f'{number} {fate}' for fate, number in counted.items())}"


def _ends_lost(step: IntentStep) -> bool:
    return step.from_state is IntentState.UNKNOWN and step.to_state is IntentState.PLANNED
