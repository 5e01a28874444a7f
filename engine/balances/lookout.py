"""Notice that a broker stopped answering or refuses its key, and tell its owner, again while something is guarded there."""

from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Literal

from engine.alerts.messages import BrokerTrouble
from engine.alerts.outbox import append_alert
from engine.clock import Clock, Moment, moment
from engine.errors import BrokerError, KeyRejectedError
from engine.execution.patience import Told
from engine.storage.database import Database
from engine.storage.repositories import guards as guard_rows
from engine.venues import Account

#: A broker that missed so many readings in a row is told about; fewer are the network's usual hiccups.
MISSED_READINGS = 3

News = Literal["unreachable", "key_rejected", "back"] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Silence:
    """How long a broker has been out of reach, and how often its owner was told."""

    since: datetime | None = None
    missed: int = 0
    told: Told = field(default_factory=Told)


def after_attempt(
    silence: Silence, error: BrokerError | None, *, now: Moment, is_guarded: bool
) -> tuple[Silence, News]:
    """Return the next state after a reading, and what its owner is to be told (again)."""
    if error is None:
        return Silence(), "back" if silence.told.count else None
    after = Silence(since=silence.since or now.at, missed=silence.missed + 1, told=silence.told)
    is_rejected = isinstance(error, KeyRejectedError)
    if after.told.count:
        is_due = is_guarded and after.told.is_due(now)
    else:
        is_due = is_rejected or after.missed >= MISSED_READINGS
    if not is_due:
        return after, None
    return replace(after, told=after.told.noted(now)), "key_rejected" if is_rejected else "unreachable"


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
        now = moment(self._clock)
        before = self._silences.get(account.account_id, Silence())
        is_guarded = before.told.count > 0 and await self._is_guarded(account)
        after, news = after_attempt(before, error, now=now, is_guarded=is_guarded)
        if news is not None:
            # Only what is written down was told.
            since = after.since or before.since or now.at
            await self._tell(account, news, error, since=since, told=before.told.count)
        self._silences[account.account_id] = after

    async def _is_guarded(self, account: Account) -> bool:
        async with self._database.read() as session:
            return bool(await guard_rows.load_open_guards(session, account.account_id))

    async def _tell(
        self,
        account: Account,
        news: Literal["unreachable", "key_rejected", "back"],
        error: BrokerError | None,
        *,
        since: datetime,
        told: int,
    ) -> None:
        message = BrokerTrouble(
            venue=account.venue,
            what=news,
            why=self._why(error),
            since=since,
            again=news != "back" and told > 0,
            guarded=await self._is_guarded(account),
        )
        async with self._database.write() as session:
            await append_alert(
                session,
                message,
                user_id=account.user_id,
                account_id=account.account_id,
                dedup_key=f"broker:{account.account_id}:{self._what}:{news}:{since.isoformat()}:{told}",
                now=self._clock.now(),
            )

    def _why(self, error: BrokerError | None) -> str:
        return f"Reading {self._what}: {error.words}" if error else ""
