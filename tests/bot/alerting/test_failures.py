"""A failure of the delivery itself is reported, and delivery goes on."""

import pytest
from structlog.testing import capture_logs

from bot.alerting import delivery
from tests.bot.alerting.post import REPEATED, owner_of, trouble
from tests.bot.posts import critical
from tests.bot.until import until


async def test_every_failure_of_a_round_is_reported_and_the_others_are_sent(server, post):
    owner_of(server), owner_of(server, 8)
    post.troubled = {7, 8}
    await post.put(trouble("no answer"), to=7)
    await post.put(trouble("no answer"), to=8)
    await post.try_to_sweep()
    await post.put(trouble("no answer"), to=8)

    with capture_logs() as logs:
        await post.delivery._cycle.run()

    (failed,) = [log["exc_info"] for log in logs if log["event"] == "job failed"]
    assert sorted(error.args for error in failed.exceptions) == [(7,), (8,)]
    assert "ExceptionGroup" in post.delivery.status.last_error

    post.troubled = set()
    await post.try_to_sweep()
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
    monkeypatch.setattr("bot.alerting.delivery.SWEEP_S", 0.01)
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
    monkeypatch.setattr("bot.supervision.restarting.RESTART_AFTER_S", 0.01)
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
