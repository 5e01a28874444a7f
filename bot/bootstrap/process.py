"""Build the process around the engine: jobs, chat, delivery, status."""

from collections.abc import Callable
from importlib.metadata import version

from pydantic import SecretStr

from bot.bootstrap.chat import build_chat, build_delivery, chat_services, fallback_notifier
from bot.bootstrap.foundation import Foundation
from bot.bootstrap.jobs import build_schedule, engine_jobs, listening_jobs, upkeep_jobs
from bot.commands.nonce_lines import brokers_by_fingerprint
from bot.commands.server_commands import ServerCommands
from bot.commands.socket import CommandSocket
from bot.configuration.settings import Settings
from bot.lifecycle import ProcessParts
from bot.logs.redaction import LogRedactor
from bot.status.process_status import Facts, ProcessStatus
from bot.storage.database_alarm import DatabaseAlarm
from bot.supervision.health import HealthPages, HealthServer
from bot.supervision.lease import DatabaseLease, HeldDataDir
from bot.supervision.stopping import Stop
from bot.supervision.watchdog import Watchdog
from bot.telegram.polling_alarm import PollingAlarm
from bot.telegram.updates import StoredUpdates
from engine.clock import Clock
from engine.engine import Engine
from engine.status import JobStatus
from engine.storage.backup import database_file
from handlers.registry import register


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
    application, chat = build_chat(
        settings, token, updates, stop, polling_alarm=polling_alarm, clock=clock, redactor=redactor
    )
    delivery = build_delivery(settings, base, chat, redactor)

    def all_jobs() -> tuple[JobStatus, ...]:
        return (*schedule.statuses, delivery.status, chat.status)

    pages = HealthPages(clock=clock, jobs=all_jobs, are_guards_watched=engine.are_all_watched)
    commands, health = _build_socket(settings, engine, clock, pages), _health(settings, pages)
    jobs = (
        *engine_jobs(settings, base, engine, updates, lease=lease, alarm=alarm),
        *listening_jobs(commands, health),
        *upkeep_jobs(engine, held, stop),
    )
    schedule = build_schedule(jobs, clock, redactor, watchdog)
    status = _build_status(_facts(settings, revision), base, engine, jobs=all_jobs, alarm=alarm)
    register(application, chat_services(base, engine, status))
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
        jobs=jobs,
        database_failing_s=lambda: alarm.failing_s,
    )


def _facts(settings: Settings, revision: str) -> Facts:
    return Facts(
        version=version("nija"),
        mode=settings.mode,
        database_file=database_file(settings.database_url),
        revision=revision,
        guard_interval_s=settings.guard_interval_s,
        brokers=brokers_by_fingerprint(settings),
        owner_ids=frozenset(settings.owner_ids),
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


def _health(settings: Settings, pages: HealthPages) -> HealthServer | None:
    if settings.health_port is None:
        return None
    return HealthServer(host=settings.health_host, port=settings.health_port, pages=pages)
