import asyncio
from datetime import UTC, datetime

import pytest
from telegram import Chat, Message, Update, User

from bot.telegram.ordering import PerChat


class MemoryLog:
    def __init__(self, *handled):
        self.handled = set(handled)

    async def is_handled(self, update_id):
        return update_id in self.handled

    async def mark_handled(self, update_id):
        self.handled.add(update_id)


def update(update_id, chat_id=7):
    message = Message(
        message_id=update_id,
        date=datetime(2026, 11, 22, tzinfo=UTC),
        chat=Chat(id=chat_id, type="private"),
        from_user=User(id=chat_id, first_name="Owner", is_bot=False),
        text="/balance",
    )
    return Update(update_id=update_id, message=message)


class Kitchen:
    """Handlers that begin, wait for the bell and end, writing down each."""

    def __init__(self):
        self.story, self.bell = [], asyncio.Event()

    async def handle(self, name):
        self.story.append(f"{name} begins")
        await self.bell.wait()
        self.story.append(f"{name} ends")


async def settle():
    for _ in range(10):
        await asyncio.sleep(0)


async def test_updates_of_one_chat_wait_for_each_other_in_order():
    kitchen, processor = Kitchen(), PerChat(8, updates=MemoryLog())

    async with asyncio.TaskGroup() as group:
        for number in (1, 2, 3):
            group.create_task(processor.process_update(update(number), kitchen.handle(number)))
        await settle()
        assert kitchen.story == ["1 begins"]
        kitchen.bell.set()

    assert kitchen.story == ["1 begins", "1 ends", "2 begins", "2 ends", "3 begins", "3 ends"]


async def test_different_chats_do_not_wait_for_each_other():
    kitchen, processor = Kitchen(), PerChat(8, updates=MemoryLog())

    async with asyncio.TaskGroup() as group:
        for chat_id in (7, 8):
            group.create_task(processor.process_update(update(chat_id, chat_id), kitchen.handle(chat_id)))
        await settle()
        assert kitchen.story == ["7 begins", "8 begins"]
        kitchen.bell.set()


@pytest.mark.fault("C3")
async def test_no_more_than_the_most_are_handled_at_once():
    kitchen, processor = Kitchen(), PerChat(2, updates=MemoryLog())

    async with asyncio.TaskGroup() as group:
        for chat_id in (1, 2, 3):
            group.create_task(processor.process_update(update(chat_id, chat_id), kitchen.handle(chat_id)))
        await settle()
        assert kitchen.story == ["1 begins", "2 begins"]
        kitchen.bell.set()


@pytest.mark.fault("C6")
async def test_an_update_handled_before_is_passed_over():
    kitchen, updates = Kitchen(), MemoryLog(1)
    kitchen.bell.set()
    processor = PerChat(8, updates=updates)

    await processor.process_update(update(1), kitchen.handle(1))
    await processor.process_update(update(2), kitchen.handle(2))
    await processor.process_update(update(2), kitchen.handle("2 again"))

    assert kitchen.story == ["2 begins", "2 ends"]
    assert updates.handled == {1, 2}


async def test_an_update_whose_handling_broke_off_is_not_marked_and_frees_its_chat():
    kitchen, updates = Kitchen(), MemoryLog()
    kitchen.bell.set()
    processor = PerChat(8, updates=updates)

    async def break_off():
        raise RuntimeError("stopped")

    with pytest.raises(RuntimeError, match="stopped"):
        await processor.process_update(update(1), break_off())
    await processor.process_update(update(2), kitchen.handle(2))

    assert updates.handled == {2}


async def test_each_chat_is_notified_after_its_update_was_handled():
    kitchen, processor = Kitchen(), PerChat(8, updates=MemoryLog(1))
    kitchen.bell.set()
    processor.on_handled = lambda chat_id: kitchen.story.append(f"heard {chat_id}")

    await processor.process_update(update(1, 7), kitchen.handle("repeated"))
    await processor.process_update(update(2, 8), kitchen.handle("new"))

    assert kitchen.story == ["new begins", "new ends", "heard 8"]


async def test_locks_do_not_pile_up():
    kitchen, processor = Kitchen(), PerChat(8, updates=MemoryLog())
    kitchen.bell.set()

    for chat_id in range(50):
        await processor.process_update(update(chat_id, chat_id), kitchen.handle(chat_id))

    assert processor._locks == {}


async def test_what_is_no_update_passes_straight_through():
    kitchen, processor = Kitchen(), PerChat(8, updates=MemoryLog())
    kitchen.bell.set()

    await processor.process_update(object(), kitchen.handle("job"))

    assert kitchen.story == ["job begins", "job ends"]
