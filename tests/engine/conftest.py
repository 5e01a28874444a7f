"""Rooms for the engine's own shell; whoever asks for one waits in patient time."""

import asyncio
from datetime import UTC, datetime

import aiosqlite.core
import pytest

from engine.storage.migrate import run_migrations
from tests.engine_room import open_room
from tests.patient_loop import PatientLoop, WatchedQueue


def pytest_asyncio_loop_factories(config, item):
    is_patient = {"rooms", "room"} & set(item.fixturenames)
    return {"patient": PatientLoop} if is_patient else {"plain": asyncio.new_event_loop}


@pytest.fixture(scope="session")
def migrated_template(tmp_path_factory):
    folder = tmp_path_factory.mktemp("template")
    url = f"sqlite+aiosqlite:///{folder}/nija.db"
    run_migrations(url, backups=folder, now=datetime(2026, 3, 4, tzinfo=UTC))
    return folder / "nija.db"


@pytest.fixture
async def rooms(migrated_template, tmp_path, monkeypatch):
    """Return what opens a room with chosen venues, holdings and settings."""
    monkeypatch.setattr(aiosqlite.core, "SimpleQueue", WatchedQueue)
    return lambda **choices: open_room(migrated_template, tmp_path, **choices)


@pytest.fixture
async def room(rooms):
    """An engine with one empty account at Kraken."""
    async with rooms() as room:
        yield room
