"""Pure: what to do about an order whose answer was lost: look, wait, or end its attempt, and on what ground."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from enum import StrEnum
from itertools import takewhile

from engine.model.venues import Venue
from engine.orders.backoff import RETRY_AFTER_S
from engine.orders.balance_verdict import HOLDING, BalanceVerdict
from engine.orders.step_cause import StepCause

#: AddOrder's `deadline`.
_KRAKEN_DEADLINE = timedelta(seconds=5)

#: After a look that failed or was one too few.
LOOK_AGAIN = timedelta(seconds=1)

#: A request whose answer was lost may still reach a venue that knows no deadline for so long.
UNDER_WAY = timedelta(seconds=30)
#: How long after it arrived Coinbase may not list an order yet.
_LISTED_WITHIN = timedelta(seconds=10)

_SLACK = timedelta(seconds=1)

#: All lists of a venue may lag behind an order, and its balance with them: two readings must show the coins untouched.
BALANCE_AGREES_AFTER = timedelta(seconds=3)
#: Coins that moved for no listed reason hide a sale only if its money moved on as well: that no money came must stay so
#: for longer, as trades are listed late.
UNPAID_AGREES_AFTER = timedelta(minutes=1)
#: A venue that executes an order lists it within seconds: lists that show none for so long are believed although the
#: balance moved by more than is known.
UNEXPLAINED_FOR = timedelta(minutes=5)
#: What a balance shows as gone, and no list as sold, is searched for so long: the order may be listed yet.
SEARCH_LIMIT = timedelta(minutes=10)
#: Between two look-ups of what was searched for that long, which does not end while its coins are held.
_SELDOM = timedelta(minutes=1)


class Resend(StrEnum):
    """How an order that was proven absent goes out again."""

    #: The old request can no longer arrive: a new attempt under a new id.
    NEW_ATTEMPT = "new attempt"
    #: The old request might still arrive: only the same id makes a second order impossible.
    SAME_ID = "same id"


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """When looks at a venue prove that an order is not there, and how it may be sent again."""

    #: When to look, counted from sending; after each of them one look must have found nothing.
    looks_after: tuple[timedelta, ...]
    #: How long after sending the venue may still accept an order, which carries that; None where it takes no such limit.
    deadline: timedelta | None = None
    #: How many looks must have found nothing at the least, however late they were.
    looks_least: int = 1
    resend: Resend
    #: How long after a lost request left a look that does not find it proves that it never will.
    arrives_within: timedelta = timedelta(0)


#: Kraken drops a late request, so absence after the deadline (seen with a later nonce accepted)
#: is final; looks cost points there, so there are few. A new attempt has a new id, so the balance must agree. Alpaca refuses a second use of an id.
#: Coinbase lists orders late, so it is queried twice.
PROOFS = {
    Venue.KRAKEN: Proof(
        looks_after=(timedelta(0), _KRAKEN_DEADLINE + _SLACK),
        deadline=_KRAKEN_DEADLINE,
        resend=Resend.NEW_ATTEMPT,
    ),
    Venue.ALPACA: Proof(looks_after=(timedelta(0), _SLACK), resend=Resend.SAME_ID, arrives_within=UNDER_WAY),
    Venue.COINBASE: Proof(
        looks_after=(timedelta(0), timedelta(seconds=2), _LISTED_WITHIN),
        looks_least=2,
        resend=Resend.SAME_ID,
        arrives_within=UNDER_WAY + _LISTED_WITHIN,
    ),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """One look-up in a venue's lists that did not find the order."""

    #: When it began, after sending, by a clock nobody sets.
    age: timedelta
    #: Orders it found that may be the one, or their owner's own.
    may_be: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class BalanceReading:
    """What the balance showed of the coins that were sent."""

    #: When it was requested, after sending.
    age: timedelta
    verdict: BalanceVerdict


@dataclass(frozen=True, slots=True)
class LookAfter:
    """Query the venue's lists so long after sending."""

    age: timedelta


@dataclass(frozen=True, slots=True)
class ReadBalanceAfter:
    """Read the balance so long after sending."""

    age: timedelta


@dataclass(frozen=True, slots=True)
class TakeOrder:
    """Go on with this order: it is the only one that may be the lost one, and the coins are gone."""

    order_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EndAttempt:
    """The lost order is not looked up any more."""

    resend: Resend
    #: The ground it is given up on.
    cause: StepCause
    #: Orders that may be it.
    may_be: tuple[str, ...] = ()


SettlingStep = LookAfter | ReadBalanceAfter | TakeOrder | EndAttempt


def next_settling_step(
    venue: Venue,
    looks: Sequence[Look],
    balances: Sequence[BalanceReading] = (),
    *,
    unread_at: timedelta | None = None,
) -> SettlingStep:
    """Decide the next step from the look-ups that did not find the order and the balances read, oldest first.

    A look-up that failed is no evidence and is not among them; `unread_at` is the age of the last one where that failed.
    Once nothing is under way any more, the same id may go out again without the lists, if two balances show the coins
    untouched.
    """
    proof = PROOFS[venue]
    if unread_at is not None and proof.resend is Resend.SAME_ID and unread_at >= proof.arrives_within:
        may_be = looks[-1].may_be if looks else ()
        end = EndAttempt(resend=proof.resend, cause=StepCause.NOT_SOLD_UNREAD, may_be=may_be)
        return _by_balance(Look(age=unread_at, may_be=may_be), balances, end)
    uncovered = [due for due in proof.looks_after if not any(look.age >= due for look in looks)]
    if uncovered:
        return LookAfter(uncovered[0])
    last = looks[-1]
    if len(looks) < proof.looks_least:
        return LookAfter(last.age + LOOK_AGAIN)
    end = EndAttempt(resend=proof.resend, cause=_cause_after(last, proof.resend), may_be=last.may_be)
    # Under the same id a second order is impossible, whatever became of the first.
    return end if proof.resend is Resend.SAME_ID else _by_balance(last, balances, end)


def _cause_after(last: Look, resend: Resend) -> StepCause:
    if not last.may_be:
        return StepCause.PROVEN_ABSENT
    # Under a new id the balance has to show its coins untouched first.
    is_new = resend is Resend.NEW_ATTEMPT
    return StepCause.MAY_BE_ANOTHERS_UNTOUCHED if is_new else StepCause.MAY_BE_ANOTHERS


def _by_balance(last: Look, balances: Sequence[BalanceReading], end: EndAttempt) -> SettlingStep:
    if not balances or balances[-1].age < last.age:
        return ReadBalanceAfter(last.age)
    latest = balances[-1]
    if latest.verdict is BalanceVerdict.UNTOUCHED:
        since = _agreeing(balances)[-1].age
        is_certain = latest.age - since >= BALANCE_AGREES_AFTER
        return end if is_certain else ReadBalanceAfter(since + BALANCE_AGREES_AFTER)
    if latest.verdict in {BalanceVerdict.TAKEN, BalanceVerdict.HELD} and len(last.may_be) == 1:
        return TakeOrder(last.may_be[0])
    agreeing = _agreeing(balances)
    lasts = latest.age - agreeing[-1].age
    ended = _ended_on(latest, lasts, end)
    if ended is not None:
        return ended
    pause_s = RETRY_AFTER_S[min(len(agreeing), len(RETRY_AFTER_S)) - 1]
    return LookAfter(latest.age + (_SELDOM if lasts >= SEARCH_LIMIT else timedelta(seconds=pause_s)))


def _ended_on(latest: BalanceReading, lasts: timedelta, end: EndAttempt) -> EndAttempt | None:
    """Return how an attempt ends whose balance has shown something else than untouched coins for so long."""
    if end.cause is StepCause.NOT_SOLD_UNREAD and latest.verdict is not BalanceVerdict.UNPAID:
        # It may be listed where nobody could look.
        return None
    match latest.verdict:
        case BalanceVerdict.UNPAID if lasts >= UNPAID_AGREES_AFTER:
            return end
        # An order that is listed and may be it may have sold all of it.
        case BalanceVerdict.UNEXPLAINED if not end.may_be and lasts >= UNEXPLAINED_FOR:
            return replace(end, cause=StepCause.LISTED_NOWHERE_MOVED)
        case BalanceVerdict.TAKEN if lasts >= SEARCH_LIMIT:
            return replace(end, cause=StepCause.LISTED_NOWHERE_GONE)
        # Held coins are on sale: under a new id even what is free beside them could sell more than is guarded, as the
        # order may grow visible and fill any moment. So its owner is reminded until it fills or the hold ends.
        case _:
            return None


def is_search_over(verdict: BalanceVerdict, *, searched_s: float) -> bool:
    """Return whether the order of an attempt that was given up has been searched for long enough."""
    return verdict not in HOLDING and searched_s >= SEARCH_LIMIT.total_seconds()


def _agreeing(balances: Sequence[BalanceReading]) -> list[BalanceReading]:
    """Return the readings that agree with the last one, back to the first that does not."""
    return list(takewhile(lambda one: one.verdict is balances[-1].verdict, reversed(balances)))
