import pytest

from bot.configuration.settings import setting_names
from tests.bot.address import Address


@pytest.fixture
async def address():
    async with Address().open() as ready:
        yield ready


@pytest.fixture
def bare_environment(monkeypatch, tmp_path):
    """No setting in the environment, and a folder without a file of settings."""
    for name in setting_names():
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)
