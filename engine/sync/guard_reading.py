"""What one guard is compared with, on our clock as it goes now, and what is kept of it for the next reading."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from engine import wall_time
from engine.clock import Moment
from engine.guards import store as rows
from engine.guards.comparison import Comparison, Reading, quantity_there
from engine.guards.dating import LONG_AGO, Dated, SeenTimes, ahead_of, on_our_clock, wall_now
from engine.guards.guard import Guard, Seen
from engine.guards.vanished import is_vanished
from engine.model.holdings import AccountReport
from engine.model.instruments import AssetClass
from engine.model.orders import Fill
from engine.orders import fills_store as fill_rows
from engine.orders import store as intent_rows
from engine.orders.unreported import load_unreported
from engine.storage.database import Database

#: A stored time that differs by less is left as it is.
_SAME_TIME = timedelta(seconds=2)


@dataclass(frozen=True, slots=True, kw_only=True)
class GuardReading:
    """What a guard is compared with."""

    #: What was seen of it last.
    seen: Seen | None
    #: When that was, on our clock as it goes now.
    dated: Dated
    reading: Reading

    def to_store(self, comparison: Comparison) -> Seen | None:
        """Return what is written down of what was seen: a time of which nothing is known is not."""
        after, stored, reading, dated = comparison.seen, self.seen, self.reading, self.dated
        if after.at == LONG_AGO:
            if comparison.unconfirmed is not None or is_vanished(comparison.change.guard):
                return stored
            return Seen(quantity=reading.there, at=reading.at, venue_at=reading.venue_at)
        if stored and after == replace(stored, at=dated.at) and _is_same_time(stored.at, dated.at):
            return stored
        return after


async def gather_reading(
    report: AccountReport,
    requested_at: Moment,
    guard: Guard,
    new: tuple[Fill, ...],
    *,
    seen_times: SeenTimes,
    database: Database,
    now: Moment,
) -> GuardReading:
    """Gather what a guard is compared with: its account's reading, what was traded since, and what was seen before."""
    ahead = ahead_of(now, requested_at, report.venue_at)
    async with database.read() as session:
        seen = await rows.load_seen(session, guard.guard_id)
        stored_fills = await fill_rows.load_fills(session, guard.account_id, asset=guard.asset)
        fills = on_our_clock(stored_fills, ahead)
        dated = seen_times.date(
            guard.guard_id,
            seen.at if seen else guard.created_at,
            venue_at=seen.venue_at if seen else None,
            ahead=ahead,
            now=now,
            fills=fills,
            new=new,
        )
        seen_step = await rows.load_seen_step(session, guard.guard_id)
        step = seen_step if dated.step is None else dated.step
        reading = Reading(
            there=quantity_there(report, guard),
            at=wall_now(now, requested_at),
            venue_at=report.venue_at,
            fills=fills,
            our_orders=await intent_rows.load_order_ids(session, guard.account_id),
            unreported=await load_unreported(session, guard.key, step=step),
            asset_class=AssetClass.STOCK if report.holding(guard.asset).is_stock else AssetClass.CRYPTO,
            venue_entry=report.holding(guard.asset).venue_entry,
            set_at=dated.at,
            known=dated.known,
        )
    return GuardReading(seen=seen, dated=dated, reading=reading)


def _is_same_time(one: datetime, other: datetime) -> bool:
    return abs(wall_time.between(one, other)) < _SAME_TIME
