"""What runs how often."""

from collections.abc import Awaitable, Callable, Iterator, Sequence
from functools import partial

from bot.alerting.heartbeat import Heartbeat
from bot.alerting.second_channel import SecondChannel
from bot.bootstrap.foundation import Foundation
from bot.commands.socket import CommandSocket
from bot.configuration.settings import Settings
from bot.logs.broker_log import BrokerLog
from bot.logs.redaction import LogRedactor
from bot.logs.stream_log import StreamLog
from bot.storage.database_alarm import DatabaseAlarm
from bot.supervision.health import HealthServer
from bot.supervision.jobs import Job
from bot.supervision.lease import DatabaseLease, HeldDataDir, LockLostError
from bot.supervision.schedule import Schedule
from bot.supervision.sd_notify import notify
from bot.supervision.stopping import Stop
from bot.supervision.watchdog import Watchdog
from bot.telegram.updates import StoredUpdates
from engine.clock import Clock
from engine.engine import Engine
from engine.troubles import is_late
from handlers.render.paper import mark_of

#: Fees and spreads change slowly.
COSTS_EVERY_S = 600.0
LISTINGS_EVERY_S = 3600.0
BEAT_EVERY_S = 5.0
GUARD_JOB = "guard"
THIN_EVERY_S = 3600.0


def engine_jobs(
    settings: Settings,
    base: Foundation,
    engine: Engine,
    updates: StoredUpdates,
    *,
    lease: DatabaseLease,
    alarm: DatabaseAlarm,
) -> tuple[Job, ...]:
    """Return what guards, reads, logs and forgets."""
    guard, keep = alarm.around(GUARD_JOB, engine.guard), alarm.around("lease", lease.keep)
    jobs = [
        Job(name=GUARD_JOB, every_s=settings.guard_interval_s, what=guard, budget_s=30),
        Job(name="snapshots", every_s=settings.snapshot_interval_s, what=engine.read_accounts, budget_s=30),
        Job(
            name="costs",
            every_s=COSTS_EVERY_S,
            what=engine.refresh_costs,
            budget_s=300,
            is_cut_by_stop=True,
        ),
        Job(
            name="listings",
            every_s=LISTINGS_EVERY_S,
            what=engine.refresh_listings,
            budget_s=120,
            is_cut_by_stop=True,
        ),
        Job(
            name="watch log",
            every_s=BEAT_EVERY_S,
            what=_watch_log(settings, base.clock, engine),
            budget_s=30,
        ),
        Job(name="broker log", every_s=BEAT_EVERY_S, what=_venue_log(engine), budget_s=5),
        Job(name="lease", every_s=BEAT_EVERY_S, what=keep, budget_s=30),
        Job(name="thin history", every_s=THIN_EVERY_S, what=engine.thin_history, budget_s=300),
        Job(name="forget updates", every_s=THIN_EVERY_S, what=updates.forget_old, budget_s=60),
    ]
    if settings.alert_url:
        second = SecondChannel(
            settings.alert_url, database=base.database, clock=base.clock, mark=mark_of(settings.mode)
        )
        jobs.append(Job(name="second channel", every_s=2, what=second.post_new, budget_s=60))
    return tuple(jobs)


def _watch_log(settings: Settings, clock: Clock, engine: Engine) -> Callable[[], Awaitable[None]]:
    heartbeat = Heartbeat(settings.heartbeat_url, clock=clock) if settings.heartbeat_url else None

    async def note() -> None:
        all_is_watched = await engine.note_watching()
        if heartbeat and all_is_watched:
            heartbeat.beat()

    return note


def _venue_log(engine: Engine) -> Callable[[], Awaitable[None]]:
    brokers, streams = (
        BrokerLog(engine.reader),
        StreamLog(engine.markets, engine.live_accounts, engine.brokers),
    )

    async def log_changes() -> None:
        await brokers.log_changes()
        streams.log_changes()

    return log_changes


def listening_jobs(commands: CommandSocket, health: HealthServer | None) -> Iterator[Job]:
    """Return what opens again what somebody may connect to."""
    yield Job(name="server commands", every_s=BEAT_EVERY_S, what=commands.keep, budget_s=5)
    if health:
        yield Job(name="health pages", every_s=BEAT_EVERY_S, what=health.keep, budget_s=5)


def upkeep_jobs(engine: Engine, held: HeldDataDir, stop: Stop) -> Iterator[Job]:
    """Return what keeps the database small and sees that it is still this process's own."""
    yield Job(name="forget routes", every_s=THIN_EVERY_S, what=engine.entries.forget_old, budget_s=60)
    yield Job(name="data dir lock", every_s=1, what=partial(_check_lock, held, stop), budget_s=5)


async def _check_lock(held: HeldDataDir, stop: Stop) -> None:
    try:
        held.check()
    except LockLostError as lost:
        stop.request(lost)


def build_schedule(jobs: Sequence[Job], clock: Clock, redactor: LogRedactor, watchdog: Watchdog) -> Schedule:
    """Return what runs the jobs; it reports the loop alive, and the process while its guards are watched."""
    started_at = clock.now()

    def beat() -> None:
        watchdog.beat()
        if not is_late(schedule.status(GUARD_JOB), started_at=started_at, now=clock.now()):
            notify("WATCHDOG=1")

    schedule = Schedule(jobs, clock=clock, redact=redactor.text, beat=beat)
    return schedule
