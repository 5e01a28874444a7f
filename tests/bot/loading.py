"""Settings as a process loads them: from an environment and a folder with nothing of ours."""

import pytest

from bot.command_errors import SettingsError
from bot.configuration.settings_sources import load_settings


def load(monkeypatch, **environment):
    for name, value in environment.items():
        monkeypatch.setenv(f"NIJA_{name}", value)
    return load_settings()


def refusal(monkeypatch, **environment):
    with pytest.raises(SettingsError) as caught:
        load(monkeypatch, **environment)
    return str(caught.value)
