import asyncio
from datetime import timedelta
from decimal import Decimal

import pytest
from structlog.testing import capture_logs
from telegram.ext import ExtBot
from telegram.request import HTTPXRequest

from bot import delivery, sending
from bot.delivery import Delivery
from bot.telegram_errors import PRESS_START
from engine.alerts.delivery_states import mark_leaving
from engine.alerts.kinds import AlertState
from engine.alerts.messages import BrokerTrouble, ExitParked, FirstContact, NotWatching, PriceTrouble
from engine.alerts.outbox import append_alert, depth, load_due, load_given_up_alerts
from engine.alerts.table import AlertRow
from engine.model.venues import Venue
from engine.offers.offers import Choice, ChoiceKind, Offer
from handlers.render.alerts import MAY_BE_REPEATED
from handlers.render.html import plain_text
from handlers.render.times import Reader
from sandbox.telegram import FaultKind, TelegramServer
from tests.bot.database import START, migrated
from tests.bot.hand_clock import HandClock
from tests.bot.until import until

REPEATED = plain_text(MAY_BE_REPEATED)


@pytest.fixture(autouse=True)
def _retry_after_is_a_timedelta(monkeypatch):
    monkeypatch.setenv("PTB_TIMEDELTA", "1")


@pytest.fixture
async def server():
    async with TelegramServer() as running:
        yield running


@pytest.fixture
async def bot(server):
    request = HTTPXRequest(read_timeout=0.3)
    async with ExtBot(server.token, base_url=f"{server.url}/bot", request=request) as ready:
        yield ready


@pytest.fixture
async def database(tmp_path):
    async with migrated(tmp_path, owners=(7, 8, 9)) as ready:
        yield ready


@pytest.fixture
def clock():
    return HandClock()


class Post:
    """The delivery under test, and what is put into its outbox."""

    def __init__(self, database, bot, clock, *, strangers=(), owner_ids=()):
        self.database, self.clock, self.written = database, clock, 0
        self.connected = asyncio.Event()
        self.connected.set()
        self.slow, self.troubled, self.go_on = set(), set(), asyncio.Event()

        async def reader_of(user_id):
            if user_id in self.slow:
                await self.go_on.wait()
            if user_id in self.troubled:
                raise LookupError(user_id)
            return None if user_id in strangers else Reader(now=clock.now())

        self.delivery = Delivery(
            database=database,
            bot=bot,
            may_send=self.connected,
            reader_of=reader_of,
            clock=clock,
            redact=str,
            owner_ids=owner_ids,
        )

    async def put(self, message, *, to=7):
        self.written += 1
        async with self.database.write() as session:
            await append_alert(
                session,
                message,
                user_id=to,
                account_id=None,
                dedup_key=str(self.written),
                now=self.clock.now(),
            )

    async def sweep(self):
        await self.delivery._send_what_may_leave()
        assert self.delivery.status.last_error is None

    async def looked(self):
        """Wait until the running delivery has looked at what is written by now."""
        self.delivery.wake()
        await until(lambda: not self.delivery._new_alerts.is_set())
        await self.delivery._cycle.idle()

    async def begin_to_send(self):
        """Leave the next alert as a process leaves it that dies while sending."""
        async with self.database.write() as session:
            (batch,) = await load_due(session, now=self.clock.now())
            await mark_leaving(session, batch, again_at=self.clock.now() + timedelta(hours=1))

    async def row(self, number=1):
        async with self.database.read() as session:
            return await session.get(AlertRow, number)

    async def refused(self):
        async with self.database.read() as session:
            return (await depth(session)).refused

    async def given_up(self, user_id=7):
        async with self.database.read() as session:
            return await load_given_up_alerts(session, user_id)

    async def waiting(self):
        async with self.database.read() as session:
            return (await depth(session)).waiting


@pytest.fixture
def post(database, bot, clock):
    return Post(database, bot, clock)


def trouble(why):
    return BrokerTrouble(venue=Venue.KRAKEN, what="unreachable", why=why, since=START)


def price_trouble(what):
    return PriceTrouble(venue=Venue.KRAKEN, symbol="BTC/USD", what=what, why="no quote", since=START)


def critical(symbol):
    return ExitParked(venue=Venue.KRAKEN, symbol=symbol, quantity=Decimal("0.5"), why="below the minimum")


def owner_of(server, user_id=7):
    return server.user(user_id=user_id, started=True)


def texts(owner):
    return [message.text for message in owner.messages if message.from_bot]


async def test_an_alert_is_rendered_and_delivered_once(server, post):
    owner = owner_of(server)
    await post.put(trouble("no answer"))

    await post.sweep()
    await post.sweep()

    (text,) = texts(owner)
    assert "Kraken does not answer" in text
    row = await post.row()
    assert (row.state, row.sent_at) == (AlertState.SENT, post.clock.now())
    assert row.message_id == owner.messages[-1].message_id


async def test_critical_alerts_go_first_and_the_rest_in_order(server, post):
    owner = owner_of(server)
    await post.put(trouble("first"))
    await post.put(trouble("second"))
    await post.put(critical("BTC/USD"))

    await post.sweep()

    said = texts(owner)
    assert "BTC/USD" in said[0]
    assert ["first" in said[1], "second" in said[2]] == [True, True]


async def test_an_alert_leaves_as_soon_as_it_is_committed(server, post, monkeypatch):
    monkeypatch.setattr("bot.delivery.SWEEP_S", 60)
    owner = owner_of(server)
    post.delivery.start()
    await post.looked()

    await post.put(trouble("no answer"))

    await owner.wait_for("Kraken does not answer")
    await post.delivery.stop()


async def test_without_news_it_looks_by_itself(server, post, monkeypatch):
    monkeypatch.setattr("bot.delivery.SWEEP_S", 0.01)
    owner = owner_of(server)
    server.faults.add("sendMessage", kind=FaultKind.HTTP_500_BEFORE)
    await post.put(trouble("no answer"))
    post.delivery.start()
    await until(lambda: post.delivery._unreachable_chats._waiting)
    assert texts(owner) == []

    post.clock.pass_time(1)

    await owner.wait_for("Kraken does not answer")
    await post.delivery.stop()


async def test_stopping_sends_what_waits(server, post, monkeypatch):
    monkeypatch.setattr("bot.delivery.SWEEP_S", 60)
    owner = owner_of(server)
    post.delivery.start()
    await asyncio.sleep(0)
    await post.put(trouble("last words"))

    await post.delivery.stop()

    assert "last words" in texts(owner)[-1]


async def test_nothing_leaves_before_telegram_is_connected(server, post):
    owner = owner_of(server)
    post.connected.clear()
    await post.put(trouble("no answer"))

    await post.sweep()
    assert texts(owner) == []

    post.connected.set()
    await post.sweep()
    assert len(texts(owner)) == 1


@pytest.mark.fault("C1")
async def test_an_outage_delays_an_alert_and_keeps_the_order(server, post):
    owner = owner_of(server)
    outage = server.faults.add(kind=FaultKind.HTTP_500_BEFORE, times=None)
    await post.put(trouble("first"))
    await post.put(trouble("second"))
    for pause_s in (1, 2, 4):
        await post.sweep()
        row = await post.row()
        assert row.not_before - post.clock.now() == timedelta(seconds=pause_s)
        post.clock.pass_time(pause_s)
    server.faults.remove(outage)

    await post.sweep()

    assert ["first" in texts(owner)[0], "second" in texts(owner)[1]] == [True, True]
    assert "repeated" not in "".join(texts(owner))


@pytest.mark.parametrize("step_s", [-3600, -30 * 86_400, 3600])
async def test_an_alert_is_tried_again_in_time_whatever_the_clock_was_set_to(server, post, step_s):
    owner = owner_of(server)
    server.faults.add("sendMessage", kind=FaultKind.HTTP_500_BEFORE)
    await post.put(critical("BTC/USD"))
    await post.put(critical("ETH/USD"))
    await post.sweep()

    post.clock.step(step_s)
    post.clock.pass_time(0.9)
    await post.sweep()
    assert texts(owner) == []

    post.clock.pass_time(0.1)
    await post.sweep()
    assert ["BTC/USD" in texts(owner)[0], "ETH/USD" in texts(owner)[1]] == [True, True]


@pytest.mark.fault("V15")
@pytest.mark.parametrize("fault", [FaultKind.HTTP_500_BEFORE, FaultKind.DROP_BEFORE])
async def test_what_was_tried_under_a_clock_ahead_leaves_with_the_next_start(server, post, bot, fault):
    owner = owner_of(server)
    server.faults.add("sendMessage", kind=fault)
    post.clock.step(3600)
    await post.put(critical("BTC/USD"))
    await post.put(critical("ETH/USD"))
    await post.sweep()
    post.clock.step(-3600)

    await Post(post.database, bot, post.clock).sweep()

    assert ["BTC/USD" in texts(owner)[0], "ETH/USD" in texts(owner)[1]] == [True, True]


async def test_after_a_long_outage_exits_come_singly_and_the_small_news_as_one_digest(server, post):
    owner = owner_of(server)
    outage = server.faults.add(kind=FaultKind.HTTP_500_BEFORE, times=None)
    await post.put(trouble("no answer"))
    await post.put(critical("BTC/USD"))
    await post.put(price_trouble("unknown"))
    await post.put(critical("ETH/USD"))
    await post.put(price_trouble("back"))
    await post.sweep()
    post.clock.pass_time(3 * 3600)
    server.faults.remove(outage)
    await post.put(trouble("now"))

    await post.sweep()

    btc, eth, digest, fresh = texts(owner)
    assert "BTC/USD" in btc
    assert "ETH/USD" in eth
    assert btc.endswith("Written 12:00:00 UTC; it could not be sent before.")
    assert digest.splitlines() == [
        "While this chat could not be reached",
        "12:00 UTC Kraken does not answer",
        "12:00 UTC BTC/USD on Kraken: price unknown",
        "12:00 UTC BTC/USD on Kraken: price is back",
        "/positions and /status show how things stand now.",
        "As of 15:00:00 UTC",
    ]
    assert fresh.splitlines()[1] == "now"
    assert await post.waiting() == 0


async def test_a_digest_whose_answer_was_lost_is_repeated_whole_and_says_so(server, post):
    owner = owner_of(server)
    await post.put(trouble("no answer"))
    await post.put(price_trouble("unknown"))
    post.clock.pass_time(3 * 3600)
    server.faults.add("sendMessage", kind=FaultKind.DROP_AFTER)

    await post.sweep()
    post.clock.pass_time(1)
    await post.sweep()

    first, again = texts(owner)
    assert again.splitlines()[-1] == REPEATED
    assert again.splitlines()[:3] == first.splitlines()[:3]
    assert await post.waiting() == 0


@pytest.mark.parametrize("fault", [FaultKind.HTTP_500_BEFORE, FaultKind.DROP_AFTER])
async def test_what_waited_for_telegram_leaves_as_soon_as_anything_gets_through(server, post, fault):
    owner = owner_of(server)
    server.faults.add("sendMessage", kind=fault)
    await post.put(critical("BTC/USD"))
    await post.sweep()
    before = len(texts(owner))

    post.delivery.on_success()
    await post.sweep()

    assert len(texts(owner)) == before + 1
    assert (await post.row()).state is AlertState.SENT


async def test_without_anything_that_waited_nothing_is_hastened(server, post):
    owner = owner_of(server)
    server.faults.add("sendMessage", kind=FaultKind.TOO_MANY_REQUESTS, retry_after=7)
    await post.put(trouble("no answer"))
    await post.sweep()

    post.delivery.on_success()
    await post.sweep()

    assert texts(owner) == []


async def test_a_sale_told_to_wait_for_an_hour_is_reported_once_its_chat_takes_something_else(server, post):
    owner, other = owner_of(server), owner_of(server, 8)
    server.faults.add("sendMessage", kind=FaultKind.TOO_MANY_REQUESTS, retry_after=3600)
    await post.put(critical("BTC/USD"))
    await post.sweep()

    for elsewhere in (None, 8):
        post.delivery.on_success(elsewhere)
        await post.sweep()
    assert (texts(owner), texts(other)) == ([], [])

    post.delivery.on_success(7)
    await post.sweep()
    assert len(texts(owner)) == 1


@pytest.mark.fault("C11")
async def test_a_sale_told_to_wait_for_an_hour_is_tried_again_within_a_minute(server, post):
    owner = owner_of(server)
    server.faults.add("sendMessage", kind=FaultKind.TOO_MANY_REQUESTS, retry_after=3600, times=4)
    await post.put(critical("BTC/USD"))
    await post.sweep()

    for pause_s in (15, 30, 60, 60):
        assert texts(owner) == []
        post.clock.pass_time(pause_s - 1)
        await post.sweep()
        assert texts(owner) == []
        post.clock.pass_time(1)
        await post.sweep()

    assert len(texts(owner)) == 1


async def test_small_news_waits_as_long_as_telegram_asks(server, post):
    owner = owner_of(server)
    server.faults.add("sendMessage", kind=FaultKind.TOO_MANY_REQUESTS, retry_after=3600)
    await post.put(trouble("no answer"))
    await post.sweep()

    post.clock.pass_time(3000)
    post.delivery.on_success(7)
    await post.sweep()

    assert texts(owner) == []


@pytest.mark.fault("C1")
async def test_flood_control_is_waited_out(server, post):
    owner = owner_of(server)
    server.faults.add("sendMessage", kind=FaultKind.TOO_MANY_REQUESTS, retry_after=7)
    await post.put(trouble("no answer"))

    await post.sweep()
    post.clock.pass_time(7)
    await post.sweep()
    assert texts(owner) == []

    post.clock.pass_time(0.5)
    await post.sweep()
    assert len(texts(owner)) == 1


@pytest.mark.parametrize("fault", [FaultKind.DROP_AFTER, FaultKind.DELAY])
@pytest.mark.parametrize("message", [critical("BTC/USD"), trouble("no answer")], ids=["critical", "other"])
async def test_what_may_have_arrived_is_repeated_and_says_so(server, post, fault, message):
    owner = owner_of(server)
    server.faults.add("sendMessage", kind=fault, delay_s=0.6 if fault is FaultKind.DELAY else 0)
    await post.put(message)

    await post.sweep()
    assert (await post.row()).state is AlertState.UNKNOWN
    post.clock.pass_time(1)
    await post.sweep()

    assert texts(owner)[-1].endswith(REPEATED)
    assert (await post.row()).state is AlertState.SENT


@pytest.mark.fault("C2")
async def test_a_blocked_chat_waits_and_the_others_go_on(server, post):
    owner, other = owner_of(server), owner_of(server, 8)
    owner.block()
    await post.put(trouble("to the one who blocked"), to=7)
    await post.put(trouble("to the other"), to=8)
    await post.put(trouble("once more to the other"), to=8)

    await post.sweep()
    assert len(texts(other)) == 2
    assert (await post.row(1)).state is AlertState.WAITING

    owner.unblock()
    post.clock.pass_time(600)
    await post.sweep()
    assert len(texts(owner)) == 1


@pytest.mark.fault("C2")
@pytest.mark.parametrize("restarted", [False, True])
async def test_what_waits_for_a_chat_leaves_once_its_owner_writes(server, post, bot, restarted):
    owner = server.user(user_id=7)
    await post.put(trouble("hello?"))
    await post.sweep()
    if restarted:
        post = Post(post.database, bot, post.clock)
        await post.sweep()
    assert texts(owner) == []

    owner.send("/start")
    post.delivery.on_message(7)
    await post.sweep()

    assert "hello?" in texts(owner)[0]


async def test_a_chat_that_is_open_changes_nothing_by_being_written_in(server, post):
    owner = owner_of(server)
    server.faults.add("sendMessage", kind=FaultKind.TOO_MANY_REQUESTS, retry_after=7)
    await post.put(trouble("no answer"))
    await post.sweep()

    post.delivery.on_message(7)
    await post.sweep()

    assert texts(owner) == []


async def test_somebody_who_never_pressed_start_is_waited_for(server, post):
    await post.put(trouble("hello?"))

    with capture_logs() as logs:
        await post.sweep()

    assert (await post.row()).state is AlertState.WAITING
    assert await post.waiting() == 1
    assert [PRESS_START in log["why"] for log in logs] == [True]


@pytest.mark.fault("C10")
async def test_an_alert_whose_data_cannot_be_read_is_told_of_and_waits_no_more(server, post):
    owner = owner_of(server)
    await post.put(ExitParked(venue=Venue.KRAKEN, symbol="BTC/USD", quantity=Decimal(1), why="dust"))
    async with post.database.write() as session:
        (await session.get(AlertRow, 1)).data = '{"kind":"exit_parked"}'

    with capture_logs() as logs:
        await post.sweep()

    (text,) = texts(owner)
    assert "An alert could not be read" in text
    assert "Alert 1 (exit parked)" in text
    assert (await post.waiting(), (await post.given_up()).alerts) == (0, 1)
    assert [log["alerts"] for log in logs if "cannot be read" in log["event"]] == [(1,)]


async def test_unreadable_markup_goes_as_plain_text(server, post, monkeypatch):
    monkeypatch.setattr("handlers.render.alerts.MAY_BE_REPEATED", f"<blink>{REPEATED}")
    owner = owner_of(server)
    server.faults.add("sendMessage", kind=FaultKind.DROP_BEFORE)
    await post.put(trouble("no answer"))

    await post.sweep()
    post.clock.pass_time(1)
    await post.sweep()

    assert texts(owner)[-1].endswith(REPEATED)
    assert (await post.row()).state is AlertState.SENT


async def test_an_alert_whose_buttons_telegram_does_not_take_arrives_without_them(server, post):
    owner = owner_of(server)
    too_long_a_button = Choice(kind=ChoiceKind.RESUME_GUARD, confirmation_id="x" * 100)
    offer = Offer(
        about="paused",
        lines=(),
        choices=(too_long_a_button,),
        threshold=Decimal("-0.01"),
        costlier_than_threshold=None,
        as_of=START,
        expires_at=START,
    )
    await post.put(FirstContact(offer=offer))

    await post.sweep()

    assert (await post.row()).state is AlertState.SENT
    assert len(texts(owner)) == 1


@pytest.mark.fault("C7")
async def test_a_critical_alert_that_telegram_refuses_is_tried_on_slower_for_ever(server, post):
    owner = owner_of(server)
    refusing = server.faults.add("sendMessage", kind=FaultKind.BAD_REQUEST, times=None)
    await post.put(critical("BTC/USD"))
    pauses = []
    for _ in range(12):
        await post.sweep()
        row = await post.row()
        assert (row.state, await post.refused()) == (AlertState.REFUSED, 1)
        pauses.append((row.not_before - post.clock.now()).total_seconds())
        post.clock.pass_time(pauses[-1])
    server.faults.remove(refusing)

    await post.sweep()

    assert pauses == [5, 10, 20, 40, 80, 160, 300, 300, 300, 300, 300, 300]
    assert ["BTC/USD" in text for text in texts(owner)] == [True]
    assert await post.refused() == 0
    assert [call.params.get("parse_mode") for call in server.calls("sendMessage")[:4]] == [
        "HTML",
        None,
        "HTML",
        None,
    ]


async def test_what_telegram_refuses_holds_up_no_other(server, post, monkeypatch):
    owner = owner_of(server)
    cannot_be_sent(monkeypatch, "BTC/USD")
    await post.put(critical("BTC/USD"))
    await post.put(critical("ETH/USD"))
    await post.put(trouble("no answer"))

    await post.sweep()

    eth, kraken = texts(owner)
    assert "ETH/USD" in eth
    assert "no answer" in kraken
    assert await post.waiting() == 1


async def test_small_news_that_telegram_refuses_is_given_up_at_last_and_counted(server, post, monkeypatch):
    owner = owner_of(server)
    cannot_be_sent(monkeypatch, "never seen")
    await post.put(trouble("never seen"))
    tries = 0
    while (await post.row(1)).state is not AlertState.DEAD:
        tries += 1
        await post.sweep()
        post.clock.pass_time(300)
    await post.put(critical("BTC/USD"))
    await post.sweep()

    assert tries == 6
    assert ["BTC/USD" in text for text in texts(owner)] == [True]
    given_up = await post.given_up()
    assert (given_up.alerts, given_up.last_kind) == (1, "broker_trouble")
    assert "text is empty" in given_up.last_error


async def test_one_refused_alert_takes_no_digest_with_it(server, post, monkeypatch):
    owner = owner_of(server)
    cannot_be_sent(monkeypatch, "Coinbase")
    bad = BrokerTrouble(venue=Venue.COINBASE, what="unreachable", why="odd", since=START)
    for message in (trouble("first"), bad, price_trouble("unknown")):
        await post.put(message)
    post.clock.pass_time(3 * 3600)

    for _ in range(3):
        await post.sweep()
        post.clock.pass_time(10)

    assert len(texts(owner)) == 2
    assert await post.waiting() == 1


async def test_an_alert_without_words_holds_up_no_other(server, post, monkeypatch):
    owner, works = owner_of(server), delivery.render_batch

    def render(batch, reader):
        if batch.first.message.symbol == "BTC/USD":
            raise KeyError("no such word")
        return works(batch, reader)

    monkeypatch.setattr(delivery, "render_batch", render)
    await post.put(critical("BTC/USD"))
    await post.put(critical("ETH/USD"))
    await post.sweep()
    assert ["ETH/USD" in text for text in texts(owner)] == [True]

    monkeypatch.setattr(delivery, "render_batch", works)
    post.clock.pass_time(5)
    await post.sweep()

    assert "BTC/USD" in texts(owner)[-1]


def cannot_be_sent(monkeypatch, words):
    """Send what has these words in it as nothing, with markup and without."""
    parts = sending.message_parts
    monkeypatch.setattr(
        sending, "message_parts", lambda screen: (("", None),) if words in screen.text else parts(screen)
    )


async def test_an_alert_for_somebody_no_longer_known_is_not_sent(server, database, bot, clock):
    owner = owner_of(server)
    post = Post(database, bot, clock, strangers={7})
    await post.put(trouble("not for strangers"))

    await post.sweep()

    assert texts(owner) == []
    assert (await post.row()).state is AlertState.DEAD


@pytest.mark.fault("C10")
async def test_a_sale_told_to_somebody_no_longer_known_goes_to_every_owner(server, database, bot, clock):
    owners = [owner_of(server), owner_of(server, 8)]
    post = Post(database, bot, clock, strangers={9}, owner_ids=(7, 8))
    await post.put(NotWatching(since=START, until=START, moved=()), to=9)

    await post.sweep()

    assert ["NIJA was away" in texts(owner)[0] for owner in owners] == [True, True]
    assert (await post.row()).state is AlertState.SENT


async def test_a_restart_delivers_what_the_former_process_left(server, database, bot, clock):
    owner = owner_of(server)
    await Post(database, bot, clock).put(trouble("written before the restart"))

    await Post(database, bot, clock).sweep()

    assert "written before the restart" in texts(owner)[0]


@pytest.mark.fault("C1")
async def test_an_alert_cut_off_while_being_sent_says_that_it_may_be_repeated(server, post):
    owner = owner_of(server)
    server.faults.add("sendMessage", kind=FaultKind.DELAY, delay_s=0.2)
    await post.put(critical("BTC/USD"))
    post.delivery.start()
    await until(lambda: not server.faults._planned)

    post.delivery._sender.cancel()
    await asyncio.wait({post.delivery._sender})
    row = await post.row()
    assert (row.state, row.last_error) == (AlertState.UNKNOWN, "stopped while it was being sent")
    await post.sweep()

    # The first one may still arrive, before the repetition or after it.
    assert [text.endswith(REPEATED) for text in texts(owner)].count(True) == 1


async def test_a_slow_chat_delays_no_alert_of_another(server, post):
    owner, other = owner_of(server), owner_of(server, 8)
    post.slow = {7}
    await post.put(critical("BTC/USD"), to=7)
    await post.put(trouble("first"), to=8)
    await post.put(trouble("second"), to=8)
    post.delivery.start()

    await other.wait_for("second")
    await post.put(trouble("third"), to=8)
    await other.wait_for("third")
    assert texts(owner) == []

    post.go_on.set()
    await owner.wait_for("BTC/USD")
    await post.delivery.stop()
    assert len(texts(owner)) == 1


async def test_a_chat_gets_one_alert_at_a_time(server, post):
    owner = owner_of(server)
    post.slow = {7}
    await post.put(trouble("first"))
    post.delivery.start()
    await post.looked()
    await post.put(critical("BTC/USD"))
    await post.looked()

    post.go_on.set()
    await post.delivery.stop()

    said = texts(owner)
    assert ["first" in said[0], "BTC/USD" in said[1]] == [True, True]


async def test_every_failure_of_a_round_is_reported_and_the_others_are_sent(server, post):
    owner_of(server), owner_of(server, 8)
    post.troubled = {7, 8}
    await post.put(trouble("no answer"), to=7)
    await post.put(trouble("no answer"), to=8)
    await post.delivery._send_what_may_leave()
    await post.put(trouble("no answer"), to=8)

    with capture_logs() as logs:
        await post.delivery._cycle.run()

    (failed,) = [log["exc_info"] for log in logs if log["event"] == "job failed"]
    assert sorted(error.args for error in failed.exceptions) == [(7,), (8,)]
    assert "ExceptionGroup" in post.delivery.status.last_error

    post.troubled = set()
    await post.delivery._send_what_may_leave()
    await post.sweep()
    assert await post.waiting() == 0


async def test_a_failure_of_the_last_round_is_not_swallowed(server, post):
    post.troubled = {7}
    await post.put(trouble("no answer"))
    post.delivery.start()

    with pytest.raises(ExceptionGroup) as caught:
        await post.delivery.stop()

    assert [error.args for error in caught.value.exceptions] == [(7,)]


async def test_a_database_that_stumbles_at_the_start_stops_no_delivery(server, post, database, monkeypatch):
    monkeypatch.setattr("bot.delivery.SWEEP_S", 0.01)
    owner = owner_of(server)
    await post.put(critical("BTC/USD"))
    await post.begin_to_send()
    works, database.write = database.write, None
    post.delivery.start()
    await until(lambda: post.delivery.status.last_error)

    database.write = works

    message = await owner.wait_for("BTC/USD")
    await post.delivery.stop()
    assert message.text.endswith(REPEATED)


async def test_a_sender_that_ends_by_itself_is_reported_and_begins_anew(server, post, monkeypatch):
    monkeypatch.setattr("bot.restarting.RESTART_AFTER_S", 0.01)
    owner, works = owner_of(server), delivery.on_new_alerts
    await post.put(critical("BTC/USD"))
    monkeypatch.setattr(delivery, "on_new_alerts", None)
    with capture_logs() as logs:
        post.delivery.start()
        await until(lambda: "TypeError" in (post.delivery.status.last_error or ""))

    monkeypatch.setattr(delivery, "on_new_alerts", works)

    await owner.wait_for("BTC/USD")
    assert {log["log_level"] for log in logs} == {"critical"}
    await until(lambda: post.delivery.status.last_error is None)
    await post.delivery.stop()


async def test_an_alert_whose_process_died_while_sending_it_says_that_it_may_be_repeated(server, post):
    owner = owner_of(server)
    await post.put(critical("BTC/USD"))
    await post.begin_to_send()

    post.delivery.start()
    message = await owner.wait_for("BTC/USD")
    await post.delivery.stop()

    assert message.text.endswith(REPEATED)


async def test_once_uncertain_an_alert_stays_uncertain_until_it_is_sent(server, post):
    owner = owner_of(server)
    await post.put(critical("BTC/USD"))
    server.faults.add("sendMessage", kind=FaultKind.DROP_AFTER)
    await post.sweep()
    server.faults.add("sendMessage", kind=FaultKind.TOO_MANY_REQUESTS, retry_after=7)
    for _ in range(2):
        post.clock.pass_time(10)
        await post.sweep()

    first, repeated = texts(owner)

    assert REPEATED not in first
    assert REPEATED in repeated
