"""Rooms for the engine's own shell; whoever asks for one waits in patient time."""

import asyncio
from pathlib import Path
from tempfile import TemporaryDirectory

import aiosqlite.core
import pytest

from tests.bot.database import empty_database
from tests.engine.storage.stored import a_database
from tests.engine_room import open_room
from tests.patient_loop import PatientLoop, WatchedQueue
from tests.quick_exchanges import quicken_exchanges

MEMORY = Path("/dev/shm")  # noqa: S108 - the folders made in it have random names


def pytest_asyncio_loop_factories(config, item):
    is_patient = {"rooms", "room", "patient_time"} & set(item.fixturenames)
    return {"patient": PatientLoop} if is_patient else {"plain": asyncio.new_event_loop}


@pytest.fixture(scope="session", autouse=True)
def _quick_exchanges():
    quicken_exchanges()


@pytest.fixture(scope="session")
def migrated_template(tmp_path_factory):
    template = tmp_path_factory.mktemp("template") / "nija.db"
    template.write_bytes(empty_database())
    return template


@pytest.fixture
def folder(tmp_path):
    """A folder in memory where the machine has one: what commits wait for at a disk is no part of these tests."""
    if not MEMORY.is_dir():
        yield tmp_path
        return
    with TemporaryDirectory(dir=MEMORY) as name:
        yield Path(name)


@pytest.fixture
async def rooms(migrated_template, folder, monkeypatch):
    """Return what opens a room with chosen venues, holdings and settings."""
    monkeypatch.setattr(aiosqlite.core, "SimpleQueue", WatchedQueue)
    return lambda **choices: open_room(migrated_template, folder, **choices)


@pytest.fixture
async def database(tmp_path):
    database = a_database(tmp_path)
    yield database
    await database.dispose()


@pytest.fixture
async def room(rooms):
    """An engine with one empty account at Kraken."""
    async with rooms() as room:
        yield room


@pytest.fixture
async def guarded(room):
    """A tenth of a bitcoin, guarded at what it is worth now."""
    room.deposit("BTC", "0.1")
    room.set_bid("60000")
    await room.arm("0.1", "6000")
    await room.look()
    return room
