import asyncio

import aiohttp
import pytest
from pydantic import SecretStr
from structlog.testing import capture_logs
from telegram.ext import CommandHandler

from bot.alerting.delivery import Delivery
from bot.command_errors import CommandError
from bot.lifecycle import ProcessParts, Step, live, take
from bot.supervision.health import HealthPages, HealthServer
from bot.supervision.jobs import Job
from bot.supervision.lease import AlreadyRunningError, DatabaseLease
from bot.supervision.schedule import Schedule
from bot.supervision.stopping import Stop
from bot.supervision.watchdog import Watchdog
from bot.telegram.application import Chat, build_application
from bot.telegram.connection import TelegramConnection
from bot.telegram.polling import Polling
from bot.telegram.polling_alarm import PollingAlarm
from engine.alerts.messages import BrokerTrouble
from engine.alerts.outbox import append_alert
from engine.clock import SystemClock
from engine.model.venues import Venue
from handlers.render.times import Reader
from sandbox.telegram import FaultKind, TelegramServer
from tests.bot.database import START, migrated
from tests.bot.telegram.test_ordering import MemoryLog
from tests.bot.until import until

CLOCK = SystemClock()


class TradingSide:
    """An engine that writes down what the lifecycle asks of it."""

    def __init__(self, story):
        self.story = story
        self.settled = asyncio.Event()
        self.settled.set()
        self.start_error = None

    async def start(self):
        self.story.append("start")
        if self.start_error:
            raise self.start_error

    async def settle(self):
        await self.settled.wait()

    def log_in_flight(self):
        self.story.append("log in flight")

    async def drain(self, timeout_s):
        self.story.append("drain")

    async def close(self):
        self.story.append("close")


class Process:
    """The real parts around a noted-down engine, and a run of them."""

    def __init__(self, server, database, token):
        self.story, self.stop = [], Stop()
        self.engine = TradingSide(self.story)
        self.guarded, self.ordered, self.order_done = asyncio.Event(), asyncio.Event(), asyncio.Event()
        connection = TelegramConnection(CLOCK)
        application = build_application(
            token=SecretStr(token), api_url=server.url, updates=MemoryLog(), connection=connection
        )
        application.add_handler(CommandHandler("order", self._order))
        polling_alarm = PollingAlarm(notify=str, clock=CLOCK)
        chat = Chat(
            application,
            menu=(("order", "place one"),),
            on_rejected=self._reject,
            connection=connection,
            polling=Polling(application, polling_alarm=polling_alarm, clock=CLOCK, redact=str),
        )
        guard = Job(name="guard", every_s=60, what=self._guard, budget_s=5)
        self.parts = ProcessParts(
            engine=self.engine,
            schedule=Schedule([guard], clock=CLOCK, redact=str),
            delivery=Delivery(
                database=database,
                bot=chat.bot,
                may_send=chat.may_send,
                reader_of=self._reader,
                clock=CLOCK,
                redact=str,
            ),
            chat=chat,
            watchdog=Watchdog(notify=str, end=lambda code: None),
            lease=DatabaseLease(database, CLOCK, on_lost=self.stop.request),
            health=HealthServer(
                host="127.0.0.1",
                port=0,
                pages=HealthPages(
                    clock=CLOCK,
                    jobs=lambda: self.parts.schedule.statuses,
                    are_guards_watched=lambda: None,
                ),
            ),
        )

    def _reject(self):
        self.stop.request(CommandError("Telegram refuses the token."))

    async def _guard(self):
        self.story.append("guard")
        self.guarded.set()

    async def _order(self, update, context):
        self.ordered.set()
        await self.order_done.wait()
        self.story.append("order placed")
        await update.effective_message.reply_text("placed")

    async def _reader(self, user_id):
        return Reader(now=CLOCK.now())


@pytest.fixture
async def server():
    async with TelegramServer() as running:
        yield running


@pytest.fixture
async def database(tmp_path):
    async with migrated(tmp_path) as ready:
        yield ready


@pytest.fixture
async def start(server, database):
    running = []

    def begin(*, token=None, prepare=lambda process: None):
        process = Process(server, database, token or server.token)
        prepare(process)
        process.run = asyncio.create_task(live(process.parts, process.stop))
        running.append(process)
        return process

    yield begin
    for process in running:
        process.stop.request()
        await asyncio.wait({process.run}, timeout=10)


async def test_the_chat_opens_when_all_orders_are_settled_and_the_guard_does_not_wait_for_it(server, start):
    process = start(prepare=lambda process: process.engine.settled.clear())
    await process.guarded.wait()
    assert server.polls == 0

    process.engine.settled.set()

    await server.wait_for_poll()
    assert process.story == ["start", "guard"]


async def test_the_last_line_of_the_start_says_that_everything_is_ready(start):
    with capture_logs() as logs:
        process = start()
        await until(lambda: any(line["event"].startswith("started") for line in logs))

    said = [line["event"] for line in logs if line["log_level"] == "info"]
    assert said == ["telegram is connected", "started: the guards are watched, the chat is open"]
    assert process.story == ["start", "guard"]


async def test_a_start_without_telegram_says_so(server, start, monkeypatch):
    monkeypatch.setattr("bot.lifecycle.CHAT_FIRST_S", 0.05)
    server.faults.add(kind=FaultKind.OUTAGE)
    with capture_logs() as logs:
        start()
        await until(lambda: any(line["event"].startswith("started") for line in logs))

    [started] = [line["event"] for line in logs if line["event"].startswith("started")]
    assert started == "started: the guards are watched; the chat opens when telegram answers"


async def test_a_venue_that_hangs_at_the_start_does_not_keep_the_chat_away(server, start, monkeypatch):
    monkeypatch.setattr("bot.lifecycle.SETTLE_FIRST_S", 0.05)

    process = start(prepare=lambda process: process.engine.settled.clear())

    await server.wait_for_poll()
    await process.guarded.wait()


async def test_a_stop_does_not_wait_for_what_is_being_settled_at_the_start(server, start):
    process = start(prepare=lambda process: process.engine.settled.clear())
    await process.guarded.wait()

    process.stop.request()

    async with asyncio.timeout(5):
        await process.run
    assert process.story[-1] == "close"
    assert server.polls == 0


async def test_the_guard_works_while_telegram_is_away(server, start):
    server.faults.add(kind=FaultKind.OUTAGE)

    process = start()

    async with asyncio.timeout(5):
        await process.guarded.wait()
    process.stop.request()
    await process.run
    assert process.story[-1] == "close"


@pytest.mark.fault("P9")
async def test_it_stops_in_order_and_lets_a_handler_finish_its_order(server, start):
    process = start()
    owner = server.user(user_id=7)
    owner.send("/order")
    await process.ordered.wait()
    await process.guarded.wait()

    process.stop.request()
    await until(lambda: "log in flight" in process.story)
    process.order_done.set()
    await process.run

    assert process.story == ["start", "guard", "log in flight", "order placed", "drain", "close"]
    assert owner.messages[-1].text == "placed"
    assert server.pending_updates == ()


async def test_the_last_alert_still_leaves_at_the_stop(server, start, database):
    process = start()
    owner = server.user(user_id=7, started=True)
    await server.wait_for_poll()

    async def drain(timeout_s):
        async with database.write() as session:
            message = BrokerTrouble(venue=Venue.KRAKEN, what="unreachable", why="last words", since=START)
            await append_alert(session, message, user_id=7, account_id=None, dedup_key="1", now=CLOCK.now())

    process.engine.drain = drain
    process.stop.request()
    await process.run

    assert "last words" in owner.messages[-1].text


async def test_an_alert_waits_for_its_reader_to_start_the_chat(server, start, database):
    process = start()
    owner = server.user(user_id=7)
    await server.wait_for_poll()
    async with database.write() as session:
        message = BrokerTrouble(venue=Venue.KRAKEN, what="unreachable", why="hello?", since=START)
        await append_alert(session, message, user_id=7, account_id=None, dedup_key="1", now=CLOCK.now())
    await server.wait_for_call("sendMessage")

    process.order_done.set()
    owner.send("/order")

    await owner.wait_for("hello?")


async def test_an_alert_that_telegram_kept_from_leaving_leaves_before_its_time_once_anything_gets_through(
    server, start, database, monkeypatch
):
    monkeypatch.setattr("bot.telegram.retry.BACKOFF_FIRST_S", 60)
    process = start()
    owner = server.user(user_id=7, started=True)
    await server.wait_for_poll()
    server.faults.add("sendMessage", kind=FaultKind.HTTP_500_BEFORE)
    async with database.write() as session:
        message = BrokerTrouble(venue=Venue.KRAKEN, what="unreachable", why="hello?", since=START)
        await append_alert(session, message, user_id=7, account_id=None, dedup_key="1", now=CLOCK.now())
    await until(lambda: process.parts.delivery._unreachable_chats._waiting)

    owner.send("nothing that is answered")

    await owner.wait_for("hello?")


async def test_a_rejected_token_stops_the_process_with_the_sentence(server, start):
    process = start(token="1234567:AAwrong-token-of-nobody-0123456789")

    with pytest.raises(CommandError, match="Telegram refuses the token"):
        await process.run

    assert process.story[-1] == "close"


@pytest.mark.fault("P7")
async def test_a_bot_that_takes_the_database_over_stops_the_one_before(start, database):
    first = start()
    await first.guarded.wait()
    second = start()
    await second.guarded.wait()

    await first.parts.lease.keep()

    with pytest.raises(AlreadyRunningError, match="taken over"):
        await first.run
    assert not second.stop.is_requested


async def test_the_health_pages_live_as_long_as_the_process(server, start):
    process = start()
    await server.wait_for_poll()

    async with aiohttp.ClientSession() as session:
        assert (await session.get(f"{process.parts.health.url}/healthz")).status == 200
        process.stop.request()
        await process.run
        with pytest.raises(aiohttp.ClientError):
            await session.get(f"{process.parts.health.url}/healthz")


async def test_a_start_that_fails_closes_what_was_opened(server, start):
    def prepare(process):
        process.engine.start_error = RuntimeError("the disk is full")

    process = start(prepare=prepare)

    with pytest.raises(RuntimeError, match="the disk is full"):
        await process.run
    assert process.story == ["start", "log in flight", "drain", "close"]
    assert server.polls == 0


async def test_a_step_that_hangs_is_cut_off():
    assert not await take(Step(name="hangs", budget_s=0.01, what=asyncio.Event().wait))


async def test_a_step_that_fails_is_reported_and_survived():
    async def fail():
        raise RuntimeError("no")

    assert not await take(Step(name="fails", budget_s=1, what=fail))


async def test_a_step_that_works_is_taken():
    assert await take(Step(name="works", budget_s=1, what=lambda: asyncio.sleep(0)))
