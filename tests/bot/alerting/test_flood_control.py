"""Telegram says how long to wait: small news does, a sale is tried again within a minute."""

import pytest

from sandbox.telegram import FaultKind
from tests.bot.alerting.post import owner_of, texts, trouble
from tests.bot.posts import critical


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
