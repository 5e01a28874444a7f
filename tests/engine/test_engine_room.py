"""What a test does to the database as another program: it waits its turn, and the process goes on meanwhile."""

import asyncio


async def begin_writing(room):
    """Begin a transaction that goes on only while the loop does; return the task that carries it out."""
    begun = asyncio.Event()

    async def write():
        async with room.database.write() as session:
            session.connection.exec_driver_sql("UPDATE users SET language = 'de'")
            begun.set()
            await asyncio.sleep(0)
            session.connection.exec_driver_sql("UPDATE users SET time_zone = 'Europe/Berlin'")

    task = asyncio.create_task(write())
    await begun.wait()
    return task


async def users(room):
    async with room.database.read() as session:
        return list(session.connection.exec_driver_sql("SELECT language, time_zone, role FROM users"))


async def test_damage_waits_for_a_write_of_the_process_that_is_under_way(room):
    writing = await begin_writing(room)

    await room.damage("users", "role = 'king'")

    await writing
    assert await users(room) == [("de", "Europe/Berlin", "king")]


async def test_another_program_gets_hold_of_the_database_after_the_write_that_is_under_way(room):
    writing = await begin_writing(room)

    async with room.held_database():
        written = await users(room)

    await writing
    assert written == [("de", "Europe/Berlin", "owner")]
