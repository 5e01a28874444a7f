"""Alerts while Telegram is away or asks to wait: they are delayed, and none is lost."""

from datetime import timedelta

import pytest

from engine.alerts.kinds import AlertState
from sandbox.telegram import FaultKind
from tests.bot.alerting.post import Post, owner_of, price_trouble, texts, trouble
from tests.bot.posts import critical


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
