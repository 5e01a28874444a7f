"""Alerts about the prices of guards, as the outbox has them: what was reported outlives the process."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal

from engine import wall_time
from engine.alerts.messages import AtStake, PriceTrouble
from engine.alerts.outbox import load_dated
from engine.alerts.series import append_next
from engine.clock import Clock, Moment, moment
from engine.guards.guard import Guard
from engine.guards.guard_mark import GuardMark, ratio_of
from engine.guards.spread_watch import SpreadWatch
from engine.guards.stop import trigger_price_of
from engine.market.mark import PriceUnknown
from engine.model.money import ZERO
from engine.model.price_event import PriceEvent
from engine.model.reminder_state import ReminderState
from engine.storage.database import Database

#: What the keys of all of them begin with.
_KEY = "price:"
#: Of these its owner reads how much is guarded and where it is sold.
_AT_STAKE = frozenset({PriceEvent.UNKNOWN, PriceEvent.WIDE_SPREAD})


@dataclass(frozen=True, slots=True, kw_only=True)
class PriceAlerts:
    """Writes what is new of prices, one alert for all guards of an account it is true of."""

    database: Database
    clock: Clock

    async def load_reported(self) -> Mapping[str, GuardMark]:
        """Return by guard id the price and spread alarms of earlier processes that are not over."""
        async with self.database.read() as session:
            written = await load_dated(session, key_prefix=_KEY)
        troubles = [(message, at) for message, at in written if isinstance(message, PriceTrouble)]
        return restore_guard_marks(troubles, moment(self.clock))

    async def write(
        self, guards: Sequence[Guard], event: PriceEvent, guard_marks: Sequence[GuardMark]
    ) -> None:
        """Put into the outbox what is new of some guards."""
        if event is PriceEvent.UNKNOWN:
            guards, guard_marks = _nearest_first(guards, guard_marks)
        guard, now = guards[0], self.clock.now()
        known = [guard_mark.unknown_since or guard_mark.spread.wide_since for guard_mark in guard_marks]
        since = wall_time.earliest(one.at for one in known if one) or now
        others = dict.fromkeys(one.symbol for one in guards if one.symbol != guard.symbol)
        alerts = max(guard_mark.reminders.count for guard_mark in guard_marks)
        message = PriceTrouble(
            venue=guard.venue,
            symbol=guard.symbol,
            others=tuple(others if event is PriceEvent.UNKNOWN else sorted(others)),
            guard_ids=tuple(one.guard_id for one in guards),
            what=event,
            why=_why(guard_marks[0]),
            since=since,
            again=event is PriceEvent.UNKNOWN and alerts > 0,
            has_end=event is PriceEvent.WIDE_SPREAD,
            at_stake=tuple(map(_at_stake, guards, guard_marks)) if event in _AT_STAKE else (),
        )
        async with self.database.write() as session:
            await append_next(
                session,
                message,
                key_prefix=f"{_KEY}{guard.guard_id}:{event}:{since.isoformat()}:",
                user_id=guard.user_id,
                account_id=guard.account_id,
                now=now,
            )


def _nearest_first(
    guards: Sequence[Guard], guard_marks: Sequence[GuardMark]
) -> tuple[Sequence[Guard], Sequence[GuardMark]]:
    """Return the guards that were nearest to their trigger first; those whose last price nobody knows come last."""

    def distance(pair: tuple[Guard, GuardMark]) -> tuple[bool, Decimal]:
        guard, last = pair[0], pair[1].last
        is_known = last is not None and trigger_price_of(guard) is not None
        return not is_known, ratio_of(guard, last) - guard.threshold if last and is_known else ZERO

    ordered = sorted(zip(guards, guard_marks, strict=True), key=distance)
    return [guard for guard, _ in ordered], [guard_mark for _, guard_mark in ordered]


def _at_stake(guard: Guard, guard_mark: GuardMark) -> AtStake:
    last = guard_mark.last
    return AtStake(
        symbol=guard.symbol,
        direction=guard.direction,
        quantity=guard.quantity,
        currency=guard.currency,
        price=last.price if last else None,
        at=last.at if last else None,
        sells_at=trigger_price_of(guard),
    )


def _why(guard_mark: GuardMark) -> str:
    return guard_mark.current.problem if isinstance(guard_mark.current, PriceUnknown) else ""


def restore_guard_marks(
    written: Iterable[tuple[PriceTrouble, datetime]], now: Moment
) -> Mapping[str, GuardMark]:
    """Return by guard id the price and spread alarms of an earlier process that are not over, given its alerts, oldest first."""
    missing, wide = dict[str, tuple[datetime, tuple[datetime, ...]]](), dict[str, datetime]()
    for message, at in written:
        for guard_id in message.guard_ids:
            match message.what:
                case PriceEvent.BACK:
                    missing.pop(guard_id, None)
                case PriceEvent.UNKNOWN:
                    since, times = missing.get(guard_id, (message.since, ()))
                    missing[guard_id] = (since, (*times, at))
                case PriceEvent.NARROW_SPREAD:
                    wide.pop(guard_id, None)
                case PriceEvent.WIDE_SPREAD if message.has_end:
                    wide[guard_id] = message.since
    unpriced = {
        guard_id: GuardMark(
            unknown_since=_moment_of(since, now), reminders=ReminderState.from_times(times, last=None)
        )
        for guard_id, (since, times) in missing.items()
    }
    spreads = {
        guard_id: SpreadWatch(wide_since=_moment_of(since, now), reported=True)
        for guard_id, since in wide.items()
    }
    return unpriced | {
        guard_id: replace(unpriced.get(guard_id, GuardMark()), spread=spread)
        for guard_id, spread in spreads.items()
    }


def _moment_of(stored: datetime, now: Moment) -> Moment:
    """Return a stored time with the steady time it was at, as far as the wall clock shows."""
    age = wall_time.age(stored, now.at) or timedelta(0)
    return Moment(stored, now.steady_s - age.total_seconds())
