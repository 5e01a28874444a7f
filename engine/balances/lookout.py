"""Notice that a broker stopped answering or refuses its key, and tell its owner once, and when it is over."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal

from engine.alerts.messages import BrokerTrouble
from engine.alerts.outbox import append_alert
from engine.clock import Clock
from engine.errors import BrokerError, KeyRejectedError
from engine.storage.database import Database
from engine.venues import Account

#: A broker that missed so many readings in a row is told about; fewer are the network's usual hiccups.
MISSED_READINGS = 3

News = Literal["unreachable", "key_rejected", "back"] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Silence:
    """How long a broker has been out of reach, and whether its owner was told."""

    since: datetime | None = None
    missed: int = 0
    told: bool = False


def after_attempt(silence: Silence, error: BrokerError | None, *, now: datetime) -> tuple[Silence, News]:
    """Return the next state after a reading, and what its owner is to be told."""
    if error is None:
        return Silence(), "back" if silence.told else None
    after = Silence(since=silence.since or now, missed=silence.missed + 1, told=silence.told)
    if after.told:
        return after, None
    if isinstance(error, KeyRejectedError):
        return replace(after, told=True), "key_rejected"
    if after.missed >= MISSED_READINGS:
        return replace(after, told=True), "unreachable"
    return after, None


class Lookout:
    """Keeps an eye on one kind of reading of every account."""

    def __init__(self, *, database: Database, clock: Clock, what: str) -> None:
        self._database = database
        self._clock = clock
        #: What is being read, in words for the owner: `balances`, `past trades`.
        self._what = what
        self._silences: dict[str, Silence] = {}

    async def note(self, account: Account, error: BrokerError | None) -> None:
        """Take the outcome of a reading; None is a good one."""
        now = self._clock.now()
        before = self._silences.get(account.account_id, Silence())
        after, news = after_attempt(before, error, now=now)
        if news is not None:
            # Only what is written down was told.
            await self._tell(account, news, error, since=after.since or before.since or now)
        self._silences[account.account_id] = after

    async def _tell(
        self,
        account: Account,
        news: Literal["unreachable", "key_rejected", "back"],
        error: BrokerError | None,
        *,
        since: datetime,
    ) -> None:
        async with self._database.write() as session:
            await append_alert(
                session,
                BrokerTrouble(venue=account.venue, what=news, why=self._why(error), since=since),
                user_id=account.user_id,
                account_id=account.account_id,
                dedup_key=f"broker:{account.account_id}:{self._what}:{news}:{since.isoformat()}",
                now=self._clock.now(),
            )

    def _why(self, error: BrokerError | None) -> str:
        return f"Reading {self._what}: {error.words}" if error else ""
