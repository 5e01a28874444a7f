"""Telling owners that a venue does not say whose order traded a coin of which a sell order of ours was given up."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from engine.alerts.messages import TradeUnattributed
from engine.alerts.outbox import append_alert
from engine.alerts.reminder_state import ReminderState
from engine.clock import Clock, Moment, moment
from engine.guards import store as guards
from engine.model.errors import BrokerError
from engine.model.venues import Account
from engine.storage.database import Database

#: Fewer failed questions in a row are the network's usual hiccups.
MISSED_QUESTIONS = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class _Question:
    """For how long a venue has not told, and how often its owner was told so."""

    since: datetime
    missed: int = 0
    told: ReminderState = field(default_factory=ReminderState)

    def is_due(self, now: Moment, *, guarded: bool) -> bool:
        """Decide whether its owner must be told (again)."""
        return guarded and self.told.is_due(now) if self.told.count else self.missed >= MISSED_QUESTIONS


class UnattributedTrades:
    """Remembers by account and asset which questions are open."""

    def __init__(self, *, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock
        self._open: dict[str, dict[str, _Question]] = {}

    async def note(self, account: Account, untold: Mapping[str, BrokerError]) -> None:
        """Take what an account's venue did not tell this time, by asset."""
        now = moment(self._clock)
        before = self._open.get(account.account_id, {})
        if not before and not untold:
            return
        guarded, after = await self._guarded(account), dict[str, _Question]()
        for asset, error in untold.items():
            asked = before.get(asset) or _Question(since=now.at)
            asked = after[asset] = replace(asked, missed=asked.missed + 1)
            if asked.is_due(now, guarded=asset in guarded):
                await self._tell(account, asset, asked, guarded=asset in guarded, error=error)
                after[asset] = replace(asked, told=asked.told.noted(now))
        for asset in before.keys() - untold.keys():
            if before[asset].told.count:
                await self._tell(account, asset, before[asset], guarded=asset in guarded)
        self._open[account.account_id] = after

    async def _guarded(self, account: Account) -> frozenset[str]:
        async with self._database.read() as session:
            found = await guards.load_open_guards(session, account.account_id)
        return frozenset(guard.asset for guard in found)

    async def _tell(
        self,
        account: Account,
        asset: str,
        asked: _Question,
        *,
        guarded: bool,
        error: BrokerError | None = None,
    ) -> None:
        message = TradeUnattributed(
            venue=account.venue,
            asset=asset,
            why="" if error is None else error.words,
            since=asked.since,
            guarded=guarded,
            over=error is None,
            again=error is not None and asked.told.count > 0,
        )
        number = "over" if error is None else f"{asked.told.count}"
        async with self._database.write() as session:
            await append_alert(
                session,
                message,
                user_id=account.user_id,
                account_id=account.account_id,
                dedup_key=f"untold:{account.account_id}:{asset}:{asked.since.isoformat()}:{number}",
                now=self._clock.now(),
            )
