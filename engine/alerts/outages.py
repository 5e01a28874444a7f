"""Detect brokers that stopped answering or refuse their key, alert the owner, and remind while something is guarded there."""

from collections.abc import Awaitable, Callable, Collection, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Literal

from engine.accounts.reading_kind import ReadingKind
from engine.alerts.condition import Condition, Conditions
from engine.alerts.messages import BrokerTrouble
from engine.clock import Clock, Moment, moment
from engine.model.errors import BrokerError, KeyRejectedError
from engine.model.reminder_state import ReminderState
from engine.model.venues import Account
from engine.storage.database import Database

#: A broker that missed so many readings in a row is reported; fewer are the network's usual hiccups.
MISSED_READINGS = 3

News = Literal["unreachable", "key_rejected", "back"] | None

#: The same of prices, which the venue may withhold while the account answers.
_OF_PRICES: Mapping[str, Literal["unpriced", "priced"]] = {
    "unreachable": "unpriced",
    "key_rejected": "unpriced",
    "back": "priced",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class BrokerOutage:
    """How long a broker has been out of reach, and how often its owner was alerted."""

    since: datetime | None = None
    #: How often in a row each reading that fails did.
    missed: Mapping[ReadingKind, int] = field(default_factory=dict)
    reminders: ReminderState = field(default_factory=ReminderState)


@dataclass(frozen=True, slots=True, kw_only=True)
class Watched:
    """What an outage means at an account."""

    is_guarded: bool
    #: The owner was alerted that the venue gives no prices for the guards there, and it still gives none.
    is_alarmed: bool


_UNWATCHED = Watched(is_guarded=False, is_alarmed=False)


def after_attempt(
    outage: BrokerOutage,
    reading: ReadingKind,
    error: BrokerError | None,
    *,
    now: Moment,
    is_guarded: bool,
    is_alarmed: bool = False,
) -> tuple[BrokerOutage, News]:
    """Return the next state after a reading, and what to report to its owner (again), if anything.

    An outage fails every reading and is reported once. `is_alarmed` is true while its owner was alerted that the guards
    there have no price: that alarm contains the same, with its own reminders and end.
    """
    others = {one: missed for one, missed in outage.missed.items() if one is not reading}
    if error is None:
        if others:
            return replace(outage, missed=others), None
        return BrokerOutage(), "back" if outage.reminders.count else None
    missed = outage.missed.get(reading, 0) + 1
    after = BrokerOutage(
        since=outage.since or now.at, missed={**others, reading: missed}, reminders=outage.reminders
    )
    is_rejected = isinstance(error, KeyRejectedError)
    if after.reminders.count:
        is_due = is_guarded and after.reminders.is_due(now)
    else:
        is_due = is_rejected or missed >= MISSED_READINGS
    if not is_due or (is_alarmed and not is_rejected):
        return after, None
    return replace(
        after, reminders=after.reminders.noted(now)
    ), "key_rejected" if is_rejected else "unreachable"


class OutageMonitor:
    """Tracks failed readings of every account; what was reported outlives the process."""

    def __init__(
        self, *, database: Database, clock: Clock, watched: Callable[[Account], Awaitable[Watched]]
    ) -> None:
        self._clock = clock
        self._watched = watched
        self._conditions = Conditions("outage", database=database, clock=clock)
        #: By the name of the condition.
        self._outages: dict[str, BrokerOutage] = {}

    async def note(self, account: Account, reading: ReadingKind, error: BrokerError | None) -> None:
        """Record the outcome of a reading; None means success. Prices are tracked apart from the account's own answers."""
        now, of_prices = moment(self._clock), reading is ReadingKind.PRICES
        name = f"{account.account_id}/prices" if of_prices else account.account_id
        before = self._outages.get(name)
        if before is None:
            kinds = (reading,) if of_prices else (ReadingKind.BALANCES, ReadingKind.PAST_TRADES)
            before = _restored((await self._conditions.restored()).get(name), kinds)
        # While all is well nothing is reported, so nothing need be looked up.
        watched = await self._watched(account) if error or before.reminders.count else _UNWATCHED
        after, news = after_attempt(
            before,
            reading,
            error,
            now=now,
            is_guarded=watched.is_guarded,
            is_alarmed=watched.is_alarmed,
        )
        if news is not None:
            # Reported means stored in the outbox.
            condition = Condition(since=after.since or before.since or now.at, reminders=before.reminders)
            message = BrokerTrouble(
                venue=account.venue,
                what=_OF_PRICES[news] if of_prices else news,
                why=_why(reading, error),
                since=condition.since,
                again=news != "back" and before.reminders.count > 0,
                guarded=watched.is_guarded,
            )
            write = self._conditions.end if news == "back" else self._conditions.report
            await write(name, condition, message, user_id=account.user_id, account_id=account.account_id)
        self._outages[name] = after


def _restored(condition: Condition | None, kinds: Collection[ReadingKind]) -> BrokerOutage:
    """Return what an earlier process reported, which is over once each of these readings is good again."""
    if condition is None:
        return BrokerOutage()
    missed = dict.fromkeys(kinds, MISSED_READINGS)
    return BrokerOutage(since=condition.since, missed=missed, reminders=condition.reminders)


def _why(reading: ReadingKind, error: BrokerError | None) -> str:
    if error is None:
        return ""
    return error.message if reading is ReadingKind.PRICES else f"Reading {reading}: {error.message}"
