"""The order in which the parts of the process start and stop."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass

import structlog

from bot.alerting.delivery import Delivery
from bot.commands.socket import CommandSocket
from bot.supervision.health import HealthServer
from bot.supervision.lease import DatabaseLease
from bot.supervision.schedule import Schedule
from bot.supervision.sd_notify import notify
from bot.supervision.stopping import Stop
from bot.supervision.watchdog import Watchdog
from bot.telegram.application import Chat
from engine.engine import Engine

#: A venue that is away must not keep the chat from starting; settling goes on behind it.
SETTLE_FIRST_S = 10.0
#: All steps together take 55 s at most; systemd and containers are configured to wait 60.
DRAIN_S = 20.0
#: So long the last line of the start waits for Telegram, which may be away for hours.
CHAT_FIRST_S = 3.0

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class ProcessParts:
    """What runs, already built and wired."""

    engine: Engine
    schedule: Schedule
    delivery: Delivery
    chat: Chat
    watchdog: Watchdog
    #: None for a bot whose database no other machine can reach.
    lease: DatabaseLease | None = None
    #: None where no health pages are set.
    health: HealthServer | None = None
    #: Where `nija halt` and the like connect.
    commands: CommandSocket | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One step of the stop, with the time it may take."""

    name: str
    budget_s: float
    what: Callable[[], Awaitable[object]]


async def live(parts: ProcessParts, stop: Stop) -> None:
    """Run until a stop is requested, then stop in order; raise the reason if it was an error."""
    stop.listen()
    if parts.lease:
        await parts.lease.take()
    settling = asyncio.create_task(parts.engine.settle(), name="settle orders")
    try:
        await _start(parts, settling, stop)
        await stop.wait()
    finally:
        settling.cancel()
        await _stop(parts)
    if stop.reason:
        raise stop.reason


async def _start(parts: ProcessParts, settling: asyncio.Task[None], stop: Stop) -> None:
    await parts.engine.start()
    parts.watchdog.start()
    parts.schedule.start()
    parts.delivery.start()
    await _settle(settling, stop)
    if stop.is_requested:
        return
    parts.chat.on_handled(parts.delivery.on_message)
    parts.chat.on_done(parts.delivery.on_success)
    parts.chat.start()
    if parts.commands:
        await parts.commands.start()
    if parts.health:
        await parts.health.start()
    notify("READY=1")
    await _first_of(parts.chat.connected.wait(), stop, timeout_s=CHAT_FIRST_S)
    if parts.chat.connected.is_set():
        log.info("started: the guards are watched, the chat is open")
    elif not stop.is_requested:
        log.info("started: the guards are watched; the chat opens when telegram answers")


async def _first_of(awaited: Coroutine[object, object, object], stop: Stop, *, timeout_s: float) -> None:
    tasks = [asyncio.create_task(one) for one in (awaited, stop.wait())]
    await asyncio.wait(tasks, timeout=timeout_s, return_when=asyncio.FIRST_COMPLETED)
    for task in tasks:
        task.cancel()


async def _settle(settling: asyncio.Task[None], stop: Stop) -> None:
    """Wait until what is in flight is settled before accepting new commands; the guards are watched meanwhile."""
    stopping = asyncio.create_task(stop.wait())
    await asyncio.wait({settling, stopping}, timeout=SETTLE_FIRST_S, return_when=asyncio.FIRST_COMPLETED)
    stopping.cancel()
    if settling.done():
        await settling
    else:
        log.warning("still settling what a former run left in flight; the chat opens meanwhile")
        settling.add_done_callback(_report_crash)


async def _stop(parts: ProcessParts) -> None:
    notify("STOPPING=1")
    parts.engine.log_in_flight()
    parts.watchdog.stop()
    parts.schedule.pause()
    if parts.commands:
        await take(Step(name="finish server commands", budget_s=3, what=parts.commands.stop))
    for step in (
        Step(name="stop polling", budget_s=4, what=parts.chat.stop_polling),
        Step(name="finish handlers", budget_s=6, what=parts.chat.finish),
        Step(name="finish jobs", budget_s=6, what=parts.schedule.drain),
        Step(name="finish orders", budget_s=DRAIN_S + 1, what=lambda: parts.engine.drain(DRAIN_S)),
        Step(name="send what waits", budget_s=4, what=parts.delivery.stop),
        Step(name="close telegram", budget_s=3, what=parts.chat.close),
    ):
        await take(step)
    parts.schedule.shutdown()
    if parts.health:
        await take(Step(name="close health pages", budget_s=2, what=parts.health.stop))
    await take(Step(name="close venues and database", budget_s=5, what=parts.engine.close))
    log.info("stopped")


async def take(step: Step) -> bool:
    """Take one step of the stop; one that fails or hangs is reported and does not keep the next from being taken."""
    task = asyncio.ensure_future(step.what())
    await asyncio.wait({task}, timeout=step.budget_s)
    if not task.done():
        log.error("a step of the stop took too long", step=step.name, budget_s=step.budget_s)
        task.cancel()
        return False
    if not task.cancelled() and (error := task.exception()):
        log.error("a step of the stop failed", step=step.name, exc_info=error)
        return False
    return True


def _report_crash(task: asyncio.Task[None]) -> None:
    if not task.cancelled() and (error := task.exception()):
        log.critical("settling what a former run left in flight failed", exc_info=error)
