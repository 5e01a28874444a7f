"""An alert that may have arrived is sent again and says so."""

import asyncio

import pytest

from engine.alerts.kinds import AlertState
from sandbox.telegram import FaultKind
from tests.bot.alerting.post import REPEATED, owner_of, price_trouble, texts, trouble
from tests.bot.posts import critical
from tests.bot.until import until


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

    # On a busy machine the first one may arrive after the second.
    assert [text.endswith(REPEATED) for text in texts(owner)].count(True) == 1
    assert (await post.row()).state is AlertState.SENT


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
