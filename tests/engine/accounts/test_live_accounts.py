import asyncio
from types import SimpleNamespace

import pytest

from engine.accounts.live_accounts import LiveAccounts
from engine.brokers.streams.account_stream import OrderNews
from engine.brokers.streams.price_stream import Loss, LossReason
from engine.clock import Moment
from engine.tasks import Tasks
from tests.builders import NOW

ACCOUNT, OTHER = "kraken-1", "alpaca-1"
LOST = Loss(LossReason.SILENT, "nothing came")


class Clock:
    """Sleeping takes for ever; time passes when a test says so."""

    def __init__(self):
        self.passed_s = 0.0

    def now(self):
        return None

    def monotonic(self):
        return self.passed_s

    async def sleep(self, seconds):
        del seconds
        await asyncio.Event().wait()


class Stream:
    name = "Kraken orders"
    account = SimpleNamespace(account_id=ACCOUNT)

    def __init__(self):
        self.pushes_transfers = True
        self.sink = None
        self.runs = 0

    async def run(self, sink):
        self.sink, self.runs = sink, self.runs + 1
        self.stopped = asyncio.Event()
        await self.stopped.wait()


class Reports:
    def __init__(self):
        self.outdated = []
        self.read_at = self.unannounced = None

    def announce_change(self, account_id):
        self.outdated.append(account_id)

    def requested_at(self, account_id):
        del account_id
        return self.read_at

    def unannounced_at(self, account_id):
        del account_id
        return self.unannounced


@pytest.fixture
async def scene():
    clock, stream, reports = Clock(), Stream(), Reports()
    tasks = Tasks(report=lambda name, error: None)
    accounts = LiveAccounts({ACCOUNT: stream}, reports=reports, clock=clock, tasks=tasks)
    accounts.follow()
    await asyncio.sleep(0)
    yield SimpleNamespace(
        accounts=accounts, stream=stream, reports=reports, clock=clock, sink=stream.sink, tasks=tasks
    )
    await tasks.drain(0)


def news(order_id="O1", *, is_over=True):
    return OrderNews(venue_order_id=order_id, is_over=is_over)


async def is_pausing(watch):
    """Whether a pause goes on although everybody has had a turn."""
    pausing = asyncio.create_task(watch.pause(3600))
    for _ in range(10):
        await asyncio.sleep(0)
    goes_on = not pausing.done()
    pausing.cancel()
    await asyncio.gather(pausing, return_exceptions=True)
    return goes_on


async def test_an_order_that_is_over_ends_the_pause_of_who_follows_it(scene):
    watch = scene.accounts.watch(ACCOUNT, "O1")
    pausing = asyncio.create_task(watch.pause(3600))
    await asyncio.sleep(0)

    scene.sink.order(news())

    async with asyncio.timeout(5):
        await pausing


async def test_news_between_a_question_and_its_pause_is_not_missed(scene):
    watch = scene.accounts.watch(ACCOUNT, "O1")
    watch.forget()
    scene.sink.order(news())

    assert not await is_pausing(watch)


async def test_an_order_that_is_still_open_wakes_nobody(scene):
    watch = scene.accounts.watch(ACCOUNT, "O1")
    scene.sink.order(news(is_over=False))

    assert await is_pausing(watch)


async def test_another_order_and_another_account_wake_nobody(scene):
    watch, elsewhere = scene.accounts.watch(ACCOUNT, "O1"), scene.accounts.watch(OTHER, "O2")
    scene.sink.order(news("O2"))

    assert await is_pausing(watch)
    assert await is_pausing(elsewhere)


async def test_a_stream_that_is_live_again_wakes_everybody_of_its_account(scene):
    watch, elsewhere = scene.accounts.watch(ACCOUNT, "O1"), scene.accounts.watch(OTHER, "O1")
    scene.sink.live()

    assert not await is_pausing(watch)
    assert await is_pausing(elsewhere)


@pytest.mark.parametrize(
    "tell",
    [
        lambda sink: sink.order(news(is_over=False)),
        lambda sink: sink.order(news()),
        lambda sink: sink.balance(),
    ],
)
async def test_whatever_is_told_makes_the_last_reading_old(scene, tell):
    tell(scene.sink)

    assert scene.reports.outdated == [ACCOUNT]


async def test_a_stream_that_is_lost_and_one_that_is_live_again_make_the_last_reading_old(scene):
    scene.sink.live()
    first = list(scene.reports.outdated)
    scene.sink.lost(LOST)
    lost = list(scene.reports.outdated)
    scene.sink.live()

    assert (first, lost, scene.reports.outdated) == ([], [ACCOUNT], [ACCOUNT, ACCOUNT])


async def test_a_stream_that_stays_lost_makes_no_reading_old(scene):
    scene.sink.lost(LOST)
    scene.sink.lost(Loss(LossReason.DISCONNECTED))

    assert scene.reports.outdated == []


async def test_the_status_says_since_when_and_why(scene):
    before = scene.accounts.status(ACCOUNT)
    scene.sink.live()
    scene.clock.passed_s = 60
    live = scene.accounts.status(ACCOUNT)
    scene.sink.lost(LOST)
    scene.clock.passed_s = 90
    lost = scene.accounts.status(ACCOUNT)

    assert (before.has_stream, before.is_live, before.loss) == (True, False, None)
    assert (live.is_live, live.loss, live.lasting.total_seconds()) == (True, None, 60)
    assert (lost.is_live, lost.loss) == (False, LOST)
    assert lost.lasting.total_seconds() == 30


async def test_an_account_without_a_stream_is_polled(scene):
    assert not scene.accounts.status(OTHER).has_stream


async def test_a_reader_that_ended_is_begun_again_by_the_next_look(scene):
    scene.sink.live()
    scene.stream.stopped.set()
    for _ in range(5):
        await asyncio.sleep(0)
    assert not scene.accounts.status(ACCOUNT).is_live

    scene.accounts.follow()
    await asyncio.sleep(0)

    assert scene.stream.runs == 2


async def test_a_reader_is_begun_once(scene):
    scene.accounts.follow()
    await asyncio.sleep(0)

    assert scene.stream.runs == 1


def read(scene, at_s):
    """Let the account be read, after the stream became live or before."""
    scene.reports.read_at = Moment(NOW, at_s)


async def test_a_live_stream_that_pushes_every_change_keeps_a_reading_known(scene):
    before = scene.accounts.keeps_known(ACCOUNT)
    scene.sink.live()
    read(scene, 10)
    live = scene.accounts.keeps_known(ACCOUNT)
    scene.sink.lost(LOST)

    assert (before, live, scene.accounts.keeps_known(ACCOUNT)) == (False, True, False)
    assert not scene.accounts.keeps_known(OTHER)


async def test_what_was_read_before_the_stream_was_live_is_not_known(scene):
    read(scene, 10)
    scene.clock.passed_s = 20
    scene.sink.live()

    assert not scene.accounts.keeps_known(ACCOUNT)


async def test_a_stream_without_transfers_keeps_nothing_known(scene):
    scene.stream.pushes_transfers = False
    scene.sink.live()
    read(scene, 10)

    assert not scene.accounts.keeps_known(ACCOUNT)


async def test_a_change_that_only_a_reading_showed_ends_what_is_known_until_the_stream_begins_anew(scene):
    scene.sink.live()
    read(scene, 10)
    scene.reports.unannounced = Moment(NOW, 10)
    mute = scene.accounts.keeps_known(ACCOUNT)
    scene.clock.passed_s = 20
    scene.sink.lost(LOST)
    scene.sink.live()
    read(scene, 30)

    assert not mute
    assert scene.accounts.keeps_known(ACCOUNT)


@pytest.mark.parametrize("turns", range(10))
async def test_a_pause_that_is_cancelled_as_it_ends_goes_on_to_nothing(scene, turns):
    watch = scene.accounts.watch(ACCOUNT, "O1")
    pausing = asyncio.create_task(watch.pause(3600))
    await asyncio.sleep(0)
    watch.wake()
    for _ in range(turns):
        await asyncio.sleep(0)

    was_asked = pausing.cancel()
    await asyncio.gather(pausing, return_exceptions=True)

    assert pausing.cancelled() is was_asked


async def test_each_of_two_accounts_at_a_venue_is_read(scene):
    second = Stream()
    second.account = SimpleNamespace(account_id="kraken-2")
    scene.accounts.add(second)

    scene.accounts.follow()
    await asyncio.sleep(0)

    assert (scene.stream.runs, second.runs) == (1, 1)
