import pytest

from tests.engine.storage.stored import a_database


@pytest.fixture
async def database(tmp_path):
    database = a_database(tmp_path)
    yield database
    await database.dispose()
