import pytest

from tests.engine.brokers.streams.stage import KINDS, open_stage


@pytest.fixture
def patient_time():
    """Whoever asks for it waits in patient time: see tests/engine/conftest.py."""


@pytest.fixture(params=KINDS)
async def stage(request, patient_time):
    """Each venue's stream in turn."""
    async with open_stage(request.param) as stage:
        yield stage


@pytest.fixture
async def kraken(patient_time):
    async with open_stage("kraken") as stage:
        yield stage


@pytest.fixture
async def coinbase(patient_time):
    async with open_stage("coinbase") as stage:
        yield stage


@pytest.fixture
async def alpaca(patient_time):
    async with open_stage("alpaca") as stage:
        yield stage


@pytest.fixture
async def stocks(patient_time):
    async with open_stage("alpaca stocks") as stage:
        yield stage
