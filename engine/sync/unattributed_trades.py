"""Telling owners that a venue does not say whose order traded a coin of which a sell order of ours was given up."""

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
    """For how long a venue has not told, and how often its owner was told so."""

    condition: Condition
    missed: int = 0

    def is_due(self, now: Moment, *, guarded: bool) -> bool:
        """Decide whether its owner must be told (again)."""
        told = self.condition.told
        return guarded and told.is_due(now) if told.count else self.missed >= MISSED_QUESTIONS


class UnattributedTrades:
    """Remembers by account and asset which questions are open; what was told of them outlives the process."""

    def __init__(self, *, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock
        self._conditions = Conditions("unattributed", database=database, clock=clock)
        self._open: dict[str, dict[str, _Question]] = {}

    async def note(self, account: Account, untold: Mapping[str, BrokerError]) -> None:
        """Take what an account's venue did not tell this time, by asset.

        Raises:
            ExceptionGroup: what could not be told, of some assets; the next call tells it.

        """
        now = moment(self._clock)
        before = self._open.get(account.account_id)
        if before is None:
            before = self._open[account.account_id] = await self._restore(account)
        if not before and not untold:
            return
        guarded, failures = await self._guarded(account), Failures()
        open_now = self._open[account.account_id] = dict(before)
        for asset, error in untold.items():
            asked = before.get(asset) or _Question(condition=Condition(since=now.at))
            asked = open_now[asset] = replace(asked, missed=asked.missed + 1)
            if asked.is_due(now, guarded=asset in guarded):
                message = _message(account, asset, asked.condition, guarded=asset in guarded, error=error)
                with failures.turn_of(f"telling of {asset}"):
                    told = await self._tell(account, asset, asked.condition, message)
                    open_now[asset] = replace(asked, condition=told)
        for asset in before.keys() - untold.keys():
            condition = before[asset].condition
            message = _message(account, asset, condition, guarded=asset in guarded)
            with failures.turn_of(f"telling that {asset} is over"):
                await self._end(account, asset, condition, message)
                del open_now[asset]
        failures.raise_together(f"{account.account_id} was not told of every coin")

    async def _tell(
        self, account: Account, asset: str, condition: Condition, message: TradeUnattributed
    ) -> Condition:
        return await self._conditions.tell(
            _name(account, asset),
            condition,
            message,
            user_id=account.user_id,
            account_id=account.account_id,
        )

    async def _end(
        self, account: Account, asset: str, condition: Condition, message: TradeUnattributed
    ) -> None:
        if not condition.told.count:
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
        again=error is not None and condition.told.count > 0,
    )
