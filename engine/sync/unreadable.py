"""Alerts about stored guards, exits and fills that cannot be read: those are not watched or followed."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace

import structlog

from engine.alerts.condition import Condition, Conditions
from engine.alerts.messages import RecordKind, RecordUnreadable
from engine.clock import Clock, moment
from engine.failures import Failures
from engine.guards.guard import GuardState
from engine.guards.table import GuardRow
from engine.model.venues import Venue
from engine.orders.fills_table import FillRow
from engine.orders.intents import IntentKind
from engine.orders.states import LIVE_STATES
from engine.orders.table import IntentRow
from engine.storage.database import Database
from engine.storage.readable import UnreadableRow
from engine.users.store import load_readers

_KINDS: Mapping[str, RecordKind] = {
    str(GuardRow.__tablename__): RecordKind.GUARD,
    str(IntentRow.__tablename__): RecordKind.EXIT,
    str(FillRow.__tablename__): RecordKind.FILL,
}
#: These leave a position without its guard; the others a figure without its part.
URGENT = frozenset({RecordKind.GUARD, RecordKind.EXIT, RecordKind.ENTRY})

log = structlog.get_logger(__name__)


class UnreadableRecords:
    """Reports after every guard cycle which stored rows could not be read.

    What was reported outlives the process: a row that can be read again after a restart is reported as over.
    """

    def __init__(self, *, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock
        self._conditions = Conditions("record", database=database, clock=clock)
        #: By row and reader: what was reported and may still hold; None until it was read from the outbox.
        self._open: dict[str, _Open] | None = None
        self._logged: frozenset[str] = frozenset()

    async def report(self) -> None:
        """Alert each reader to what is new, remind of what lasts, and report what is over.

        Raises:
            ExceptionGroup: reports that failed; the next call repeats them.

        """
        if self._open is None:
            self._open = await self._restore()
        if not tuple(self._database.unreadable) and not any(one.is_urgent for one in self._open.values()):
            return
        async with self._database.read() as session:
            await self._database.unreadable.read_again(session)
            rows = {_key(row): row for row in self._database.unreadable}
            found = [
                (key, record, await load_readers(session, row.user_id))
                for key, row in rows.items()
                if (record := describe(row)) is not None
            ]
        self._log(rows)
        failures = Failures()
        for key, record, readers in found:
            for user_id in readers:
                with failures.turn_of(f"telling {user_id} of {key}"):
                    await self._report(self._open, f"{key}:{user_id}", record, user_id)
        await self._end_all_but(self._open, {key for key, _, _ in found}, failures)
        failures.raise_together("some of what cannot be read was not told of")

    async def _restore(self) -> "dict[str, _Open]":
        restored = dict[str, _Open]()
        for name, condition in (await self._conditions.restored()).items():
            record = await self._conditions.load_last(name, condition)
            if isinstance(record, RecordUnreadable):
                user_id = int(name.rpartition(":")[2])
                restored[name] = _Open(record=record, user_id=user_id, condition=condition)
        return restored

    async def _report(
        self, reported: "dict[str, _Open]", name: str, record: RecordUnreadable, user_id: int
    ) -> None:
        now, known = moment(self._clock), reported.get(name)
        condition = known.condition if known is not None else Condition(since=now.at)
        is_repeated = record.record in URGENT
        if condition.reminders.is_due(now) and (is_repeated or not condition.reminders.count):
            condition = await self._conditions.report(
                name, condition, record, user_id=user_id, account_id=None
            )
        reported[name] = _Open(record=record, user_id=user_id, condition=condition)

    async def _end_all_but(
        self, reported: "dict[str, _Open]", keys: Collection[str], failures: Failures
    ) -> None:
        """Report rows that can be read again; their owner may have become unreadable since."""
        for name, one in tuple(reported.items()):
            # The others were reported once, and nobody waits for their end.
            if one.is_urgent and name.rpartition(":")[0] not in keys:
                over = replace(one.record, over=True)
                with failures.turn_of(f"telling that {name} is over"):
                    await self._conditions.end(
                        name, one.condition, over, user_id=one.user_id, account_id=None
                    )
                    del reported[name]

    def _log(self, rows: Mapping[str, UnreadableRow]) -> None:
        for key in rows.keys() - self._logged:
            row = rows[key]
            log.error("a stored row cannot be read", table=row.table, row=row.key, why=row.why)
        self._logged = frozenset(rows)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Open:
    """A row that one reader was alerted to."""

    record: RecordUnreadable
    user_id: int
    condition: Condition

    @property
    def is_urgent(self) -> bool:
        """Return whether it is reported again, and as over."""
        return self.record.record in URGENT


def describe(row: UnreadableRow) -> RecordUnreadable | None:
    """Return what a row stands for; None where nobody has to do anything about it."""
    kind, state = _KINDS.get(row.table), row.text("state")
    if kind is None or (kind in URGENT and _is_over(row)):
        return None
    if kind is RecordKind.EXIT and row.text("kind") == IntentKind.ENTRY:
        kind = RecordKind.ENTRY
    venue = row.text("venue")
    return RecordUnreadable(
        record=kind,
        name=str(row.values.get("guard_id") or row.key[-1]) if kind is RecordKind.EXIT else str(row.key[-1]),
        symbol=row.text("symbol"),
        venue_label=Venue(venue).label if venue in set(Venue) else _venue_of(row.text("account_id")),
        why=row.why,
        on_sale=state == GuardState.CLOSING,
    )


def _is_over(row: UnreadableRow) -> bool:
    if row.table == GuardRow.__tablename__:
        return row.text("state") == GuardState.CLOSED
    return row.values.get("finished_at") is not None and row.text("state") not in LIVE_STATES


def _venue_of(account_id: str) -> str:
    """Return the venue that an account of the settings is named after; empty for others."""
    return next((venue.label for venue in Venue if account_id.endswith(venue.value)), "")


def _key(row: UnreadableRow) -> str:
    return f"{row.table}:{'/'.join(map(str, row.key))}"
