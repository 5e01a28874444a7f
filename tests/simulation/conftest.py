"""One store for all stories of a test run; each story begins with an empty one."""

import pytest

from tests.simulation.database import Store


@pytest.fixture(scope="session")
def store():
    return Store()
