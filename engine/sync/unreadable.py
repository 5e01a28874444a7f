"""Telling owners which of their stored guards, exits and fills cannot be read: nobody watches or follows those."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import structlog
from sqlmodel.ext.asyncio.session import AsyncSession

from engine.alerts.messages import RecordKind, RecordUnreadable
from engine.alerts.outbox import append_alert, load_times
from engine.alerts.reminder_state import ReminderState
from engine.clock import Clock, Moment, moment
from engine.guards.guard import GuardState
from engine.guards.table import GuardRow
from engine.model.venues import Venue
from engine.orders.fills_table import FillRow
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
URGENT = frozenset({RecordKind.GUARD, RecordKind.EXIT})

log = structlog.get_logger(__name__)


class UnreadableRecords:
    """Looks after every guard cycle at what of the database could not be read, and tells of it."""

    def __init__(self, *, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock
        #: What was told of and is so still, by its key.
        self._told: dict[str, _Told] = {}
        #: When this process last told each reader of each.
        self._reminded: dict[str, Moment] = {}
        self._logged: frozenset[str] = frozenset()

    async def tell(self) -> None:
        """Tell each reader of what is new, again of what goes on, and of what is over."""
        if not tuple(self._database.unreadable) and not self._told:
            return
        now, told = moment(self._clock), dict[str, _Told]()
        async with self._database.read() as session:
            await self._database.unreadable.read_again(session)
            rows = {_key(row): row for row in self._database.unreadable}
            for key, row in rows.items():
                if (record := describe(row)) is not None:
                    told[key] = _Told(record=record, readers=await load_readers(session, row.user_id))
            due = [
                alert for key, one in told.items() for alert in await self._find_due(session, key, one, now)
            ]
        self._log(rows)
        due += [alert for key in self._told.keys() - told for alert in _over(key, self._told[key], now)]
        await self._write(due, now)
        # Only what is written down was told.
        self._reminded |= {alert.prefix: now for alert in due}
        self._told = {key: one.after(self._told.get(key)) for key, one in told.items()}

    async def _find_due(self, session: AsyncSession, key: str, one: "_Told", now: Moment) -> list["_Due"]:
        due = list[_Due]()
        for user_id in one.readers:
            prefix = f"{key}:{user_id}:"
            times = await load_times(session, key_prefix=prefix)
            told = ReminderState.from_times(times, last=self._reminded.get(prefix))
            if told.is_due(now) and (one.record.record in URGENT or not times):
                due.append(_Due(message=one.record, user_id=user_id, prefix=prefix, number=str(told.count)))
        return due

    async def _write(self, due: Sequence["_Due"], now: Moment) -> None:
        if not due:
            return
        async with self._database.write() as session:
            for alert in due:
                await append_alert(
                    session,
                    alert.message,
                    user_id=alert.user_id,
                    account_id=None,
                    dedup_key=f"{alert.prefix}{alert.number}",
                    now=now.at,
                )

    def _log(self, rows: Mapping[str, UnreadableRow]) -> None:
        for key in rows.keys() - self._logged:
            row = rows[key]
            log.error("a stored row cannot be read", table=row.table, row=row.key, why=row.why)
        self._logged = frozenset(rows)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Told:
    """A row that cannot be read, and who was told so."""

    record: RecordUnreadable
    readers: tuple[int, ...]

    def after(self, before: "_Told | None") -> "_Told":
        """Return it with those who were told earlier: whose row it is may have become unreadable since."""
        earlier = before.readers if before is not None else ()
        return replace(self, readers=tuple(dict.fromkeys((*earlier, *self.readers))))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Due:
    """An alert to be written; its key is the prefix with the number."""

    message: RecordUnreadable
    user_id: int
    prefix: str
    number: str


def _over(key: str, told: _Told, now: Moment) -> list[_Due]:
    if told.record.record not in URGENT:
        return []
    over, number = replace(told.record, over=True), now.at.isoformat()
    return [
        _Due(message=over, user_id=user_id, prefix=f"{key} over:{user_id}:", number=number)
        for user_id in told.readers
    ]


def describe(row: UnreadableRow) -> RecordUnreadable | None:
    """Return what a row stands for; None where nobody has to do anything about it."""
    kind, state = _KINDS.get(row.table), row.text("state")
    if kind is None or (kind in URGENT and _is_over(row)):
        return None
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
    return f"unreadable:{row.table}:{'/'.join(map(str, row.key))}"
