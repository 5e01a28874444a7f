"""One store for all scenarios of a test run; each scenario begins with an empty one."""

import pytest

from tests.simulation.database import Store


@pytest.fixture(scope="session")
def store():
    return Store()
