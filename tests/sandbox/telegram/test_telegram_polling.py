import asyncio

import pytest
from telegram.error import Conflict

DAY_S = 24 * 60 * 60


def texts(updates):
    return [update.message.text for update in updates]


async def test_an_update_is_delivered_again_until_an_offset_above_it_confirms_it(server, owner, bot):
    owner.send("one")
    owner.send("two")

    first = await bot.get_updates()
    again = await bot.get_updates(offset=first[0].update_id)
    rest = await bot.get_updates(offset=first[0].update_id + 1)
    none = await bot.get_updates(offset=first[1].update_id + 1)

    assert texts(first) == texts(again) == ["one", "two"]
    assert texts(rest) == ["two"]
    assert none == ()
    assert server.pending_updates == ()


async def test_an_answer_lost_on_the_way_is_delivered_again(server, owner, bot):
    owner.send("one")
    server.faults.add("getUpdates", kind="http_500_after")

    with pytest.raises(Exception, match="Internal Server Error"):
        await bot.get_updates()

    assert texts(await bot.get_updates()) == ["one"]


async def test_a_negative_offset_keeps_only_the_last(owner, bot):
    for text in ("one", "two", "three"):
        owner.send(text)

    assert texts(await bot.get_updates(offset=-1)) == ["three"]
    assert texts(await bot.get_updates()) == ["three"]


async def test_a_limit_leaves_the_rest_for_later(owner, bot):
    owner.send("one")
    owner.send("two")

    assert texts(await bot.get_updates(limit=1)) == ["one"]


async def test_a_hanging_poll_is_answered_when_somebody_writes(server, owner, bot):
    poll = asyncio.create_task(bot.get_updates(timeout=30))
    await server.wait_for_poll()
    owner.send("now")

    assert texts(await poll) == ["now"]


async def test_the_older_of_two_pollers_gets_the_conflict(server, owner, bot, new_bot):
    older = asyncio.create_task(bot.get_updates(timeout=30))
    await server.wait_for_poll()
    async with new_bot() as second:
        newer = asyncio.create_task(second.get_updates(timeout=30))
        with pytest.raises(Conflict, match="terminated by other getUpdates request"):
            await older
        owner.send("for the newer")

        assert texts(await newer) == ["for the newer"]


async def test_what_went_to_a_poller_that_died_goes_to_the_next(server, owner, bot, new_bot):
    dying = asyncio.create_task(bot.get_updates(timeout=30))
    await server.wait_for_poll()
    dying.cancel()
    await asyncio.wait([dying])
    owner.send("still here")
    async with new_bot() as next_bot:
        assert texts(await next_bot.get_updates(timeout=30)) == ["still here"]


async def test_stopping_answers_the_hanging_poll(server, bot):
    poll = asyncio.create_task(bot.get_updates(timeout=30))
    await server.wait_for_poll()

    await server.stop()

    assert await poll == ()


async def test_updates_nobody_fetched_are_forgotten_after_a_day(owner, bot, clock):
    owner.send("old")
    clock.advance(DAY_S)
    owner.send("new")

    assert texts(await bot.get_updates()) == ["new"]


async def test_only_the_kinds_the_bot_requested_are_queued(owner, bot):
    await bot.get_updates(allowed_updates=["message"])
    sent = owner.send("one")
    owner.edit(sent, "two")

    assert texts(await bot.get_updates()) == ["one"]


async def test_waiting_updates_can_be_dropped_at_start(owner, bot):
    owner.send("old")
    await bot.delete_webhook(drop_pending_updates=True)

    assert await bot.get_updates() == ()


async def test_a_command_is_marked_as_one(owner, bot):
    owner.send("/route BTC 30")
    owner.send("and 😀 /help")

    first, second = await bot.get_updates()

    assert [(one.type, one.offset, one.length) for one in first.message.entities] == [("bot_command", 0, 6)]
    assert [(one.type, one.offset, one.length) for one in second.message.entities] == [("bot_command", 7, 5)]
    assert first.message.chat.type == "private"
    assert first.message.from_user.id == 7


async def test_an_edited_message_comes_as_such(owner, bot):
    sent = owner.send("/route BTC")
    owner.edit(sent, "/route ETH")

    _, edited = await bot.get_updates()

    assert edited.edited_message.text == "/route ETH"
    assert edited.edited_message.edit_date is not None


async def test_blocking_and_unblocking_are_reported(owner, bot):
    owner.block()
    owner.unblock()

    blocked, back = await bot.get_updates()

    assert blocked.my_chat_member.new_chat_member.status == "kicked"
    assert back.my_chat_member.new_chat_member.status == "member"


async def test_a_group_shows_who_wrote_or_that_they_hide(server, owner, bot):
    group = server.group(chat_id=-100123)
    group.send("/balance", by=owner)
    group.send_anonymously("/balance")
    group.send_as_channel("/balance", channel_id=-100456)

    member, hidden, channel = [update.message for update in await bot.get_updates()]

    assert (member.chat.id, member.chat.type, member.from_user.id) == (-100123, "supergroup", 7)
    assert (hidden.from_user.id, hidden.sender_chat.id) == (1087968824, -100123)
    assert channel.sender_chat.id == -100456


async def test_in_a_group_the_bot_hears_only_what_is_meant_for_it(server, owner, bot):
    group = server.group(chat_id=-100123)
    for text in ("hello", "/balance@other_bot", "/balance@nija_sandbox_bot", "hi @nija_sandbox_bot"):
        group.send(text, by=owner)

    assert texts(await bot.get_updates()) == ["/balance@nija_sandbox_bot", "hi @nija_sandbox_bot"]
