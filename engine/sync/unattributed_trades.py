"""Alerts that a venue does not report whose order traded a coin of which a sell order of ours was abandoned."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from engine.alerts.condition import Condition, Conditions
from engine.alerts.messages import TradeUnattributed
from engine.clock import Clock, Moment, moment
from engine.failures import Failures
from engine.guards import store as guards
from engine.model.errors import BrokerError
from engine.model.venues import Account
from engine.storage.database import Database

#: Fewer failed questions in a row are the network's usual hiccups.
MISSED_QUESTIONS = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class _Question:
    """Since when a venue has not reported it, and the alerts to the owner."""

    condition: Condition
    missed: int = 0

    def is_due(self, now: Moment, *, guarded: bool) -> bool:
        """Return whether its owner is to be alerted (again)."""
        reported = self.condition.reminders
        return guarded and reported.is_due(now) if reported.count else self.missed >= MISSED_QUESTIONS


class UnattributedTrades:
    """Tracks by account and asset which questions are open; what was reported outlives the process."""

    def __init__(self, *, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock
        self._conditions = Conditions("unattributed", database=database, clock=clock)
        self._open: dict[str, dict[str, _Question]] = {}

    async def note(self, account: Account, unattributed: Mapping[str, BrokerError]) -> None:
        """Record what an account's venue did not attribute this time, by asset.

        Raises:
            ExceptionGroup: reports that failed, of some assets; the next call repeats them.

        """
        now = moment(self._clock)
        before = self._open.get(account.account_id)
        if before is None:
            before = self._open[account.account_id] = await self._restore(account)
        if not before and not unattributed:
            return
        guarded, failures = await self._guarded(account), Failures()
        open_now = self._open[account.account_id] = dict(before)
        for asset, error in unattributed.items():
            question = before.get(asset) or _Question(condition=Condition(since=now.at))
            question = open_now[asset] = replace(question, missed=question.missed + 1)
            if question.is_due(now, guarded=asset in guarded):
                message = _message(account, asset, question.condition, guarded=asset in guarded, error=error)
                with failures.turn_of(f"telling of {asset}"):
                    reported = await self._report(account, asset, question.condition, message)
                    open_now[asset] = replace(question, condition=reported)
        for asset in before.keys() - unattributed.keys():
            condition = before[asset].condition
            message = _message(account, asset, condition, guarded=asset in guarded)
            with failures.turn_of(f"telling that {asset} is over"):
                await self._end(account, asset, condition, message)
                del open_now[asset]
        failures.raise_together(f"{account.account_id} was not told of every coin")

    async def _report(
        self, account: Account, asset: str, condition: Condition, message: TradeUnattributed
    ) -> Condition:
        return await self._conditions.report(
            _name(account, asset),
            condition,
            message,
            user_id=account.user_id,
            account_id=account.account_id,
        )

    async def _end(
        self, account: Account, asset: str, condition: Condition, message: TradeUnattributed
    ) -> None:
        if not condition.reminders.count:
            return
        await self._conditions.end(
            _name(account, asset),
            condition,
            message,
            user_id=account.user_id,
            account_id=account.account_id,
        )

    async def _restore(self, account: Account) -> dict[str, _Question]:
        prefix = _name(account, "")
        restored = await self._conditions.restored()
        return {
            name.removeprefix(prefix): _Question(condition=condition)
            for name, condition in restored.items()
            if name.startswith(prefix)
        }

    async def _guarded(self, account: Account) -> frozenset[str]:
        async with self._database.read() as session:
            found = await guards.load_open_guards(session, account.account_id)
        return frozenset(guard.asset for guard in found)


def _name(account: Account, asset: str) -> str:
    return f"{account.account_id}:{asset}"


def _message(
    account: Account,
    asset: str,
    condition: Condition,
    *,
    guarded: bool,
    error: BrokerError | None = None,
) -> TradeUnattributed:
    return TradeUnattributed(
        venue=account.venue,
        asset=asset,
        why="" if error is None else error.message,
        since=condition.since,
        guarded=guarded,
        over=error is None,
        again=error is not None and condition.reminders.count > 0,
    )
