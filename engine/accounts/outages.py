"""Notice that a broker stopped answering or refuses its key, and tell its owner, again while something is guarded there."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import Literal

from engine.alerts.backoff import Told
from engine.alerts.messages import BrokerTrouble
from engine.alerts.outbox import append_alert
from engine.clock import Clock, Moment, moment
from engine.guards import store as guard_rows
from engine.guards.guard import Guard
from engine.model.errors import BrokerError, KeyRejectedError
from engine.model.venues import Account
from engine.storage.database import Database

#: A broker that missed so many readings in a row is told about; fewer are the network's usual hiccups.
MISSED_READINGS = 3

News = Literal["unreachable", "key_rejected", "back"] | None


class ReadingKind(StrEnum):
    """What is read of an account, in words for its owner."""

    BALANCES = "balances"
    PAST_TRADES = "past trades"


@dataclass(frozen=True, slots=True, kw_only=True)
class BrokerOutage:
    """How long a broker has been out of reach, and how often its owner was told."""

    since: datetime | None = None
    #: How often in a row each reading that fails did.
    missed: Mapping[ReadingKind, int] = field(default_factory=dict)
    told: Told = field(default_factory=Told)


def after_attempt(
    silence: BrokerOutage,
    reading: ReadingKind,
    error: BrokerError | None,
    *,
    now: Moment,
    is_guarded: bool,
    is_alarmed: bool = False,
) -> tuple[BrokerOutage, News]:
    """Return the next state after a reading, and what its owner is to be told (again).

    An outage fails every reading and is told once. `is_alarmed` is true while its owner was told that the guards
    there have no price: that alarm says all that another one would, has its own reminders and its own end.
    """
    others = {one: missed for one, missed in silence.missed.items() if one is not reading}
    if error is None:
        if others:
            return replace(silence, missed=others), None
        return BrokerOutage(), "back" if silence.told.count else None
    missed = silence.missed.get(reading, 0) + 1
    after = BrokerOutage(since=silence.since or now.at, missed={**others, reading: missed}, told=silence.told)
    is_rejected = isinstance(error, KeyRejectedError)
    if after.told.count:
        is_due = is_guarded and after.told.is_due(now)
    else:
        is_due = is_rejected or missed >= MISSED_READINGS
    if not is_due or (is_alarmed and not is_rejected):
        return after, None
    return replace(after, told=after.told.noted(now)), "key_rejected" if is_rejected else "unreachable"


class OutageMonitor:
    """Keeps an eye on the readings of every account."""

    def __init__(
        self, *, database: Database, clock: Clock, has_price_alarm: Callable[[Sequence[Guard]], bool]
    ) -> None:
        self._database = database
        self._clock = clock
        #: Whether the owner of these guards was told that their venue gives no prices, and it still gives none.
        self._has_price_alarm = has_price_alarm
        self._silences: dict[str, BrokerOutage] = {}

    async def note(self, account: Account, reading: ReadingKind, error: BrokerError | None) -> None:
        """Take the outcome of a reading; None is a good one."""
        now = moment(self._clock)
        before = self._silences.get(account.account_id, BrokerOutage())
        guards = await self._load_guards(account) if error else []
        after, news = after_attempt(
            before,
            reading,
            error,
            now=now,
            is_guarded=bool(guards),
            is_alarmed=self._has_price_alarm(guards),
        )
        if news is not None:
            # Only what is written down was told.
            since = after.since or before.since or now.at
            why = f"Reading {reading}: {error.words}" if error else ""
            await self._tell(account, news, why, since=since, told=before.told.count)
        self._silences[account.account_id] = after

    async def _load_guards(self, account: Account) -> list[Guard]:
        async with self._database.read() as session:
            return list(await guard_rows.load_open_guards(session, account.account_id))

    async def _tell(
        self,
        account: Account,
        news: Literal["unreachable", "key_rejected", "back"],
        why: str,
        *,
        since: datetime,
        told: int,
    ) -> None:
        message = BrokerTrouble(
            venue=account.venue,
            what=news,
            why=why,
            since=since,
            again=news != "back" and told > 0,
            guarded=bool(await self._load_guards(account)),
        )
        async with self._database.write() as session:
            await append_alert(
                session,
                message,
                user_id=account.user_id,
                account_id=account.account_id,
                dedup_key=f"broker:{account.account_id}:{news}:{since.isoformat()}:{told}",
                now=self._clock.now(),
            )
