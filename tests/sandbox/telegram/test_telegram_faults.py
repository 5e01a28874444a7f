import asyncio

import httpx
import pytest
from telegram.error import BadRequest, Conflict, Forbidden, InvalidToken, NetworkError, RetryAfter, TimedOut

from sandbox.telegram import FloodLimit, TelegramServer

REFUSALS = {
    "too_many_requests": RetryAfter,
    "forbidden": Forbidden,
    "unauthorized": InvalidToken,
    "conflict": Conflict,
    "http_500_before": NetworkError,
    "http_502_page_before": NetworkError,
    "not_found": InvalidToken,
    "bad_request": BadRequest,
    "drop_before": NetworkError,
}


@pytest.mark.parametrize(("kind", "error"), REFUSALS.items(), ids=REFUSALS)
async def test_a_fault_before_the_effect_leaves_nothing_in_the_chat(server, owner, bot, kind, error):
    server.faults.add("sendMessage", kind=kind)

    with pytest.raises(error):
        await bot.send_message(owner.chat_id, "x")
    assert owner.messages == ()

    await bot.send_message(owner.chat_id, "y")
    assert [one.text for one in owner.messages] == ["y"]


@pytest.mark.parametrize("kind", ["http_500_after", "http_502_page_after", "drop_after"])
async def test_a_fault_after_the_effect_hides_a_delivered_message(server, owner, bot, kind):
    server.faults.add("sendMessage", kind=kind)

    with pytest.raises(NetworkError):
        await bot.send_message(owner.chat_id, "x")

    assert [one.text for one in owner.messages] == ["x"]
    assert server.tape[-1].fault == kind


async def test_a_429_says_how_long_to_wait(server, owner, bot):
    server.faults.add("sendMessage", kind="too_many_requests", retry_after=17)

    with pytest.raises(RetryAfter) as refusal:
        await bot.send_message(owner.chat_id, "x")

    assert refusal.value.retry_after.total_seconds() == 17
    assert server.tape[-1].error == "Too Many Requests: retry after 17"


async def test_a_slow_answer_times_out_and_the_message_arrives_all_the_same(server, owner, new_bot):
    async with new_bot(read_timeout=0.1) as impatient:
        server.faults.add("sendMessage", kind="delay", delay_s=0.3)
        with pytest.raises(TimedOut):
            await impatient.send_message(owner.chat_id, "late")

        await owner.wait_for("late")

    assert [one.text for one in owner.messages] == ["late"]


async def test_a_fault_meets_its_method_as_often_as_told(server, owner, bot):
    server.faults.add("sendMessage", kind="http_500_before", times=2)

    await bot.send_chat_action(owner.chat_id, "typing")
    for _ in range(2):
        with pytest.raises(NetworkError):
            await bot.send_message(owner.chat_id, "x")
    await bot.send_message(owner.chat_id, "x")

    assert [call.status for call in server.calls("sendMessage")] == [500, 500, 200]


async def test_a_fault_without_end_lasts_until_cleared(server, owner, bot):
    server.faults.add(kind="forbidden", times=None)
    for _ in range(3):
        with pytest.raises(Forbidden):
            await bot.send_message(owner.chat_id, "x")
    server.faults.clear()

    await bot.send_message(owner.chat_id, "x")

    assert len(owner.messages) == 1


async def test_an_outage_cuts_the_hanging_poll(server, bot):
    poll = asyncio.create_task(bot.get_updates(timeout=30))
    await server.wait_for_poll()

    server.faults.add(kind="outage")

    with pytest.raises(NetworkError):
        await poll


def test_a_fault_for_a_method_that_does_not_exist_is_a_mistake_of_the_test():
    with pytest.raises(Exception, match="method not found"):
        TelegramServer().faults.add("sendMesage", kind="delay")


async def test_flood_control_lets_a_burst_through_and_then_one_message_a_second(clock, new_bot):
    async with TelegramServer(now=clock, flood=FloodLimit(burst=2)) as server:
        owner = server.user(user_id=7, started=True)
        other = server.user(user_id=8, started=True)
        from_bot = send_with(server)
        burst = [await from_bot(7) for _ in range(3)]
        elsewhere = await from_bot(8)
        clock.advance(1)
        later = await from_bot(7)

    assert burst == [200, 200, 429]
    assert (elsewhere, later) == (200, 200)
    assert (len(owner.messages), len(other.messages)) == (3, 1)


def send_with(server):
    async def send(chat_id):
        async with httpx.AsyncClient() as client:
            url = f"{server.url}/bot{server.token}/sendMessage"
            return (await client.post(url, data={"chat_id": chat_id, "text": "x"})).status_code

    return send
