"""Build the process around the engine: jobs, chat, delivery, status."""

from collections.abc import Awaitable, Callable, Iterator, Sequence
from functools import partial
from importlib.metadata import version

from pydantic import SecretStr

from bot.alerting.delivery import Delivery
from bot.alerting.fallback_notifier import FallbackNotifier
from bot.alerting.heartbeat import Heartbeat
from bot.alerting.second_channel import SecondChannel
from bot.bootstrap.foundation import Foundation
from bot.command_errors import CommandError
from bot.commands.nonce_lines import brokers_by_fingerprint
from bot.commands.server_commands import ServerCommands
from bot.commands.socket import CommandSocket
from bot.configuration.settings import Settings
from bot.lifecycle import ProcessParts
from bot.logs.broker_log import BrokerLog
from bot.logs.redaction import LogRedactor
from bot.logs.stream_log import StreamLog
from bot.process_status import Facts, ProcessStatus
from bot.storage.database_alarm import DatabaseAlarm
from bot.supervision.health import HealthPages, HealthServer
from bot.supervision.jobs import Job
from bot.supervision.lease import DatabaseLease, HeldDataDir, LockLostError
from bot.supervision.schedule import Schedule
from bot.supervision.sd_notify import notify
from bot.supervision.stopping import Stop
from bot.supervision.watchdog import Watchdog
from bot.telegram.application import Chat, build_application
from bot.telegram.connection import TelegramConnection
from bot.telegram.polling import TOKEN_REFUSED, Polling
from bot.telegram.polling_alarm import PollingAlarm
from bot.telegram.updates import StoredUpdates
from engine.clock import Clock
from engine.engine import Engine
from engine.services import Services
from engine.status import JobStatus
from engine.storage.backup import database_file
from engine.troubles import is_late
from engine.users.users import Users
from handlers.chat_context import ChatApplication
from handlers.registry import bot_commands, register
from handlers.render.times import Reader, zone_named

#: Fees and spreads change slowly.
COSTS_EVERY_S = 600.0
LISTINGS_EVERY_S = 3600.0
BEAT_EVERY_S = 5.0
GUARD_JOB = "guard"
THIN_EVERY_S = 3600.0


def _jobs(
    settings: Settings,
    base: Foundation,
    engine: Engine,
    updates: StoredUpdates,
    *,
    lease: DatabaseLease,
    alarm: DatabaseAlarm,
) -> tuple[Job, ...]:
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
        second = SecondChannel(settings.alert_url, database=base.database, clock=base.clock)
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


def _health(settings: Settings, pages: HealthPages) -> HealthServer | None:
    if settings.health_port is None:
        return None
    return HealthServer(host=settings.health_host, port=settings.health_port, pages=pages)


def build_process(
    settings: Settings,
    base: Foundation,
    engine: Engine,
    *,
    token: SecretStr,
    stop: Stop,
    redactor: LogRedactor,
    revision: str,
    held: HeldDataDir,
) -> ProcessParts:
    """Return everything that runs, built and wired but not started."""
    clock, notifier = base.clock, fallback_notifier(settings, token)
    watchdog, alarm = Watchdog(notify=notifier.send), DatabaseAlarm(notify=notifier.send, clock=clock)
    updates = StoredUpdates(base.database, clock)
    lease = DatabaseLease(base.database, clock, on_lost=stop.request)
    polling_alarm = PollingAlarm(notify=notifier.send, clock=clock, second_poller=base.second_poller)
    application, chat = _build_chat(
        settings, token, updates, stop, polling_alarm=polling_alarm, clock=clock, redactor=redactor
    )
    delivery = _build_delivery(settings, base, chat, redactor)

    def all_jobs() -> tuple[JobStatus, ...]:
        return (*schedule.statuses, delivery.status, chat.status)

    pages = HealthPages(clock=clock, jobs=all_jobs, are_guards_watched=engine.are_all_watched)
    commands, health = _build_socket(settings, engine, clock, pages), _health(settings, pages)
    jobs = (
        *_jobs(settings, base, engine, updates, lease=lease, alarm=alarm),
        *_listening(commands, health),
        Job(name="forget routes", every_s=THIN_EVERY_S, what=engine.entries.forget_old, budget_s=60),
        Job(name="data dir lock", every_s=1, what=partial(_check_lock, held, stop), budget_s=5),
    )
    schedule = _build_schedule(jobs, clock, redactor, watchdog)
    status = _build_status(_facts(settings, revision), base, engine, jobs=all_jobs, alarm=alarm)
    register(application, _services(base, engine, status))
    return ProcessParts(
        engine=engine,
        schedule=schedule,
        delivery=delivery,
        chat=chat,
        watchdog=watchdog,
        lease=lease,
        health=health,
        commands=commands,
    )


def _build_delivery(settings: Settings, base: Foundation, chat: Chat, redactor: LogRedactor) -> Delivery:
    return Delivery(
        database=base.database,
        bot=chat.bot,
        may_send=chat.may_send,
        reader_of=partial(_reader_of, base.users, base.clock),
        clock=base.clock,
        redact=redactor.text,
        owner_ids=settings.owner_ids,
    )


def _build_status(
    facts: Facts,
    base: Foundation,
    engine: Engine,
    *,
    jobs: Callable[[], tuple[JobStatus, ...]],
    alarm: DatabaseAlarm,
) -> ProcessStatus:
    return ProcessStatus(
        facts=facts,
        clock=base.clock,
        reader=engine.reader,
        watch=engine.watch,
        markets=engine.markets,
        live_accounts=engine.live_accounts,
        is_key_certain=base.identities.is_settled,
        why_failing=engine.exits.why_failing,
        why_unsent=engine.exits.why_unsent,
        tasks=base.tasks,
        nonces=base.nonces,
        database=base.database,
        halts=engine.halts,
        jobs=jobs,
        database_failing_s=lambda: alarm.failing_s,
    )


async def _check_lock(held: HeldDataDir, stop: Stop) -> None:
    try:
        held.check()
    except LockLostError as lost:
        stop.request(lost)


def _listening(commands: CommandSocket, health: HealthServer | None) -> Iterator[Job]:
    yield Job(name="server commands", every_s=BEAT_EVERY_S, what=commands.keep, budget_s=5)
    if health:
        yield Job(name="health pages", every_s=BEAT_EVERY_S, what=health.keep, budget_s=5)


def _build_schedule(jobs: Sequence[Job], clock: Clock, redactor: LogRedactor, watchdog: Watchdog) -> Schedule:
    started_at = clock.now()

    def beat() -> None:
        watchdog.beat()
        if not is_late(schedule.status(GUARD_JOB), started_at=started_at, now=clock.now()):
            notify("WATCHDOG=1")

    schedule = Schedule(jobs, clock=clock, redact=redactor.text, beat=beat)
    return schedule


def fallback_notifier(settings: Settings, token: SecretStr) -> FallbackNotifier:
    """Return what speaks to the owners past everything else."""
    return FallbackNotifier(
        token=token,
        api_url=settings.telegram_api_url,
        owner_ids=settings.owner_ids,
        alert_url=settings.alert_url,
    )


def _build_chat(
    settings: Settings,
    token: SecretStr,
    updates: StoredUpdates,
    stop: Stop,
    *,
    polling_alarm: PollingAlarm,
    clock: Clock,
    redactor: LogRedactor,
) -> tuple[ChatApplication, Chat]:
    connection = TelegramConnection(clock)
    application = build_application(
        token=token, api_url=settings.telegram_api_url, updates=updates, connection=connection
    )
    application.bot_data.on_our_clock = connection.on_our_clock
    chat = Chat(
        application,
        menu=bot_commands(),
        on_rejected=lambda: stop.request(CommandError(TOKEN_REFUSED)),
        connection=connection,
        polling=Polling(application, polling_alarm=polling_alarm, clock=clock, redact=redactor.text),
    )
    return application, chat


def _facts(settings: Settings, revision: str) -> Facts:
    return Facts(
        version=version("nija"),
        mode=settings.mode,
        database_file=database_file(settings.database_url),
        revision=revision,
        guard_interval_s=settings.guard_interval_s,
        brokers=brokers_by_fingerprint(settings),
    )


def _services(base: Foundation, engine: Engine, status: ProcessStatus) -> Services:
    return Services(
        clock=base.clock,
        users=base.users,
        balances=engine.balances,
        portfolio=engine.portfolio,
        guards=engine.guards,
        closing=engine.closing,
        halts=engine.halts,
        history=engine.audit,
        entries=engine.entries,
        preferences=engine.preferences,
        fetch_status=status.fetch_status,
    )


def _build_socket(settings: Settings, engine: Engine, clock: Clock, pages: HealthPages) -> CommandSocket:
    commands = ServerCommands(
        closing=engine.closing,
        halts=engine.halts,
        history=engine.audit,
        owner_ids=settings.owner_ids,
        clock=clock,
    )
    return CommandSocket(settings.data_dir, respond=commands.respond, pages=pages.routes())


async def _reader_of(users: Users, clock: Clock, user_id: int) -> Reader | None:
    user = await users.fetch_user(user_id)
    return Reader(now=clock.now(), zone=zone_named(user.time_zone)) if user else None
