import asyncio

import pytest

from tests.patient_loop import PatientLoop


def pytest_asyncio_loop_factories(config, item):
    is_patient = "patient_time" in item.fixturenames
    return {"patient": PatientLoop} if is_patient else {"plain": asyncio.new_event_loop}


@pytest.fixture
def patient_time():
    """Whoever asks for it waits in patient time: see tests/patient_loop.py."""
