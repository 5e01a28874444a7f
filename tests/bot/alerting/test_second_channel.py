import pytest
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from bot.alerting.http_call import HttpCallError
from bot.alerting.second_channel import (
    POST_REFUSALS_MOST,
    SecondChannel,
    pause_after_refused_post_s,
    settle_posts,
)
from engine.alerts.delivery_states import mark_sent
from engine.alerts.messages import BrokerTrouble
from engine.alerts.outbox import load_due
from engine.alerts.posts import PostCounts, count_posts
from engine.model.venues import Venue
from handlers.render.alerts import render_alert
from handlers.render.paper import mark_paper
from tests.bot.address import received_by
from tests.bot.database import START, migrated
from tests.bot.hand_clock import HandClock
from tests.bot.posts import critical, put


@pytest.fixture
async def database(tmp_path):
    async with migrated(tmp_path) as ready:
        yield ready


async def test_critical_alerts_are_posted_as_plain_words_once_and_in_order(address, database):
    channel = SecondChannel(address.url, database=database, clock=HandClock())
    await channel.post_new()
    await put(database, critical("BTC/USD"), "1")
    await put(database, BrokerTrouble(venue=Venue.KRAKEN, what="back", why="", since=START), "2")
    await put(database, critical("ETH/USD"), "3")

    await channel.post_new()
    await channel.post_new()

    first, second = received_by(address)
    assert "BTC/USD" in first
    assert "ETH/USD" in second
    assert "<b>" not in first


async def test_on_paper_a_post_says_so(address, database):
    await put(database, critical("BTC/USD"), "1")

    await SecondChannel(address.url, database=database, clock=HandClock(), mark=mark_paper).post_new()

    [posted] = received_by(address)
    assert posted.partition("\n")[0].endswith(" · PAPER")


async def test_what_the_address_refused_is_posted_again(address, database):
    channel = SecondChannel(address.url, database=database, clock=HandClock())
    await put(database, critical("BTC/USD"), "1")
    address.status = 500
    with pytest.raises(HttpCallError, match="it answered 500"):
        await channel.post_new()

    address.status = 200
    await channel.post_new()
    await channel.post_new()

    assert len(received_by(address)) == 2


async def deliver(database):
    """Do what the delivery does once Telegram has taken everything."""
    async with database.write() as session:
        for batch in await load_due(session, now=START):
            await mark_sent(session, batch, message_id=5, now=START)


async def test_an_address_that_is_set_for_the_first_time_hears_what_telegram_has_not_taken(address, database):
    await put(database, critical("BTC/USD"), "1")
    await deliver(database)
    await put(database, critical("ETH/USD"), "2")
    await settle_posts(database, is_wanted=True, now=START)

    await SecondChannel(address.url, database=database, clock=HandClock()).post_new()

    (only,) = received_by(address)
    assert "ETH/USD" in only


@pytest.mark.fault("P33")
async def test_what_the_address_never_heard_survives_a_restart_though_telegram_took_it(address, database):
    await settle_posts(database, is_wanted=True, now=START)
    await put(database, critical("BTC/USD"), "1")
    address.status = 503
    with pytest.raises(HttpCallError):
        await SecondChannel(address.url, database=database, clock=HandClock()).post_new()
    await put(database, critical("ETH/USD"), "2")
    for _ in range(2):
        await deliver(database)

    address.status = 200
    received_by(address)
    await settle_posts(database, is_wanted=True, now=START)
    for _ in range(2):
        await SecondChannel(address.url, database=database, clock=HandClock()).post_new()

    first, second = received_by(address)
    assert "BTC/USD" in first
    assert "ETH/USD" in second


async def test_an_address_that_was_taken_away_and_set_again_begins_anew(address, database):
    await settle_posts(database, is_wanted=True, now=START)
    await settle_posts(database, is_wanted=False, now=START)
    await put(database, critical("BTC/USD"), "1")
    await deliver(database)
    await settle_posts(database, is_wanted=True, now=START)

    await SecondChannel(address.url, database=database, clock=HandClock()).post_new()

    assert received_by(address) == []


@pytest.mark.fault("P33")
async def test_what_is_refused_holds_up_nothing_is_tried_slower_and_given_up_after_a_day(address, database):
    clock = HandClock()
    channel = SecondChannel(address.url, database=database, clock=clock)
    address.answers["BTC/USD"] = 400
    await put(database, critical("BTC/USD"), "1")
    await put(database, critical("ETH/USD"), "2")
    await channel.post_new()
    assert ["ETH/USD" in text for text in received_by(address)] == [False, True]

    for wait_s, tries in ((9, 0), (1, 1), (19, 0), (1, 1)):
        clock.pass_time(wait_s)
        await channel.post_new()
        assert len(received_by(address)) == tries
    while await refused_of(database):
        clock.pass_time(3600)
        await channel.post_new()

    assert len(received_by(address)) == POST_REFUSALS_MOST - 2
    async with database.read() as session:
        assert await count_posts(session, 7) == PostCounts(given_up=1, last_error="it answered 400")
        assert await count_posts(session, 8) == PostCounts()


async def refused_of(database):
    async with database.read() as session:
        return (await count_posts(session, 7)).refused


def test_the_pauses_of_what_is_refused_double_up_to_an_hour_and_make_a_day():
    pauses = [pause_after_refused_post_s(refusals) for refusals in range(1, POST_REFUSALS_MOST + 2)]

    assert pauses[:4] == [10, 20, 40, 80]
    assert pauses[9:-1] == [3600] * 23
    assert pauses[-1] is None
    assert 86_400 <= sum(pauses[:-1]) < 90_000


@pytest.mark.parametrize("status", [422, 302, 307])
async def test_what_was_refused_is_posted_once_the_address_takes_it(address, database, status):
    clock = HandClock()
    channel = SecondChannel(address.url, database=database, clock=clock)
    address.status, address.headers = status, {"Location": "/s3cr3t-hook?again"}
    await put(database, critical("BTC/USD"), "1")
    await channel.post_new()
    async with database.read() as session:
        counts = await count_posts(session, 7)
    assert (counts.refused, counts.last_refusal.partition(":")[0]) == (1, f"it answered {status}")

    address.status = 200
    clock.pass_time(10)
    for _ in range(2):
        await channel.post_new()

    assert len(received_by(address)) == 2
    assert await refused_of(database) == 0


async def test_starting_over_and_over_uses_up_no_attempts(address, database):
    address.status = 400
    await put(database, critical("BTC/USD"), "1")
    for _ in range(50):
        await SecondChannel(address.url, database=database, clock=HandClock()).post_new()

    assert len(received_by(address)) == 1
    assert await refused_of(database) == 1


async def test_an_alert_that_brings_the_address_down_lets_the_others_pass(address, database):
    channel = SecondChannel(address.url, database=database, clock=HandClock())
    address.answers["BTC/USD"] = 500
    for number, symbol in enumerate(("BTC/USD", "ETH/USD", "SOL/USD")):
        await put(database, critical(symbol), str(number))

    for _ in range(3):
        with pytest.raises(HttpCallError):
            await channel.post_new()

    received = received_by(address)
    assert [sum(symbol in text for text in received) for symbol in ("ETH/USD", "SOL/USD")] == [1, 1]


async def test_an_alert_without_words_lets_the_others_pass(address, database, monkeypatch):
    def broken(message, reader):
        if message.symbol == "BTC/USD":
            raise LookupError(message)
        return render_alert(message, reader)

    monkeypatch.setattr("bot.alerting.second_channel.render_alert", broken)
    await put(database, critical("BTC/USD"), "1")
    await put(database, critical("ETH/USD"), "2")

    await SecondChannel(address.url, database=database, clock=HandClock()).post_new()

    (only,) = received_by(address)
    assert "ETH/USD" in only
    assert await refused_of(database) == 1


async def test_what_was_posted_but_cannot_be_noted_is_not_posted_again(address, database):
    channel = SecondChannel(address.url, database=database, clock=HandClock())
    await put(database, critical("BTC/USD"), "1")
    async with database.write() as session:
        await session.exec(text("ALTER TABLE alert_posts RENAME TO away"))
        await session.exec(text("CREATE VIEW alert_posts AS SELECT * FROM away"))
    for _ in range(3):
        with pytest.raises(OperationalError):
            await channel.post_new()

    async with database.write() as session:
        await session.exec(text("DROP VIEW alert_posts"))
        await session.exec(text("ALTER TABLE away RENAME TO alert_posts"))
    await channel.post_new()

    assert len(received_by(address)) == 1


async def test_an_alert_of_another_version_holds_up_no_later_one(address, database):
    channel = SecondChannel(address.url, database=database, clock=HandClock())
    await channel.post_new()
    await put(database, critical("BTC/USD"), "1")
    async with database.write() as session:
        await session.exec(text("UPDATE alerts SET data_json = '{}'"))
    await put(database, critical("ETH/USD"), "2")

    await channel.post_new()

    (only,) = received_by(address)
    assert "ETH/USD" in only
