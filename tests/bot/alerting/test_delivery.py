"""Alerts leave as soon as they are written, in order, once."""

import asyncio

from engine.alerts.kinds import AlertState
from sandbox.telegram import FaultKind
from tests.bot.alerting.post import Post, owner_of, texts, trouble
from tests.bot.posts import critical
from tests.bot.until import until


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
    monkeypatch.setattr("bot.alerting.delivery.SWEEP_S", 60)
    owner = owner_of(server)
    post.delivery.start()
    await post.looked()

    await post.put(trouble("no answer"))

    await owner.wait_for("Kraken does not answer")
    await post.delivery.stop()


async def test_without_news_it_looks_by_itself(server, post, monkeypatch):
    monkeypatch.setattr("bot.alerting.delivery.SWEEP_S", 0.01)
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
    monkeypatch.setattr("bot.alerting.delivery.SWEEP_S", 60)
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


async def test_a_restart_delivers_what_the_former_process_left(server, database, bot, clock):
    owner = owner_of(server)
    await Post(database, bot, clock).put(trouble("written before the restart"))

    await Post(database, bot, clock).sweep()

    assert "written before the restart" in texts(owner)[0]
