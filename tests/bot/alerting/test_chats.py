"""Alerts of one chat and another: blocked, never opened, slow, of nobody known."""

import pytest
from structlog.testing import capture_logs

from bot.telegram.errors import PRESS_START
from engine.alerts.kinds import AlertState
from engine.alerts.messages import NotWatching
from sandbox.telegram import FaultKind
from tests.bot.alerting.post import Post, owner_of, texts, trouble
from tests.bot.database import START
from tests.bot.posts import critical


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
